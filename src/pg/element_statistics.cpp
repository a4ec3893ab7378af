/*-------------------------------------------------------------------------
 *
 * element_statistics.cpp
 *	  What ANALYZE would say of expressions that no index holds yet.
 *
 * The server's own code computes them, as for a real index (analyze.c); the
 * rows are those of TableSample.  These stand on fewer pages than ANALYZE's,
 * so the number of different values is the one that was reckoned for the size
 * of the index, which minds that, where there is one.
 *
 * Server.  Locks: AccessShareLock on the table while it is read.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/element_statistics.h"

#include "pg/compat.h"
#include "pg/sandbox.h"
#include "pg/session.h"
#include "pg/spi.h"
#include "pg/table_sample.h"

extern "C"
{
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_statistic.h"
#include "catalog/pg_type.h"
#include "commands/vacuum.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "utils/array.h"
#include "utils/datum.h"
#include "utils/rel.h"
#include "utils/syscache.h"
}

#include <algorithm>
#include <memory>
#include <vector>

namespace steward::pg
{

namespace
{

constexpr double kRowsPerTarget = 300; /* as many as ANALYZE looks at (analyze.c) */

/* Of all values that are looked at together. */
constexpr Size kMostBytes = 64 * 1024 * 1024;
constexpr size_t kFewRows = 300; /* so many are looked at in any case */

/* More different values than this share of the rows grow with the table (analyze.c). */
constexpr double kGrowing = 0.1;

} // namespace

extern "C"
{
static Datum
FetchValue(VacAttrStatsP stats, int row, bool *is_null)
{
	*is_null = stats->exprnulls[row];
	return stats->exprvals[row];
}
}

namespace
{

/* What analyze.c sets up for the key of an index. */
VacAttrStats *
MakeStats(Node *expression)
{
	auto *stats = static_cast<VacAttrStats *>(palloc0(sizeof(VacAttrStats)));
	HeapTuple type;

	compat::PrepareForAnalysis(stats);
	stats->attrtypid = exprType(expression);
	stats->attrtypmod = exprTypmod(expression);
	stats->attrcollid = exprCollation(expression);
	type = SearchSysCacheCopy1(TYPEOID, ObjectIdGetDatum(stats->attrtypid));
	if (!HeapTupleIsValid(type))
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("type %u is gone", stats->attrtypid)));
	stats->attrtype = reinterpret_cast<Form_pg_type>(GETSTRUCT(type));
	stats->anl_context = CurrentMemoryContext;
	stats->tupattnum = 1;
	for (int i = 0; i < STATISTIC_NUM_SLOTS; i++)
	{
		stats->statypid[i] = stats->attrtypid;
		stats->statyplen[i] = stats->attrtype->typlen;
		stats->statypbyval[i] = stats->attrtype->typbyval;
		stats->statypalign[i] = stats->attrtype->typalign;
	}
	return stats;
}

/* False where values of the type have no statistics. */
bool
Compute(VacAttrStats *stats, Datum *values, bool *nulls, int rows, double table_rows)
{
	bool possible = OidIsValid(stats->attrtype->typanalyze)
						? DatumGetBool(OidFunctionCall1(stats->attrtype->typanalyze, PointerGetDatum(stats)))
						: std_typanalyze(stats);

	if (!possible || stats->compute_stats == nullptr)
		return false;
	stats->exprvals = values;
	stats->exprnulls = nulls;
	stats->rowstride = 1;
	stats->compute_stats(stats, FetchValue, rows, table_rows);
	return stats->stats_valid;
}

