/*-------------------------------------------------------------------------
 *
 * find_misestimates.cpp
 *	  Where executions found other numbers of rows than the planner expects, or
 *	  made other numbers of groups, and by which columns it is so.
 *
 * Server.  Locks: see AnalyzedQuery::Plan.
 *
 *-------------------------------------------------------------------------
 */
#include "flow/find_misestimates.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include "core/maintenance/judge_estimate.h"
#include "flow/make_statistics.h"
#include "pg/catalog.h"
#include "pg/expected_rows.h"
#include "pg/index_elements.h"
#include "pg/samples.h"
#include "pg/settings.h"
#include "pg/statistics_objects.h"
#include "pg/table_activity.h"

namespace steward
{

namespace
{

constexpr size_t kMostStatements = 200;
constexpr size_t kMostColumns = 8; /* of a statistics object */

/* By what rows are chosen, or grouped. */
struct Subject
{
	ObjectId table = 0;
	ObjectId named = 0; /* whose columns have these numbers: the table, or one of which it is a partition */
	std::set<ColumnNumber> columns = {};
	std::set<ColumnNumber> ranges = {}; /* of these, those of which no value is asked for */

	auto operator<=>(const Subject &) const = default;
};

using Findings = std::map<Subject, std::vector<Misestimate>>;

bool
IsAnyFarOff(const std::vector<RowCount> &rows)
{
	return std::any_of(rows.begin(), rows.end(), IsFarOff);
}

/* Before anything is parsed. */
bool
WasFarOff(const StatementKey &key)
{
	std::vector<pg::StatementSample> samples = pg::ReadSamples(key);

	return std::any_of(samples.begin(), samples.end(),
					   [](const pg::StatementSample &sample) { return IsAnyFarOff(sample.rows); });
}

/* By the conditions on `named` the statement chooses rows of the table. */
Subject
ConditionsOf(const QueryShape &shape, ObjectId table, ObjectId named)
{
	Subject subject = {table, named};
	std::set<ColumnNumber> values;

	for (const RelationUse &use : shape.relations)
	{
		for (const ColumnUse &column : use.columns)
		{
			if (use.relation != named || column.kind == ColumnUseKind::kJoin || column.column == 0)
				continue;
			subject.columns.insert(column.column);
			if (column.kind == ColumnUseKind::kEquality)
				values.insert(column.column);
		}
	}
	std::set_difference(subject.columns.begin(), subject.columns.end(), values.begin(), values.end(),
						std::inserter(subject.ranges, subject.ranges.end()));
	return subject;
}

/* Of no columns where more than one part of the statement groups, or by what is not one table's. */
Subject
GroupingOf(const QueryShape &shape)
{
	Subject subject;

	for (const RelationUse &use : shape.relations)
	{
		if (use.grouped.empty())
			continue;
		if (subject.table != 0)
			return {};
		subject = {use.relation, use.relation, {use.grouped.begin(), use.grouped.end()}, {}};
	}
	return subject.columns.count(0) != 0 ? Subject() : subject;
}

Subject
SubjectOf(pg::Spi &spi, const QueryShape &shape, const RowCount &counted)
{
	if (counted.relation == 0)
		return GroupingOf(shape);

	Subject subject = ConditionsOf(shape, counted.relation, counted.relation);

	if (!subject.columns.empty())
		return subject;
	for (ObjectId ancestor : pg::TablesAbove(spi, counted.relation))
	{
		subject = ConditionsOf(shape, counted.relation, ancestor);
		if (!subject.columns.empty())
			break;
	}
	return subject;
}

void
Look(pg::Spi &spi, const Statement &statement, pg::IndexElements &elements, Findings &findings)
{
	StatementAnalyzer analyzer(Unseen::kUnknown);
	AdvisedStatement advised;

	for (Variant &variant : analyzer.Analyze(statement, advised))
	{
		pg::Unfitness failure;

		if (!IsAnyFarOff(variant.rows))
			continue;

		QueryShape shape = pg::DescribeQuery(*variant.query, elements, &failure);

		if (failure)
			continue;
		for (const RowCount &counted : variant.rows)
		{
			Subject subject = IsFarOff(counted) ? SubjectOf(spi, shape, counted) : Subject();

			/* What was found before may have been mended, or be gone. */
			if (subject.columns.empty() || subject.columns.size() > kMostColumns ||
				counted.at <= pg::LastAnalyzed(spi, subject.table))
				continue;

			std::optional<Expectation> now = ExpectOf(variant, counted.relation);

			if (now && IsFarOff(now->count))
				findings[subject].push_back({statement.key, statement.text, now->count});
		}
	}
}

/*
 * Not those of which no list of combined values can say how many are within a range:
 * with them it would say nothing of the others either.  None where fewer than two are
 * left of several: nobody knows which of them it is.
 */
std::set<ColumnNumber>
ToCombine(const Relation &relation, const Subject &subject)
{
	std::set<ColumnNumber> columns;

	if (subject.columns.size() == 1)
		return subject.columns;
	for (ColumnNumber number : subject.columns)
	{
		auto column = relation.columns.find(number);

		if (subject.ranges.count(number) == 0 || column == relation.columns.end() ||
			column->second.distinct_values <= kLargeStatisticsTarget)
			columns.insert(number);
	}
	return columns.size() < 2 ? std::set<ColumnNumber>() : columns;
}

/*
 * Of columns as they are called in the table, whatever the numbers that they have in
 * one above it.  Empty where one is gone, or is an expression that is not to be
 * computed for each row: ANALYZE must not fail.
 */
StatisticsKeys
KeysOf(const Catalog &catalog, const Subject &subject)
{
	auto named = catalog.find(subject.named);
	auto table = catalog.find(subject.table);
	StatisticsKeys keys;

	if (named == catalog.end() || table == catalog.end())
		return {};
	for (ColumnNumber number : ToCombine(named->second, subject))
	{
		auto found = named->second.columns.find(number);

		if (found == named->second.columns.end() || found->second.may_fail || !found->second.indexable ||
			found->second.base != 0)
			return {};

		const Column &column = found->second;

		/* With two operator classes it is there twice. */
		if (std::find(keys.expressions.begin(), keys.expressions.end(), column.expression) !=
			keys.expressions.end())
			continue;
		keys.names.push_back(column.name);
		if (!column.expression.empty())
		{
			keys.expressions.push_back(column.expression);
			continue;
		}

		auto own = std::find_if(table->second.columns.begin(), table->second.columns.end(),
								[&](const auto &of_table) {
									return of_table.second.name == column.name && of_table.first > 0 &&
										   of_table.first < kFirstElement;
								});

		if (own == table->second.columns.end())
			return {};
		keys.columns.push_back(column.name);
		keys.numbers.push_back(own->first);
	}
	return keys;
}

} // namespace

std::optional<Expectation>
ExpectOf(Variant &variant, ObjectId table)
{
	pg::ExpectedRows expected = pg::ExpectRows(*variant.query);
	auto is_it = [&](const RowCount &count) { return count.relation == table; };
	auto found = std::find_if(expected.tables.begin(), expected.tables.end(), is_it);
	auto counted = std::find_if(variant.rows.begin(), variant.rows.end(), is_it);

	if (found == expected.tables.end() || counted == variant.rows.end() ||
		std::count_if(expected.tables.begin(), expected.tables.end(), is_it) > 1 ||
		std::count_if(variant.rows.begin(), variant.rows.end(), is_it) > 1)
		return std::nullopt;
	return Expectation{{table, found->planned, counted->actual}, expected.plan};
}

std::vector<MisestimatedKeys>
FindMisestimates(pg::Spi &spi)
{
	pg::IndexElements elements;
	Findings findings;
	std::map<std::pair<ObjectId, std::string>, MisestimatedKeys> by_keys;
	std::vector<MisestimatedKeys> found;
	size_t looked_at = 0;

	for (const Statement &statement : ReadWorkload(spi, WorkloadSpan::kWindow))
	{
		if (statement.counters.calls < pg::settings::min_calls || !WasFarOff(statement.key))
			continue;
		if (looked_at++ == kMostStatements)
			break;
		Look(spi, statement, elements, findings);
	}
	for (auto &[subject, of_subject] : findings)
	{
		Catalog catalog = pg::ReadCatalog(spi, {subject.table, subject.named});

		elements.AddTo(catalog);

		StatisticsKeys keys = KeysOf(catalog, subject);

		if (keys.size() == 0)
			continue;

		/* Conditions and groups may be on the same columns. */
		MisestimatedKeys &merged = by_keys[{subject.table, pg::StatisticsKeysText(keys)}];

		merged.relation = catalog.at(subject.table);
		merged.keys = std::move(keys);
		merged.found.insert(merged.found.end(), of_subject.begin(), of_subject.end());
	}
	for (auto &[key, merged] : by_keys)
		found.push_back(std::move(merged));
	return found;
}

} // namespace steward
