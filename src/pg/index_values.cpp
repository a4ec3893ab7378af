/*-------------------------------------------------------------------------
 *
 * index_values.cpp
 *	  How values stand in an index: how long they are, which are equal, and
 *	  which parts an inverted index takes of them.
 *
 * As index_form_tuple() has it: short varlena headers, long values brought
 * inline and compressed.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/index_values.h"

#include "pg/trust.h"

extern "C"
{
#include "access/detoast.h"
#include "access/gin.h"
#include "access/gist.h"
#include "access/heaptoast.h"
#include "access/toast_compression.h"
#include "access/toast_internals.h"
#include "catalog/pg_am.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_opclass.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
}

#include <cstring>

namespace steward::pg
{

namespace
{

uint64
HashOfBytes(const void *bytes, size_t length)
{
	return hash_bytes_extended(static_cast<const unsigned char *>(bytes), static_cast<int>(length), 0);
}

/* Of what the class keeps of a value of the type. */
Oid
StoredType(const FormData_pg_opclass *form, Oid type)
{
	if (!OidIsValid(form->opckeytype))
		return type;
	if (form->opckeytype != ANYELEMENTOID)
		return form->opckeytype;

	Oid element = get_base_element_type(type);

	return OidIsValid(element) ? element : type;
}

} // namespace

ValueType
ValueTypeOf(Oid type)
{
	ValueType result;

	get_typlenbyvalalign(type, &result.length, &result.by_value, &result.alignment);
	result.storage = get_typstorage(type);
	return result;
}

int32
WidthInIndex(Datum value, const ValueType &type)
{
	if (type.length > 0)
		return type.length;
	if (type.length == -2)
		return static_cast<int32>(strlen(DatumGetCString(value)) + 1);

	auto *data = reinterpret_cast<struct varlena *>(DatumGetPointer(value));

	if (VARATT_IS_EXTERNAL(data))
		data = detoast_external_attr(data);
	if (!VARATT_IS_EXTENDED(data) && VARSIZE(data) > TOAST_INDEX_TARGET &&
		(type.storage == TYPSTORAGE_EXTENDED || type.storage == TYPSTORAGE_MAIN))
	{
		Datum compressed =
			toast_compress_datum(PointerGetDatum(data), static_cast<char>(default_toast_compression));

		if (DatumGetPointer(compressed) != nullptr)
			data = reinterpret_cast<struct varlena *>(DatumGetPointer(compressed));
	}
	if (VARATT_CAN_MAKE_SHORT(data))
		return static_cast<int32>(VARATT_CONVERTED_SHORT_SIZE(data));
	return static_cast<int32>(VARSIZE_ANY(data));
}

int32
FixedWidthInClass(Oid opclass)
{
	HeapTuple tuple = SearchSysCache1(CLAOID, ObjectIdGetDatum(opclass));
	Oid type;

	if (!HeapTupleIsValid(tuple))
		return 0;
	type = reinterpret_cast<Form_pg_opclass>(GETSTRUCT(tuple))->opckeytype;
	ReleaseSysCache(tuple);
	return OidIsValid(type) ? Max(0, get_typlen(type)) : 0;
}

void
PrepareKeyMaker(Oid opclass, Oid method, Oid type, Oid collation, KeyMaker *maker)
{
	HeapTuple tuple = SearchSysCache1(CLAOID, ObjectIdGetDatum(opclass));

	maker->function.fn_oid = InvalidOid;
	if (!HeapTupleIsValid(tuple))
		return;

	auto *form = reinterpret_cast<Form_pg_opclass>(GETSTRUCT(tuple));

	if (form->opcmethod == method)
	{
		Oid function = get_opfamily_proc(form->opcfamily, form->opcintype, form->opcintype,
										 method == GIN_AM_OID ? GIN_EXTRACTVALUE_PROC : GIST_COMPRESS_PROC);

		if (OidIsValid(function) && !IsStrangersFunction(function))
		{
			fmgr_info(function, &maker->function);
			maker->collation = OidIsValid(collation) ? collation : DEFAULT_COLLATION_OID;
			maker->key = ValueTypeOf(StoredType(form, type));
		}
	}
	ReleaseSysCache(tuple);
}

int32
WidthOfKey(Datum value, KeyMaker *maker)
{
	GISTENTRY entry;
	GISTENTRY *made;

	gistentryinit(entry, value, nullptr, nullptr, 0, true);
	made = reinterpret_cast<GISTENTRY *>(
		DatumGetPointer(FunctionCall1Coll(&maker->function, maker->collation, PointerGetDatum(&entry))));
	return WidthInIndex(made->key, maker->key);
}

uint64
HashOfValue(Datum value, const ValueType &type)
{
	if (type.by_value)
		return HashOfBytes(&value, sizeof(value));
	if (type.length > 0)
		return HashOfBytes(DatumGetPointer(value), static_cast<size_t>(type.length));
	if (type.length == -2)
		return HashOfBytes(DatumGetCString(value), strlen(DatumGetCString(value)));

	auto *data = reinterpret_cast<struct varlena *>(PG_DETOAST_DATUM_PACKED(value));

	return HashOfBytes(VARDATA_ANY(data), VARSIZE_ANY_EXHDR(data));
}

void
ReadParts(Datum value, KeyMaker *maker, std::vector<ValuePart> *parts)
{
	int32 count = 0;
	bool *nulls = nullptr;
	auto *values = reinterpret_cast<Datum *>(DatumGetPointer(FunctionCall3Coll(
		&maker->function, maker->collation, value, PointerGetDatum(&count), PointerGetDatum(&nulls))));

	if (values == nullptr || count <= 0)
	{
		parts->push_back({kNoPart, 0});
		return;
	}
	for (int32 i = 0; i < count; i++)
	{
		if (nulls != nullptr && nulls[i])
			parts->push_back({kNullPart, 0});
		else
			parts->push_back({HashOfValue(values[i], maker->key), WidthInIndex(values[i], maker->key)});
	}
}

} // namespace steward::pg