/* A row of pg_statistic, as update_attstats() makes it. */
HeapTuple
MakeTuple(const VacAttrStats *stats)
{
	Datum values[Natts_pg_statistic] = {};
	bool nulls[Natts_pg_statistic] = {};
	::Relation catalog = table_open(StatisticRelationId, AccessShareLock);
	HeapTuple tuple;

	values[Anum_pg_statistic_starelid - 1] = ObjectIdGetDatum(InvalidOid);
	values[Anum_pg_statistic_staattnum - 1] = Int16GetDatum(1);
	values[Anum_pg_statistic_stainherit - 1] = BoolGetDatum(false);
	values[Anum_pg_statistic_stanullfrac - 1] = Float4GetDatum(stats->stanullfrac);
	values[Anum_pg_statistic_stawidth - 1] = Int32GetDatum(stats->stawidth);
	values[Anum_pg_statistic_stadistinct - 1] = Float4GetDatum(stats->stadistinct);
	for (int i = 0; i < STATISTIC_NUM_SLOTS; i++)
	{
		values[Anum_pg_statistic_stakind1 - 1 + i] = Int16GetDatum(stats->stakind[i]);
		values[Anum_pg_statistic_staop1 - 1 + i] = ObjectIdGetDatum(stats->staop[i]);
		values[Anum_pg_statistic_stacoll1 - 1 + i] = ObjectIdGetDatum(stats->stacoll[i]);
		nulls[Anum_pg_statistic_stanumbers1 - 1 + i] = stats->numnumbers[i] == 0;
		nulls[Anum_pg_statistic_stavalues1 - 1 + i] = stats->numvalues[i] == 0;
		if (stats->numnumbers[i] > 0)
		{
			auto *numbers = static_cast<Datum *>(palloc(sizeof(Datum) * stats->numnumbers[i]));

			for (int n = 0; n < stats->numnumbers[i]; n++)
				numbers[n] = Float4GetDatum(stats->stanumbers[i][n]);
			values[Anum_pg_statistic_stanumbers1 - 1 + i] = PointerGetDatum(construct_array(
				numbers, stats->numnumbers[i], FLOAT4OID, sizeof(float4), true, TYPALIGN_INT));
		}
		if (stats->numvalues[i] > 0)
			values[Anum_pg_statistic_stavalues1 - 1 + i] = PointerGetDatum(
				construct_array(stats->stavalues[i], stats->numvalues[i], stats->statypid[i],
								stats->statyplen[i], stats->statypbyval[i], stats->statypalign[i]));
	}
	tuple = heap_form_tuple(RelationGetDescr(catalog), values, nulls);
	table_close(catalog, AccessShareLock);
	return tuple;
}

/* The reading of some expressions of one table, within the sandbox. */
class ExpressionReader
{
public:
	explicit ExpressionReader(size_t expressions)
		: context_("pg_steward expression values"), values_(expressions), nulls_(expressions)
	{}

	/* False where there is no room for all of their values. */
	bool Read(Spi &spi, const steward::Relation &relation, const std::vector<ColumnNumber> &numbers,
			  double rows)
	{
		TableSample sample(spi, relation, rows);
		std::vector<std::string> expressions;
		bool full = false;

		for (ColumnNumber number : numbers)
			expressions.push_back(ExpressionOf(relation, number));
		spi.Visit(sample.Select(expressions),
				  [&](HeapTuple row, TupleDesc descriptor)
				  {
					  for (size_t i = 0; i < numbers.size(); i++)
						  Take(row, descriptor, i);
					  full = MemoryContextMemAllocated(context_.get(), false) >= kMostBytes;
					  return full;
				  });
		return !full;
	}

	size_t rows() const { return values_.front().size(); }

