/*-------------------------------------------------------------------------
 *
 * column_values.cpp
 *	  Values of columns, as the server's statistics hold them.
 *
 * A column's statistics are looked at where the planner itself would look at
 * them: not without the right to read the column, and not under row-level
 * security.  And only values of types are taken that the server itself brings,
 * compared and cast by its own functions.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/column_values.h"

#include "pg/compat.h"
#include "pg/kept_types.h"
#include "pg/read_clauses.h"

extern "C"
{
#include "access/transam.h"
#include "catalog/pg_class.h"
#include "catalog/pg_statistic.h"
#include "catalog/pg_type.h"
#include "parser/parse_coerce.h"
#include "utils/acl.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"
#include "utils/rls.h"
#include "utils/syscache.h"
#include "utils/typcache.h"
}

namespace steward::pg
{

namespace
{

/* Whether the planner would look at the statistics of the column for him who reads the table. */
bool
MayBeAsked(const ColumnSource &source)
{
	Oid relation = source.entry->relid;
	Oid reader = compat::ReaderOf(source.query, source.entry);
	char kind = source.entry->relkind;

	if (source.column <= 0 || relation < FirstNormalObjectId || !OidIsValid(reader))
		return false;
	if (kind != RELKIND_RELATION && kind != RELKIND_MATVIEW && kind != RELKIND_PARTITIONED_TABLE)
		return false;
	if (source.entry->securityQuals != NIL || check_enable_rls(relation, reader, true) == RLS_ENABLED)
		return false;
	return pg_class_aclcheck(relation, reader, ACL_SELECT) == ACLCHECK_OK ||
		   pg_attribute_aclcheck(relation, source.column, reader, ACL_SELECT) == ACLCHECK_OK;
}

/* Rows of the table as they were counted last. */
double
RowsOf(Oid relation)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relation));
	double rows = 0;

	if (!HeapTupleIsValid(tuple))
		return rows;
	rows = Max(0, reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple))->reltuples);
	ReleaseSysCache(tuple);
	return rows;
}

struct Order
{
	FmgrInfo *compare;
	Oid collation;
};

extern "C"
{
static int
CompareValues(const void *left, const void *right, void *argument)
{
	const auto *order = static_cast<const Order *>(argument);

	return DatumGetInt32(FunctionCall2Coll(order->compare, order->collation,
										   *static_cast<const Datum *>(left),
										   *static_cast<const Datum *>(right)));
}
}

/* The common values in their order, where nothing else is known of the column. */
ColumnValues
InOrder(const ColumnValues &values, Oid collation)
{
	TypeCacheEntry *type;
	ColumnValues sorted = {values.type, values.count, nullptr};

	if (values.count == 0)
		return {};
	type = lookup_type_cache(values.type, TYPECACHE_CMP_PROC_FINFO);
	if (!IsServersFunction(type->cmp_proc))
		return {};

	Order order = {&type->cmp_proc_finfo, collation};

	sorted.values = static_cast<Datum *>(palloc(sizeof(Datum) * static_cast<Size>(values.count)));
	memcpy(sorted.values, values.values, sizeof(Datum) * static_cast<Size>(values.count));
	qsort_arg(sorted.values, static_cast<Size>(sorted.count), sizeof(Datum), CompareValues, &order);
	return sorted;
}

/* Values of a domain are those of what it is made of; none where they are not to be kept. */
ColumnValues
TakeValues(const AttStatsSlot *slot)
{
	Oid type = getBaseType(slot->valuetype);

	if (FindKeptType(type) == nullptr || slot->nvalues == 0)
		return {};
	return {type, slot->nvalues, slot->values};
}

/* The slots' memory stays as long as the finder's. */
void
TakeSlots(HeapTuple tuple, ColumnStatistics *statistics)
{
	auto *form = reinterpret_cast<Form_pg_statistic>(GETSTRUCT(tuple));
	AttStatsSlot common = {};
	AttStatsSlot histogram = {};
	double distinct =
		form->stadistinct >= 0 ? form->stadistinct : -form->stadistinct * RowsOf(statistics->relation);
	double others = 1 - form->stanullfrac;

	if (get_attstatsslot(&common, tuple, STATISTIC_KIND_MCV, InvalidOid,
						 ATTSTATSSLOT_VALUES | ATTSTATSSLOT_NUMBERS))
	{
		statistics->common = TakeValues(&common);
		statistics->common.count = Min(statistics->common.count, common.nnumbers);
		statistics->frequencies = common.numbers;
	}
	if (get_attstatsslot(&histogram, tuple, STATISTIC_KIND_HISTOGRAM, InvalidOid, ATTSTATSSLOT_VALUES))
		statistics->bounds = TakeValues(&histogram);
	statistics->all_common = statistics->bounds.count == 0;
	if (statistics->all_common)
		statistics->bounds = InOrder(statistics->common, common.stacoll);
	for (int i = 0; i < statistics->common.count; i++)
		others -= statistics->frequencies[i];
	statistics->other_frequency = Max(0, others) / Max(1, distinct - statistics->common.count);
}

