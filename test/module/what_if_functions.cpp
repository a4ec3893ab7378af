/*-------------------------------------------------------------------------
 *
 * what_if_functions.cpp
 *	  What-if prices and sizes from SQL, for the tests and benchmarks that
 *	  compare them with hypopg's and with real indexes.
 *
 *	  CREATE FUNCTION what_if_cost(query text, indexes text[], OUT cost float8,
 *	      OUT used int) LANGUAGE c STRICT AS '$libdir/steward_test';
 *	  CREATE FUNCTION what_if_size(index text, OUT bytes float8, OUT height int)
 *	      LANGUAGE c STRICT …
 *	  CREATE FUNCTION price_many(query text, indexes text[], times int,
 *	      OUT planner_calls bigint, OUT seconds float8) LANGUAGE c STRICT …
 *
 * An index is given as the CREATE INDEX statement that hypopg takes too.  The
 * query is priced with exactly these hypothetical indexes beside the real
 * ones, their sizes by the model that pg_steward.what_if_sizes names.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/function_call.h"

extern "C"
{
#include "utils/guc.h"
}

#include <chrono>
#include <optional>
#include <set>
#include <string_view>

#include "core/index/describe_expressions.h"
#include "core/index/estimate_size.h"
#include "pg/catalog.h"
#include "pg/element_statistics.h"
#include "pg/hypopg.h"
#include "pg/index_elements.h"
#include "pg/sample_rows.h"
#include "pg/session.h"
#include "pg/what_if.h"
#include "read_index.h"

namespace steward
{

namespace
{

constexpr double kSamplingSeconds = 60;

/* Of pg_steward: this module's own copy of the settings has defaults only. */
SizeModel
SizeModelInForce()
{
	const char *value = nullptr;

	pg::Guarded([&] { value = GetConfigOption("pg_steward.what_if_sizes", false, false); });
	if (std::string_view(value) != "hypopg")
		return SizeModel::kSteward;
	return pg::HypopgCountsHeaderOnce() ? SizeModel::kHypopg142 : SizeModel::kHypopg;
}

/* Indexes on tables, sized as the advice does it. */
struct SizedIndexes
{
	pg::IndexElements elements;
	pg::ElementStatistics statistics;
	std::vector<pg::HypotheticalIndex> indexes;
};

void
SizeIndexes(const std::vector<std::optional<std::string>> &texts, SizedIndexes &sized)
{
	pg::Spi spi;
	SizeModel model = SizeModelInForce();
	std::vector<IndexDefinition> definitions;
	std::set<ObjectId> relations;
	pg::SampleRequest request;

	for (const std::optional<std::string> &text : texts)
	{
		definitions.push_back(ReadIndex(text.value(), sized.elements));

		const IndexDefinition &index = definitions.back();

		relations.insert(index.relation);
		for (const IndexKey &key : index.keys)
			request[index.relation].insert(key.column);
		request[index.relation].insert(index.included.begin(), index.included.end());
		if (index.predicate != 0)
			request[index.relation].insert(index.predicate);
	}

	Catalog catalog = pg::ReadCatalog(spi, {relations.begin(), relations.end()});
	double end = pg::SecondsSinceEpoch() + kSamplingSeconds;

	sized.elements.AddTo(catalog);
	if (model == SizeModel::kSteward)
		pg::SampleRows(catalog, sized.elements, request, end);
	for (auto &[oid, relation] : catalog)
		DescribeExpressions(relation);
	sized.statistics.Read(catalog, sized.elements, request, end);
	for (const IndexDefinition &definition : definitions)
	{
		IndexSize size = EstimateIndexSize(catalog.at(definition.relation), definition, model);

		sized.indexes.push_back({definition,
								 std::make_shared<pg::Places>(pg::Places{{definition.relation, 0, 1}}),
								 {{size.pages, size.tuples, size.height}},
								 model != SizeModel::kSteward});
	}
}

/* One query and its hypothetical indexes, ready to be priced. */
class Pricing
{
public:
	explicit Pricing(FunctionCallInfo fcinfo)
		: query_(*pg::Arguments(fcinfo).Text(0), {pg::CurrentRole(), std::nullopt}, true)
	{
		SizeIndexes(*pg::Arguments(fcinfo).TextArray(1), sized_);
		what_if_.emplace(std::vector{&query_}, sized_.indexes, sized_.elements, &sized_.statistics);
		for (size_t i = 0; i < sized_.indexes.size(); i++)
			all_.push_back(static_cast<CandidateId>(i));
	}

	Price Ask() { return Ask(all_); }

	/* With all but one of the indexes, another one for each `number`. */
	Price AskWithout(size_t number)
	{
		CandidateSet set = all_;

		if (!set.empty())
			set.erase(set.begin() + static_cast<ptrdiff_t>(number % set.size()));
		return Ask(set);
	}

	int64_t planner_calls() const { return what_if_->planner_calls(); }

private:
	Price Ask(const CandidateSet &set)
	{
		Price price = what_if_->PriceStatement(0, set);

		if (!what_if_->failures().empty())
			throw Refusal({sqlstate::kFeatureNotSupported,
						   "the query cannot be planned: " + what_if_->failures().begin()->second.reason, "",
						   ""});
		return price;
	}

	pg::AnalyzedQuery query_;
	SizedIndexes sized_;
	std::optional<pg::WhatIf> what_if_;
	CandidateSet all_;
};

} // namespace

/* What the query would cost, and how many of the indexes its plan would use. */
STEWARD_FUNCTION(what_if_cost)
{
	Pricing pricing(fcinfo);
	Price price = pricing.Ask();

	return pg::MakeRow(
		fcinfo, {pg::NumberValue(price.cost), pg::IntegerValue(static_cast<int64_t>(price.used.size()))});
}

/* How big an index would be, and how many levels it would have above its leaves; -1 where that is not known. */
STEWARD_FUNCTION(what_if_size)
{
	SizedIndexes sized;

	SizeIndexes({*pg::Arguments(fcinfo).Text(0)}, sized);

	const pg::PlacedSize &size = sized.indexes.at(0).sizes.at(0);

	return pg::MakeRow(fcinfo, {pg::NumberValue(size.pages * BLCKSZ), pg::IntegerValue(size.height)});
}

/*
 * Prices the query so often, each time with all indexes but another one, and
 * says how long that took.  Nothing is remembered at this level: every price
 * is a call of the planner, as planner_calls shows.  Analysis and the reading
 * of the catalog, which happen once for a whole round of advice, are not
 * timed.
 */
STEWARD_FUNCTION(price_many)
{
	using Clock = std::chrono::steady_clock;

	Pricing pricing(fcinfo);
	int32_t times = pg::Arguments(fcinfo).Integer4(2).value();
	Clock::time_point start = Clock::now();

	for (int32_t i = 0; i < times; i++)
		pricing.AskWithout(static_cast<size_t>(i));

	std::chrono::duration<double> elapsed = Clock::now() - start;

	return pg::MakeRow(fcinfo, {pg::IntegerValue(pricing.planner_calls()), pg::NumberValue(elapsed.count())});
}

} // namespace steward
