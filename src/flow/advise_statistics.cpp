/*-------------------------------------------------------------------------
 *
 * advise_statistics.cpp
 *	  Extended statistics, or larger targets of columns, where conditions find
 *	  other numbers of rows than the planner expects, or groups are others.
 *
 *	  rows that sampled executions read -> those far from what was expected
 *	  -> still expected so? by which columns? -> one trial for each set of them
 *
 * Server.  Locks: see AnalyzedQuery::Plan.
 *
 *-------------------------------------------------------------------------
 */
#include "flow/advise_statistics.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include "base/text.h"
#include "core/maintenance/judge_estimate.h"
#include "flow/advise_maintenance.h"
#include "flow/make_statistics.h"
#include "model/statistics_keys.h"
#include "pg/catalog.h"
#include "pg/ddl.h"
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

/* Before that many of a table's rows were modified its statistics are not to blame. */
constexpr double kManyModified = 0.02;

constexpr int kStatisticsPriority = 130;
constexpr size_t kMostStatements = 200;
constexpr size_t kMostColumns = 8; /* of a statistics object */
constexpr size_t kLongestStatement = 200;

struct Finding
{
	StatementKey key;
	std::string text;
	RowCount count; /* of relation 0: of groups */
};

/* By what rows are chosen, or grouped. */
struct Subject
{
	ObjectId table = 0;
	ObjectId named = 0; /* whose columns have these numbers: the table, or one of which it is a partition */
	std::set<ColumnNumber> columns = {};
	std::set<ColumnNumber> ranges = {}; /* of these, those of which no value is asked for */

	auto operator<=>(const Subject &) const = default;
};

using Findings = std::map<Subject, std::vector<Finding>>;

/* What statistics would be on, and what they are to mend. */
struct Candidate
{
	Relation relation;
	StatisticsKeys keys;
	std::vector<Finding> findings;
};

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

Json
DescribeFindings(const std::vector<Finding> &findings)
{
	Json statements = Json::array();
	std::set<std::pair<StatementKey, bool>> seen;

	for (const Finding &finding : findings)
	{
		bool groups = finding.count.relation == 0;

		if (seen.insert({finding.key, groups}).second)
			statements.push_back(Json{{"userid", finding.key.userid},
									  {"queryid", finding.key.queryid},
									  {"toplevel", finding.key.toplevel},
									  {"query", Excerpt(finding.text, kLongestStatement)},
									  {"groups", groups},
									  {"rows_expected", finding.count.planned},
									  {"rows_found", finding.count.actual}});
	}
	return statements;
}

/* "conditions on a, b find other numbers of rows than the planner expects, by a factor of 20" */
std::string
DescribeMisestimate(const StatisticsKeys &keys, const std::vector<Finding> &findings)
{
	std::vector<RowCount> counts;
	const RowCount *worst = &findings.front().count;
	bool all_groups = std::all_of(findings.begin(), findings.end(),
								  [](const Finding &finding) { return finding.count.relation == 0; });

	for (const Finding &finding : findings)
	{
		counts.push_back(finding.count);
		if (MisestimateOf(worst->planned, worst->actual) <
			MisestimateOf(finding.count.planned, finding.count.actual))
			worst = &finding.count;
	}
	return (all_groups ? "grouping by " : "conditions on ") + pg::StatisticsKeysText(keys) +
		   (all_groups ? " makes other numbers of groups" : " find other numbers of rows") +
		   " than the planner expects, by a factor of " + FormatNumber(TypicalMisestimate(counts), 0) +
		   ": at worst it expected " + FormatNumber(worst->planned, 0) + " where " +
		   FormatNumber(worst->actual, 0) + " were";
}

/* What all statistics that are to be tried have in common. */
Advice
TrialAdvice(ActionKind kind, const Relation &relation, const StatisticsKeys &keys,
			const std::vector<Finding> &findings)
{
	std::vector<RowCount> counts;
	Advice advice;

	for (const Finding &finding : findings)
		counts.push_back(finding.count);
	advice.kind = kind;
	advice.canonical =
		std::string(KindName(kind)) + " " + relation.quoted + " (" + pg::StatisticsKeysText(keys) + ")";
	advice.priority = kStatisticsPriority;
	advice.relation = relation.oid;
	advice.relation_label = relation.label;
	advice.arguments = ToJson(keys);
	advice.expected = {{"misestimate", TypicalMisestimate(counts)}};
	advice.evidence = {{"statements", DescribeFindings(findings)}};
	return advice;
}

/* The statements, once the arguments say what they are made from. */
void
AddDdl(Advice &advice, const Relation &relation)
{
	Action action;

	action.kind = advice.kind;
	action.relation = advice.relation;
	action.target = advice.target;
	action.arguments = advice.arguments;

	StatisticsDdl ddl = DdlOfStatistics(relation, action);

	advice.ddl = {ddl.make, ddl.analyze};
	advice.undo_ddl = {ddl.undo};
}

