/*-------------------------------------------------------------------------
 *
 * advise_statistics.cpp
 *	  Extended statistics, where conditions on several columns find other
 *	  numbers of rows than the planner expects.
 *
 *	  rows that sampled executions read -> those far from what was expected
 *	  -> still expected so? by which columns? -> one object for each set of them
 *
 * Server.  Locks: see AnalyzedQuery::Plan.
 *
 *-------------------------------------------------------------------------
 */
#include "flow/advise_statistics.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "core/maintenance/judge_estimate.h"
#include "flow/advise_maintenance.h"
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

/* Less is what statistics of single columns do, too. */
constexpr double kFarOff = 10;

/* Few rows more or less change no plan. */
constexpr double kMostFewRows = 100;

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
	RowCount count;
};

using ColumnSet = std::pair<ObjectId, std::set<ColumnNumber>>;
using Findings = std::map<ColumnSet, std::vector<Finding>>;

bool
IsFarOff(const RowCount &count)
{
	return MisestimateOf(count.planned, count.actual) >= kFarOff &&
		   std::max(count.planned, count.actual) >= kMostFewRows;
}

/* Before anything is parsed. */
bool
WasFarOff(const StatementKey &key)
{
	std::vector<pg::StatementSample> samples = pg::ReadSamples(key);

	return std::any_of(samples.begin(), samples.end(),
					   [](const pg::StatementSample &sample)
					   { return std::any_of(sample.rows.begin(), sample.rows.end(), IsFarOff); });
}

/* The plain columns by which the statement chooses rows of the table. */
std::set<ColumnNumber>
ColumnsOf(Variant &variant, ObjectId table)
{
	pg::IndexElements elements;
	pg::Unfitness failure;
	QueryShape shape = pg::DescribeQuery(*variant.query, elements, &failure);
	std::set<ColumnNumber> columns;

	if (failure)
		return columns;
	for (const RelationUse &use : shape.relations)
	{
		for (const ColumnUse &column : use.columns)
		{
			if (use.relation == table && column.kind != ColumnUseKind::kJoin && column.column > 0 &&
				column.column < kFirstElement)
				columns.insert(column.column);
		}
	}
	return columns;
}

void
Look(pg::Spi &spi, const Statement &statement, Findings &findings)
{
	StatementAnalyzer analyzer(Unseen::kUnknown);
	AdvisedStatement advised;

	for (Variant &variant : analyzer.Analyze(statement, advised))
	{
		for (const RowCount &counted : variant.rows)
		{
			/* What was found before may have been mended, or be gone. */
			bool is_known = IsFarOff(counted) && counted.at > pg::LastAnalyzed(spi, counted.relation);
			std::optional<Expectation> now = is_known ? ExpectOf(variant, counted.relation) : std::nullopt;

			if (!now || !IsFarOff(now->count))
				continue;

			std::set<ColumnNumber> columns = ColumnsOf(variant, counted.relation);

			if (columns.size() <= kMostColumns)
				findings[{counted.relation, columns}].push_back({statement.key, statement.text, now->count});
		}
	}
}

Json
DescribeFindings(const std::vector<Finding> &findings)
{
	Json statements = Json::array();
	std::set<StatementKey> seen;

	for (const Finding &finding : findings)
	{
		if (seen.insert(finding.key).second)
			statements.push_back(Json{{"userid", finding.key.userid},
									  {"queryid", finding.key.queryid},
									  {"toplevel", finding.key.toplevel},
									  {"query", Excerpt(finding.text, kLongestStatement)},
									  {"rows_expected", finding.count.planned},
									  {"rows_found", finding.count.actual}});
	}
	return statements;
}