/* Those of the table and its children together, or, where there are none, of the table. */
HeapTuple
FindStatisticTuple(Oid relation, AttrNumber column, bool inherited)
{
	HeapTuple tuple = nullptr;

	if (inherited)
		tuple = SearchSysCache3(STATRELATTINH, ObjectIdGetDatum(relation), Int16GetDatum(column),
								BoolGetDatum(true));
	if (!HeapTupleIsValid(tuple))
		tuple = SearchSysCache3(STATRELATTINH, ObjectIdGetDatum(relation), Int16GetDatum(column),
								BoolGetDatum(false));
	return tuple;
}

} // namespace

bool
IsServersFunction(Oid function)
{
	return OidIsValid(function) && function < FirstNormalObjectId;
}

ColumnStatistics *
FindStatistics(List **columns, const ColumnSource &source)
{
	ListCell *cell;
	Oid relation = source.entry->relid;
	bool inherited = source.entry->inh;

	if (!MayBeAsked(source))
		return nullptr;
	foreach (cell, *columns)
	{
		auto *known = static_cast<ColumnStatistics *>(lfirst(cell));

		if (known->relation == relation && known->column == source.column && known->inherited == inherited)
			return known;
	}

	ColumnStatistics *statistics =
		Make(ColumnStatistics{relation, source.column, inherited, {}, nullptr, 0, {}, false, 0});
	HeapTuple tuple = FindStatisticTuple(relation, source.column, inherited);

	*columns = lappend(*columns, statistics);
	if (HeapTupleIsValid(tuple))
	{
		TakeSlots(tuple, statistics);
		ReleaseSysCache(tuple);
	}
	return statistics;
}

namespace
{

/* The least and the greatest number of an integer type; false for another type. */
bool
RangeOf(Oid type, int64 *least, int64 *greatest)
{
	switch (type)
	{
		case INT2OID:
			*least = PG_INT16_MIN;
			*greatest = PG_INT16_MAX;
			return true;
		case INT4OID:
			*least = PG_INT32_MIN;
			*greatest = PG_INT32_MAX;
			return true;
		case INT8OID:
			/* That a float can tell from what is beyond the type. */
			*least = PG_INT64_MIN / 2;
			*greatest = PG_INT64_MAX / 2;
			return true;
		default:
			return false;
	}
}

/* NaN is beyond all ranges. */
bool
IsWithin(Datum value, Oid type, int64 least, int64 greatest)
{
	auto within = [&](float8 number)
	{ return number >= static_cast<float8>(least) && number <= static_cast<float8>(greatest); };

	switch (type)
	{
		case INT4OID:
			return DatumGetInt32(value) >= least && DatumGetInt32(value) <= greatest;
		case INT8OID:
			return DatumGetInt64(value) >= least && DatumGetInt64(value) <= greatest;
		case FLOAT4OID:
			return within(DatumGetFloat4(value));
		case FLOAT8OID:
			return within(DatumGetFloat8(value));
		case NUMERICOID:
			return DatumGetBool(
					   DirectFunctionCall2(numeric_ge, value, NumericGetDatum(int64_to_numeric(least)))) &&
				   DatumGetBool(
					   DirectFunctionCall2(numeric_le, value, NumericGetDatum(int64_to_numeric(greatest))));
		default:
			return false;
	}
}

/* Whether an assignment cast takes all of the values without an error. */
bool
AllFit(const ColumnValues &values, Oid type)
{
	int64 least;
	int64 greatest;

	if (TypeCategory(values.type) == TYPCATEGORY_DATETIME)
		return true;
	if (!RangeOf(type, &least, &greatest))
		return false;
	for (int i = 0; i < values.count; i++)
	{
		if (!IsWithin(values.values[i], values.type, least, greatest))
			return false;
	}
	return true;
}

} // namespace

ColumnValues
Converted(const ColumnValues &values, Oid type)
{
	ColumnValues converted = {type, values.count, values.values};
	Oid function = InvalidOid;
	CoercionPathType path;

	if (values.count == 0 || FindKeptType(type) == nullptr)
		return {};
	if (type == values.type)
		return values;
	path = find_coercion_pathway(type, values.type, COERCION_IMPLICIT, &function);
	if (path == COERCION_PATH_NONE && AllFit(values, type))
		path = find_coercion_pathway(type, values.type, COERCION_ASSIGNMENT, &function);
	switch (path)
	{
		case COERCION_PATH_RELABELTYPE:
			return converted;
		case COERCION_PATH_FUNC:
			break;
		default:
			return {};
	}
	if (!IsServersFunction(function) || get_func_nargs(function) != 1)
		return {};
	converted.values = static_cast<Datum *>(palloc(sizeof(Datum) * static_cast<Size>(values.count)));
	for (int i = 0; i < values.count; i++)
		converted.values[i] = OidFunctionCall1(function, values.values[i]);
	return converted;
}

} // namespace steward::pg
