/*-------------------------------------------------------------------------
 *
 * function_call.cpp
 *	  The arguments and results of an SQL function, as C++ values.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/function_call.h"

extern "C"
{
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"
}

#include <cmath>
#include <cstdio>
#include <ctime>

namespace steward::pg
{

namespace
{

/* A row from text, by the input functions of the column types. */
HeapTuple
BuildRow(TupleDesc descriptor, const std::vector<Value> &values)
{
	AttInMetadata *input = TupleDescGetAttInMetadata(descriptor);
	auto **texts = static_cast<char **>(palloc0(sizeof(char *) * values.size()));

	for (size_t i = 0; i < values.size(); i++)
		texts[i] = values[i] ? const_cast<char *>(values[i]->c_str()) : nullptr;
	return BuildTupleFromCStrings(input, texts);
}

struct Elements
{
	Datum *values;
	bool *nulls;
	int count;
};

/* All types of ours are aligned as integers. */
Elements
Deconstruct(Datum array, Oid type, int length, bool by_value)
{
	Elements elements = {};

	Guarded(
		[&]
		{
			deconstruct_array(DatumGetArrayTypeP(array), type, length, by_value, TYPALIGN_INT,
							  &elements.values, &elements.nulls, &elements.count);
		});
	return elements;
}

} // namespace

std::optional<std::string>
Arguments::Text(int number) const
{
	const char *value = nullptr;

	if (IsNull(number))
		return std::nullopt;
	Guarded([&] { value = TextDatumGetCString(call_->args[number].value); });
	return value;
}

std::optional<int64_t>
Arguments::Integer(int number) const
{
	if (IsNull(number))
		return std::nullopt;
	return DatumGetInt64(call_->args[number].value);
}

std::optional<int32_t>
Arguments::Integer4(int number) const
{
	if (IsNull(number))
		return std::nullopt;
	return DatumGetInt32(call_->args[number].value);
}

std::optional<bool>
Arguments::Bool(int number) const
{
	if (IsNull(number))
		return std::nullopt;
	return DatumGetBool(call_->args[number].value);
}

std::optional<double>
Arguments::Timestamp(int number) const
{
	constexpr double kEpochs = (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * static_cast<double>(SECS_PER_DAY);

	if (IsNull(number))
		return std::nullopt;
	if (TIMESTAMP_NOT_FINITE(DatumGetTimestampTz(call_->args[number].value)))
		return TIMESTAMP_IS_NOBEGIN(DatumGetTimestampTz(call_->args[number].value)) ? -HUGE_VAL : HUGE_VAL;
	return static_cast<double>(DatumGetTimestampTz(call_->args[number].value)) / USECS_PER_SEC + kEpochs;
}

std::optional<std::vector<std::optional<std::string>>>
Arguments::TextArray(int number) const
{
	std::vector<std::optional<std::string>> values;

	if (IsNull(number))
		return std::nullopt;

	Elements array = Deconstruct(call_->args[number].value, TEXTOID, -1, false);

	for (int i = 0; i < array.count; i++)
	{
		const char *value = nullptr;

		if (array.nulls[i])
		{
			values.emplace_back(std::nullopt);
			continue;
		}
		Guarded([&] { value = TextDatumGetCString(array.values[i]); });
		values.emplace_back(value);
	}
	return values;
}

std::optional<std::vector<ObjectId>>
Arguments::OidArray(int number) const
{
	std::vector<ObjectId> values;

	if (IsNull(number))
		return std::nullopt;

	Elements array = Deconstruct(call_->args[number].value, REGCLASSOID, sizeof(Oid), true);

	for (int i = 0; i < array.count; i++)
	{
		if (!array.nulls[i])
			values.push_back(DatumGetObjectId(array.values[i]));
	}
	return values;
}

std::string
ArrayLiteral(const std::vector<std::string> &values)
{
	std::string text = "{";

	for (const std::string &value : values)
	{
		text += text.size() > 1 ? ",\"" : "\"";
		for (char c : value)
		{
			if (c == '"' || c == '\\')
				text += '\\';
			text += c;
		}
		text += '"';
	}
	return text + "}";
}

Value
NumberValue(double value)
{
	char buffer[64];

	snprintf(buffer, sizeof(buffer), "%.17g", value);
	return buffer;
}

Value
IntegerValue(int64_t value)
{
	return std::to_string(value);
}

Value
TimestampValue(double seconds)
{
	auto whole = static_cast<time_t>(seconds);
	struct tm parts = {};
	char buffer[64];

	if (seconds <= 0 || gmtime_r(&whole, &parts) == nullptr)
		return std::nullopt;
	strftime(buffer, sizeof(buffer), "%Y-%m-%d %H:%M:%S+00", &parts);
	return buffer;
}

ResultSet::ResultSet(FunctionCallInfo call) : call_(call)
{
	Guarded([&] { InitMaterializedSRF(call_, 0); });
}

void
ResultSet::AddRow(const std::vector<Value> &values)
{
	auto *info = reinterpret_cast<ReturnSetInfo *>(call_->resultinfo);

	Guarded([&] { tuplestore_puttuple(info->setResult, BuildRow(info->setDesc, values)); });
}

Datum
MakeRow(FunctionCallInfo call, const std::vector<Value> &values)
{
	Datum row = (Datum) 0;

	Guarded(
		[&]
		{
			TupleDesc descriptor;

			if (get_call_result_type(call, nullptr, &descriptor) != TYPEFUNC_COMPOSITE)
				elog(ERROR, "return type must be a row type");
			row = HeapTupleGetDatum(BuildRow(BlessTupleDesc(descriptor), values));
		});
	return row;
}

Datum
MakeText(const std::string &text)
{
	Datum datum = (Datum) 0;

	Guarded([&] { datum = CStringGetTextDatum(text.c_str()); });
	return datum;
}

Datum
MakeJson(const std::string &text)
{
	Datum datum = (Datum) 0;

	Guarded([&] { datum = DirectFunctionCall1(jsonb_in, CStringGetDatum(text.c_str())); });
	return datum;
}

void
RequireNoTransactionBlock(FunctionCallInfo fcinfo, const char *call)
{
	auto *context = reinterpret_cast<CallContext *>(fcinfo->context);

	if (context != nullptr && IsA(context, CallContext) && !context->atomic)
		return;
	throw Refusal({sqlstate::kActiveSqlTransaction,
				   std::string("CALL ") + call + " cannot run inside a transaction block",
				   "The build would wait for this transaction, and this transaction for the build.",
				   "Send it as a statement of its own, outside of BEGIN ... COMMIT and of functions."});
}

} // namespace steward::pg