Advice
ToCreate(pg::Spi &spi, const Relation &relation, const StatisticsKeys &keys,
		 const std::vector<Finding> &findings)
{
	Advice advice = TrialAdvice(ActionKind::kCreateStatistics, relation, keys, findings);

	advice.target = pg::QualifiedName(relation.schema, pg::FreeStatisticsName(spi, relation, keys));
	advice.reason = DescribeMisestimate(keys, findings) + ", as it " +
					(keys.size() == 1   ? "knows nothing of what the expression yields"
					 : keys.size() == 2 ? "takes the two for independent"
										: "takes them for independent");
	AddDdl(advice, relation);
	return advice;
}

Advice
ToSetTarget(const Relation &relation, const StatisticsKeys &keys, int target,
			const std::vector<Finding> &findings)
{
	Advice advice = TrialAdvice(ActionKind::kSetStatistics, relation, keys, findings);

	advice.target = relation.quoted + " (" + pg::StatisticsKeysText(keys) + ")";
	advice.arguments["statistics_target"] = kLargeStatisticsTarget;
	advice.arguments["statistics_target_before"] = target;
	advice.reason = DescribeMisestimate(keys, findings) +
					", as the statistics of the column keep few of its values apart";
	AddDdl(advice, relation);
	return advice;
}

/* What the steward analysed of late, and is not expected any better, is not to be mended so. */
bool
WasAnalyzedInVain(pg::Spi &spi, const Relation &relation)
{
	return !spi.Query("SELECT FROM steward.actions WHERE kind = 'analyze' AND target = $1 AND status = 'kept'"
					  "   AND updated_at > now() - make_interval(mins => $2::integer)",
					  {relation.quoted, std::to_string(pg::settings::retry_after_min)})
				.empty();
}

/* What has come since is not in the statistics. */
Advice
ToAnalyze(const Relation &relation, const StatisticsKeys &keys, const std::vector<Finding> &findings,
		  double modified)
{
	Advice advice = AnalyzeAdvice(relation.oid, relation.label, relation.quoted);

	advice.evidence = {{"statements", DescribeFindings(findings)}};
	advice.reason = DescribeMisestimate(keys, findings) + ", and " + FormatPercent(modified) +
					" of the table's rows were modified since it was analysed";
	return advice;
}

/* Nothing where nothing is known to help. */
std::optional<Advice>
AdviseOn(pg::Spi &spi, const Relation &relation, const StatisticsKeys &keys,
		 const std::vector<Finding> &findings)
{
	double modified = pg::ModifiedShare(spi, relation.oid);

	/* Before anything is tried the table is analysed. */
	if ((keys.size() >= 2 || !keys.expressions.empty()) && !pg::HasStatisticsOn(spi, relation.oid, keys))
		return ToCreate(spi, relation, keys, findings);
	if (modified >= kManyModified && !WasAnalyzedInVain(spi, relation))
		return ToAnalyze(relation, keys, findings, modified);
	if (keys.size() != 1 || keys.columns.empty())
		return std::nullopt;

	int target = pg::ColumnTarget(spi, relation.oid, keys.numbers.front()).value_or(0);

	/* 0: somebody wants none. */
	if (target == 0 || (target < 0 ? pg::DefaultStatisticsTarget() : target) >= kLargeStatisticsTarget)
		return std::nullopt;
	return ToSetTarget(relation, keys, target, findings);
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

std::vector<Advice>
AdviseStatisticsTrials(pg::Spi &spi, const std::vector<std::string> &exclusions)
{
	pg::IndexElements elements;
	Findings findings;
	std::map<std::pair<ObjectId, std::string>, Candidate> candidates;
	std::vector<Advice> advice;
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
		Candidate &candidate = candidates[{subject.table, pg::StatisticsKeysText(keys)}];

		candidate.relation = catalog.at(subject.table);
		candidate.keys = std::move(keys);
		candidate.findings.insert(candidate.findings.end(), of_subject.begin(), of_subject.end());
	}
	for (const auto &[key, candidate] : candidates)
	{
		const Relation &relation = candidate.relation;
		bool excluded =
			std::any_of(exclusions.begin(), exclusions.end(),
						[&](const std::string &pattern) { return MatchesLike(relation.label, pattern); });

		if (excluded || !relation.unfit.empty() || relation.partitioned)
			continue;
		if (std::optional<Advice> one = AdviseOn(spi, relation, candidate.keys, candidate.findings))
			advice.push_back(std::move(*one));
	}
	return advice;
}

} // namespace steward
