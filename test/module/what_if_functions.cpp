/*-------------------------------------------------------------------------
 *
 * what_if_functions.cpp
 *	  What-if prices from SQL, for the tests and benchmarks that compare them
 *	  with hypopg's.
 *
 *	  CREATE FUNCTION what_if_cost(query text, indexes text[], OUT cost float8,
 *	      OUT used int) LANGUAGE c STRICT AS '$libdir/steward_test';
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
#include "catalog/namespace.h"
#include "nodes/parsenodes.h"
#include "tcop/tcopprot.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
}

#include <chrono>
#include <set>
#include <string_view>

#include "core/index/estimate_size.h"
#include "pg/catalog.h"
#include "pg/hypopg.h"
#include "pg/index_elements.h"
#include "pg/session.h"
#include "pg/what_if.h"

namespace steward
{

namespace
{

/* A CREATE INDEX statement as the server's parser leaves it, looked up in the catalog. */
struct ParsedIndex
{
	Oid relation;
	int keys;
	int columns; /* keys and included columns */
	AttrNumber column[INDEX_MAX_KEYS];
	bool descending[INDEX_MAX_KEYS];
	bool nulls_first[INDEX_MAX_KEYS];
};

void
AddColumn(ParsedIndex *parsed, const IndexElem *element)
{
	if (element->name == nullptr || element->collation != NIL || element->opclass != NIL)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("only plain columns can be priced")));
	if (parsed->columns >= INDEX_MAX_KEYS)
		ereport(ERROR, (errcode(ERRCODE_TOO_MANY_COLUMNS), errmsg("too many columns")));

	AttrNumber number = get_attnum(parsed->relation, element->name);
	bool descending = element->ordering == SORTBY_DESC;

	if (number <= 0)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
						errmsg("there is no column \"%s\" to index", element->name)));
	parsed->column[parsed->columns] = number;
	parsed->descending[parsed->columns] = descending;
	parsed->nulls_first[parsed->columns] = element->nulls_ordering == SORTBY_NULLS_DEFAULT
											   ? descending
											   : element->nulls_ordering == SORTBY_NULLS_FIRST;
	parsed->columns++;
}

void
ParseIndex(const char *text, ParsedIndex *parsed)
{
	List *statements = pg_parse_query(text);
	Node *statement = list_length(statements) == 1 ? linitial_node(RawStmt, statements)->stmt : nullptr;
	ListCell *cell;

	if (statement == nullptr || !IsA(statement, IndexStmt))
		ereport(ERROR, (errcode(ERRCODE_SYNTAX_ERROR), errmsg("not one CREATE INDEX statement: %s", text)));

	auto *index = reinterpret_cast<IndexStmt *>(statement);

	if (index->whereClause != nullptr || index->unique || index->options != NIL ||
		std::string_view(index->accessMethod) != "btree")
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("only a plain btree can be priced")));
	parsed->relation = RangeVarGetRelid(index->relation, NoLock, false);
	foreach (cell, index->indexParams)
		AddColumn(parsed, lfirst_node(IndexElem, cell));
	parsed->keys = parsed->columns;
	foreach (cell, index->indexIncludingParams)
		AddColumn(parsed, lfirst_node(IndexElem, cell));
}

IndexDefinition
ReadIndex(const std::string &text)
{
	ParsedIndex parsed = {};
	IndexDefinition index;

	pg::Guarded([&] { ParseIndex(text.c_str(), &parsed); });
	index.relation = parsed.relation;
	for (int i = 0; i < parsed.columns; i++)
	{
		if (i < parsed.keys)
			index.keys.push_back({parsed.column[i], parsed.descending[i], parsed.nulls_first[i]});
		else
			index.included.push_back(parsed.column[i]);
	}
	return index;
}

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

std::vector<pg::HypotheticalIndex>
SizeIndexes(const std::vector<std::optional<std::string>> &texts)
{
	pg::Spi spi;
	SizeModel model = SizeModelInForce();
	std::vector<IndexDefinition> definitions;
	std::set<ObjectId> relations;
	std::vector<pg::HypotheticalIndex> indexes;

	for (const std::optional<std::string> &text : texts)
	{
		definitions.push_back(ReadIndex(text.value()));
		relations.insert(definitions.back().relation);
	}

	Catalog catalog = pg::ReadCatalog(spi, {relations.begin(), relations.end()});

	for (const IndexDefinition &definition : definitions)
	{
		IndexSize size = EstimateIndexSize(catalog.at(definition.relation), definition, model);

		indexes.push_back({definition,
						   {{definition.relation, size.pages, size.tuples, size.height}},
						   model != SizeModel::kSteward});
	}
	return indexes;
}

/* One query and its hypothetical indexes, ready to be priced. */
class Pricing
{
public:
	explicit Pricing(FunctionCallInfo fcinfo)
		: query_(*pg::Arguments(fcinfo).Text(0), {pg::CurrentRole(), std::nullopt}, true),
		  indexes_(SizeIndexes(*pg::Arguments(fcinfo).TextArray(1))), what_if_({&query_}, indexes_, elements_)
	{
		for (size_t i = 0; i < indexes_.size(); i++)
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

	int64_t planner_calls() const { return what_if_.planner_calls(); }

private:
	Price Ask(const CandidateSet &set)
	{
		Price price = what_if_.PriceStatement(0, set);

		if (!what_if_.failures().empty())
			throw Refusal({sqlstate::kFeatureNotSupported,
						   "the query cannot be planned: " + what_if_.failures().begin()->second.reason, "",
						   ""});
		return price;
	}

	pg::AnalyzedQuery query_;
	std::vector<pg::HypotheticalIndex> indexes_;
	pg::IndexElements elements_;
	pg::WhatIf what_if_;
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
