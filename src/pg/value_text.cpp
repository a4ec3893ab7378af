/*-------------------------------------------------------------------------
 *
 * value_text.cpp
 *	  A bind value as people write it.
 *
 * Only values of the server's own types are kept, so no code of other people
 * runs here.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/value_text.h"

#include "pg/kept_types.h"

extern "C"
{
#include "utils/lsyscache.h"
}

namespace steward::pg
{

namespace
{

/* The text in the current memory context.  C-like. */
const char *
OutputText(Oid type, bool by_value, const char *bytes, Size length)
{
	Datum value = 0;
	Oid output;
	bool is_varlena;

	if (by_value)
		memcpy(&value, bytes, sizeof(Datum));
	else
	{
		/* Aligned as the type wants it. */
		auto *copy = static_cast<char *>(palloc(length));

		memcpy(copy, bytes, length);
		value = PointerGetDatum(copy);
	}
	getTypeOutputInfo(type, &output, &is_varlena);
	return OidOutputFunctionCall(output, value);
}

} // namespace

std::string
ValueText(const SampledValue &value)
{
	const KeptType *type = FindKeptType(value.type);
	const char *text = nullptr;

	if (value.kind == SampledValue::Kind::kNull)
		return "NULL";
	if (value.kind == SampledValue::Kind::kUnknown || type == nullptr)
		return "unknown";

	const char *bytes = value.bytes.data();
	Size length = value.bytes.size();

	Guarded([&] { text = OutputText(value.type, type->by_value, bytes, length); });
	return text;
}

} // namespace steward::pg
