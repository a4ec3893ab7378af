/*-------------------------------------------------------------------------
 *
 * advise_statistics.cpp
 *	  Extended statistics, or larger targets of columns, where conditions find
 *	  other numbers of rows than the planner expects, or groups are others.
 *
 * Server.  Locks: see AnalyzedQuery::Plan.
 *
 *-------------------------------------------------------------------------
 */
#include "flow/advise_statistics.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "core/maintenance/judge_estimate.h"
#include "flow/advise_maintenance.h"
#include "flow/find_misestimates.h"
#include "flow/make_statistics.h"
#include "model/statistics_keys.h"
#include "pg/ddl.h"
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
constexpr size_t kLongestStatement = 200;

Json
DescribeFindings(const std::vector<Misestimate> &findings)
{
	Json statements = Json::array();
	std::set<std::pair<StatementKey, bool>> seen;

	for (const Misestimate &finding : findings)
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
DescribeMisestimate(const StatisticsKeys &keys, const std::vector<Misestimate> &findings)
{
	std::vector<RowCount> counts;
	const RowCount *worst = &findings.front().count;
	bool all_groups = std::all_of(findings.begin(), findings.end(),
								  [](const Misestimate &finding) { return finding.count.relation == 0; });

	for (const Misestimate &finding : findings)
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
			const std::vector<Misestimate> &findings)
{
	std::vector<RowCount> counts;
	Advice advice = BeginAdvice(kind, relation.quoted + " (" + pg::StatisticsKeysText(keys) + ")",
								kStatisticsPriority, relation.oid, relation.label);

	for (const Misestimate &finding : findings)
		counts.push_back(finding.count);
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
		 const std::vector<Misestimate> &findings)
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
			const std::vector<Misestimate> &findings)
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
ToAnalyze(const Relation &relation, const StatisticsKeys &keys, const std::vector<Misestimate> &findings,
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
		 const std::vector<Misestimate> &findings)
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

std::vector<Advice>
AdviseStatisticsTrials(pg::Spi &spi, const std::vector<std::string> &exclusions)
{
	std::vector<Advice> advice;

	for (const MisestimatedKeys &misestimated : FindMisestimates(spi))
	{
		const Relation &relation = misestimated.relation;

		if (MatchesAnyLike(relation.label, exclusions) || !relation.unfit.empty() || relation.partitioned)
			continue;
		if (std::optional<Advice> one = AdviseOn(spi, relation, misestimated.keys, misestimated.found))
			advice.push_back(std::move(*one));
	}
	return advice;
}

} // namespace steward