	/* Of one of them.  Null where there are none; in `lasting`. */
	HeapTuple Finish(size_t position, Node *expression, const steward::Relation &relation,
					 const Column &column, MemoryContext lasting)
	{
		SwitchedContext in(context_.get());
		std::vector<Datum> &values = values_[position];
		auto nulls = std::make_unique<bool[]>(values.size());
		HeapTuple result = nullptr;

		if (values.empty())
			return nullptr;
		std::copy(nulls_[position].begin(), nulls_[position].end(), nulls.get());
		Guarded(
			[&]
			{
				VacAttrStats *stats = MakeStats(expression);

				if (!Compute(stats, values.data(), nulls.get(), static_cast<int>(values.size()),
							 relation.tuples))
					return;
				if (relation.sample.columns.count(column.number) > 0 && column.distinct_values > 0 &&
					relation.tuples > 0)
					stats->stadistinct =
						static_cast<float4>(column.distinct_values > kGrowing * relation.tuples
												? -column.distinct_values / relation.tuples
												: column.distinct_values);

				HeapTuple tuple = MakeTuple(stats);

				MemoryContextSwitchTo(lasting);
				result = heap_copytuple(tuple);
			});
		return result;
	}

private:
	void Take(HeapTuple row, TupleDesc descriptor, size_t position)
	{
		SwitchedContext in(context_.get());
		Datum value = 0;
		bool is_null = true;

		Guarded(
			[&]
			{
				const FormData_pg_attribute *attribute =
					TupleDescAttr(descriptor, static_cast<int>(position));

				CHECK_FOR_INTERRUPTS();
				value = heap_getattr(row, static_cast<int>(position) + 1, descriptor, &is_null);
				if (!is_null)
					value = datumCopy(value, attribute->attbyval, attribute->attlen);
			});
		values_[position].push_back(value);
		nulls_[position].push_back(is_null);
	}

	OwnedMemoryContext context_;
	std::vector<std::vector<Datum>> values_; /* of each expression */
	std::vector<std::vector<bool>> nulls_;
};

} // namespace

ElementStatistics::ElementStatistics() : context_("pg_steward element statistics") {}

void
ElementStatistics::Read(const Catalog &catalog, const IndexElements &elements, const SampleRequest &request,
						double end)
{
	for (const auto &[oid, numbers] : request)
	{
		auto found = catalog.find(oid);
		std::vector<ColumnNumber> wanted;

		if (found == catalog.end() || found->second.partitioned)
			continue;

		const steward::Relation &relation = found->second;

		for (ColumnNumber number : numbers)
		{
			auto column = relation.columns.find(number);

			if (column != relation.columns.end() && !column->second.expression.empty() &&
				statistics_.count(number) == 0)
				wanted.push_back(number);
		}
		/* What fails has no statistics, as before: the planner takes its defaults. */
		ReadByHalves(wanted, end,
					 [&](const std::vector<ColumnNumber> &some)
					 { return TryToRead(relation, elements, some); });
	}
}

/* All or none of them; the ERROR that ended the reading, if one did. */
std::optional<ServerError>
ElementStatistics::TryToRead(const steward::Relation &relation, const IndexElements &elements,
							 const std::vector<ColumnNumber> &numbers)
{
	Oid role = SamplingRole(relation.oid);
	std::vector<HeapTuple> tuples;

	if (!OidIsValid(role))
		return std::nullopt;

	std::optional<ServerError> failure = RunSandboxed(
		{role, "pg_catalog, pg_temp"},
		[&]
		{
			auto reader = std::make_unique<ExpressionReader>(numbers.size());
			Spi spi;

			/* Fewer rows, then, of the whole table. */
			for (double rows = kRowsPerTarget * default_statistics_target;
				 !reader->Read(spi, relation, numbers, rows) && reader->rows() > kFewRows;)
			{
				rows = static_cast<double>(reader->rows()) / 2;
				reader = std::make_unique<ExpressionReader>(numbers.size());
			}
			for (size_t i = 0; i < numbers.size(); i++)
				tuples.push_back(reader->Finish(i, elements.Find(numbers[i])->expression, relation,
												relation.columns.at(numbers[i]), context_.get()));
		});

	if (failure)
		return failure;
	for (size_t i = 0; i < numbers.size(); i++)
	{
		if (tuples[i] != nullptr)
			statistics_[numbers[i]] = tuples[i];
	}
	return std::nullopt;
}

HeapTuple
ElementStatistics::Find(ColumnNumber number) const
{
	auto found = statistics_.find(number);

	return found == statistics_.end() ? nullptr : found->second;
}

} // namespace steward::pg