Advice
ToAdvice(pg::Spi &spi, const Relation &relation, const std::vector<std::string> &columns,
		 const std::vector<Finding> &findings)
{
	std::vector<std::string> quoted;
	std::vector<RowCount> counts;
	Advice advice;

	for (const std::string &column : columns)
		quoted.push_back(pg::QuoteIdentifier(column));
	for (const Finding &finding : findings)
		counts.push_back(finding.count);

	const RowCount &worst = std::max_element(findings.begin(), findings.end(),
											 [](const Finding &a, const Finding &b) {
												 return MisestimateOf(a.count.planned, a.count.actual) <
														MisestimateOf(b.count.planned, b.count.actual);
											 })
								->count;
	std::string name = pg::FreeStatisticsName(spi, relation, columns);

	advice.kind = ActionKind::kCreateStatistics;
	advice.canonical = "create_statistics " + relation.quoted + " (" + Join(quoted, ", ") + ")";
	advice.priority = kStatisticsPriority;
	advice.relation = relation.oid;
	advice.relation_label = relation.label;
	advice.target = pg::QualifiedName(relation.schema, name);
	advice.arguments = {{"columns", columns}};
	advice.ddl = {pg::CreateStatisticsStatement(relation, advice.target, columns),
				  pg::AnalyzeStatement(relation)};
	advice.undo_ddl = {pg::DropStatisticsStatement(advice.target)};
	advice.expected = {{"misestimate", TypicalMisestimate(counts)}};
	advice.evidence = {{"statements", DescribeFindings(findings)}};
	advice.reason = "conditions on " + Join(quoted, ", ") +
					" find other numbers of rows than the planner expects, by a factor of " +
					FormatNumber(TypicalMisestimate(counts), 0) + ": it takes " +
					(columns.size() == 2 ? "the two columns" : "the columns") +
					" for independent; at worst it expected " + FormatNumber(worst.planned, 0) + " where " +
					FormatNumber(worst.actual, 0) + " were";
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
ToAnalyze(const Relation &relation, const std::vector<Finding> &findings, double modified)
{
	const RowCount &count = findings.front().count;
	Advice advice = AnalyzeAdvice(relation.oid, relation.label, relation.quoted);

	advice.evidence = {{"statements", DescribeFindings(findings)}};
	advice.reason = "the planner expected " + FormatNumber(count.planned, 0) + " rows where " +
					FormatNumber(count.actual, 0) + " were, and " + FormatPercent(modified) +
					" of the table's rows were modified since it was analysed";
	return advice;
}

/* Empty where a column is gone. */
std::vector<std::string>
NamesOf(const Relation &relation, const std::set<ColumnNumber> &columns)
{
	std::vector<std::string> names;

	for (ColumnNumber column : columns)
	{
		auto found = relation.columns.find(column);

		if (found == relation.columns.end())
			return {};
		names.push_back(found->second.name);
	}
	return names;
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
AdviseStatisticsObjects(pg::Spi &spi, const std::vector<std::string> &exclusions)
{
	Findings findings;
	std::vector<Advice> advice;
	size_t looked_at = 0;

	for (const Statement &statement : ReadWorkload(spi, WorkloadSpan::kWindow))
	{
		if (statement.counters.calls < pg::settings::min_calls || !WasFarOff(statement.key))
			continue;
		if (looked_at++ == kMostStatements)
			break;
		Look(spi, statement, findings);
	}
	for (const auto &[key, of_columns] : findings)
	{
		Catalog catalog = pg::ReadCatalog(spi, {key.first});

		if (catalog.empty())
			continue;

		const Relation &relation = catalog.begin()->second;
		std::vector<std::string> names = NamesOf(relation, key.second);
		bool excluded =
			std::any_of(exclusions.begin(), exclusions.end(),
						[&](const std::string &pattern) { return MatchesLike(relation.label, pattern); });

		double modified = pg::ModifiedShare(spi, key.first);

		if (excluded || !relation.unfit.empty() || relation.partitioned)
			continue;
		/* What is tried is tried on fresh statistics of the single columns. */
		if (names.size() >= 2 && !pg::HasStatisticsOn(spi, key.first, names))
			advice.push_back(ToAdvice(spi, relation, names, of_columns));
		else if (modified >= kManyModified && !WasAnalyzedInVain(spi, relation))
			advice.push_back(ToAnalyze(relation, of_columns, modified));
	}
	return advice;
}

} // namespace steward
