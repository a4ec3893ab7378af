/*-------------------------------------------------------------------------
 *
 * refresh_advice.cpp
 *	  Run the advisers on the observed workload and store what they advise.
 *
 * Server.  Locks: one refresh at a time in a database.
 *
 *-------------------------------------------------------------------------
 */
#include "flow/refresh_advice.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "core/report/describe_gains.h"
#include "flow/advise_maintenance.h"
#include "flow/advise_statistics.h"
#include "flow/change_action.h"
#include "flow/index_users.h"
#include "flow/make_statistics.h"
#include "flow/tune_indexes.h"
#include "pg/action_locks.h"
#include "pg/activity.h"
#include "pg/catalog.h"
#include "pg/ddl.h"
#include "pg/extension.h"
#include "pg/hypopg.h"
#include "pg/index_usage.h"
#include "pg/journal.h"
#include "pg/raii.h"
#include "pg/session.h"
#include "pg/settings.h"
#include "pg/verdicts.h"

namespace steward
{

namespace
{

/* Gains first; tidying up can wait. */
constexpr int kCreatePriority = 100;
constexpr int kDropPriority = 200;

/* What was done or tried is advised again after this time, where it is needed again. */
constexpr int kRecurAfterMinutes = 60;

/* What failed so often is left to a person; until then it waits twice as long each time. */
constexpr int64_t kMostFailures = 3;

/* So many other statements on a table are watched when an index on it is verified. */
constexpr size_t kMostBeside = 50;

Json
ExpectedOf(const RecommendedIndex &recommended)
{
	Json expected = {{"size_bytes", static_cast<int64_t>(recommended.size_bytes)}};

	if (recommended.drop)
		return expected;
	expected["cost_before"] = recommended.cost_before;
	expected["cost_after"] = recommended.cost_after;
	expected["benefit"] = recommended.benefit;
	if (recommended.saves_ms_per_hour)
		expected["saves_ms_per_hour"] = *recommended.saves_ms_per_hour;
	expected["entries_per_hour"] = recommended.entries_per_hour;
	expected["write_cost"] = recommended.write_cost;
	return expected;
}

bool
IsOn(const AdvisedStatement &advised, const ObjectIds &tables)
{
	auto is_it = [&](ObjectId oid) { return tables.count(oid) != 0; };

	return std::any_of(advised.relations.begin(), advised.relations.end(), is_it) ||
		   std::any_of(advised.copied_into.begin(), advised.copied_into.end(), is_it);
}

/* The other statements on its table, by which it is verified, too; those that took most time. */
Json
StatementsBeside(const IndexAdvice &tuned, const ObjectIds &tables, const std::vector<StatementGain> &gains)
{
	Json beside = Json::array();
	std::set<size_t> served;

	for (const StatementGain &gain : gains)
		served.insert(gain.statement);
	for (size_t i = 0; i < tuned.statements.size() && beside.size() < kMostBeside; i++)
	{
		const AdvisedStatement &advised = tuned.statements[i];
		const StatementKey &key = advised.statement.key;

		if (served.count(i) == 0 && IsOn(advised, tables))
			beside.push_back(
				Json{{"userid", key.userid}, {"queryid", key.queryid}, {"toplevel", key.toplevel}});
	}
	return beside;
}

Json
EvidenceOf(const IndexAdvice &tuned, const RecommendedIndex &recommended)
{
	const Relation &relation = tuned.catalog.at(recommended.relation);
	Json evidence = {{"order", recommended.order},
					 {"statements", DescribeGains(tuned.statements, recommended)}};
	Json set_columns = Json::array();
	Json superfluous = Json::array();
	Json replaced = Json::array();

	evidence["beside"] = StatementsBeside(tuned, {recommended.relation}, recommended.gains);
	if (!recommended.covered_by.empty())
		evidence["covered_by"] = recommended.covered_by;
	for (ColumnNumber column : recommended.set_columns)
		set_columns.push_back(relation.columns.at(column).name);
	for (const ExistingIndex &existing : recommended.superfluous)
		superfluous.push_back(existing.name);
	evidence["set_columns"] = std::move(set_columns);
	for (const ExistingIndex &existing : recommended.replaced)
		replaced.push_back(existing.name);
	evidence["superfluous"] = std::move(superfluous);
	evidence["replaced"] = std::move(replaced);
	if (!recommended.unique_ddl.empty())
		evidence["unique_ddl"] = recommended.unique_ddl;
	if (!recommended.may_fail.empty())
		evidence["may_fail"] = recommended.may_fail;
	if (relation.partitioned)
		evidence["partitioned"] = true;
	if (relation.foreign_partitions)
		evidence["foreign_partitions"] = true;
	return evidence;
}

Advice
ToAdvice(const IndexAdvice &tuned, const RecommendedIndex &recommended)
{
	const Relation &relation = tuned.catalog.at(recommended.relation);
	Advice advice;

	advice.kind = recommended.drop ? ActionKind::kDropIndex : ActionKind::kCreateIndex;
	advice.priority = recommended.drop ? kDropPriority : kCreatePriority;
	advice.canonical = recommended.canonical;
	advice.relation = recommended.relation;
	advice.relation_label = relation.label;
	advice.target = recommended.target;
	if (recommended.drop)
		advice.arguments =
			Json{{"index", recommended.existing.oid}, {"definition", recommended.existing.definition}};
	else
		advice.arguments = pg::IndexToJson(relation, recommended.index, recommended.name);
	advice.ddl = recommended.ddl_steps;
	advice.undo_ddl = {recommended.undo_ddl};
	advice.expected = ExpectedOf(recommended);
	advice.evidence = EvidenceOf(tuned, recommended);
	advice.reason = recommended.reason;
	advice.withheld = recommended.confirmed_by.empty();
	return advice;
}

/* What becomes of the advice that is known already; nothing where it is decided, or was tried of late. */
std::optional<ActionEvent>
EventFor(pg::Journal &journal, const Action &known, const Advice &advice)
{
	ActionEvent event = advice.withheld ? ActionEvent::kWithhold : ActionEvent::kPropose;

	if (known.status == ActionStatus::kApproved && event == ActionEvent::kWithhold)
		return std::nullopt;
	/* What did not help is not tried again at once. */
	if (known.status == ActionStatus::kTakenBack && !journal.IsOlder(known.id, pg::settings::retry_after_min))
		return std::nullopt;
	if (NextStatus(known.status, event))
		return event;
	/* Maintenance has to be done again and again; but not at once where it changed nothing. */
	if (!IsMaintenance(advice.kind) || !NextStatus(known.status, ActionEvent::kRecur))
		return std::nullopt;

	int64_t failures = journal.CountFailures(known.id);

	if (failures >= kMostFailures || !journal.IsOlder(known.id, kRecurAfterMinutes << failures))
		return std::nullopt;
	return ActionEvent::kRecur;
}

/* The same advice keeps its row, and a decision about it stands. */
void
StoreAdvice(pg::Journal &journal, Advice advice, RefreshResult &result, std::set<int64_t> &current)
{
	std::optional<Action> known = journal.FindAdvice(advice);

	if (!known)
	{
		current.insert(
			journal.Insert(advice, advice.withheld ? ActionStatus::kWithheld : ActionStatus::kProposed));
		(advice.withheld ? result.withheld : result.proposed)++;
		return;
	}
	current.insert(known->id);

	std::optional<ActionEvent> event = EventFor(journal, *known, advice);

	/* Why it failed the last time is told with the advice to do it again. */
	if (event && IsMaintenance(advice.kind) && journal.CountFailures(known->id) > 0)
		advice.reason += "; the last time that failed: " + journal.ReadLastError(known->id).text;
	/* Somebody may decide at this moment. */
	if (!event || !journal.Update(known->id, known->status, advice))
	{
		result.decided++;
		return;
	}
	if (NextStatus(known->status, *event) != known->status)
		ChangeAction(journal, *known, *event);
	(advice.withheld ? result.withheld : result.proposed)++;
}

/* Whether somebody keeps the table for himself, so that nothing could be found out about it in this round. */
bool
IsBusy(const Catalog &catalog, const Action &action)
{
	auto relation = catalog.find(action.relation);

	return (relation != catalog.end() && relation->second.busy) ||
		   (action.local && pg::IsLocked(action.relation));
}

/* What is no longer advised is given up. */
void
RetireAdvice(pg::Journal &journal, RefreshResult &result, const std::set<int64_t> &current)
{
	for (Action &action :
		 journal.LoadWhere({ActionStatus::kProposed, ActionStatus::kApproved, ActionStatus::kWithheld}))
	{
		/* What a person decided stands; whether it can be done shows when its time has come. */
		if (action.status == ActionStatus::kApproved || current.count(action.id) > 0 ||
			IsBusy(result.advice.catalog, action))
			continue;
		ChangeAction(journal, action, ActionEvent::kRetire);
		result.obsolete++;
	}
}

/* What the action made; of others nothing has to be there. */
bool
IsThere(pg::Spi &spi, const Action &action)
{
	if (action.kind == ActionKind::kCreateIndex)
		return !spi.QueryOne("SELECT to_regclass($1) IS NULL", {action.target}).Bool(0);
	return !IsStatisticsTrial(action.kind) || AreStatisticsThere(spi, action);
}

} // namespace

void
NoteDropped(pg::Journal &journal, pg::Spi &spi)
{
	for (Action &action : journal.LoadWhere({ActionStatus::kVerifying, ActionStatus::kKept}))
	{
		pg::TransitionNote note;

		if (!action.local || IsThere(spi, action))
			continue;
		note.reason =
			action.kind == ActionKind::kCreateIndex
				? "the index was dropped by somebody else, so it is not built again"
				: "the statistics were dropped or altered by somebody else, so they are not created again";
		ChangeAction(journal, action, ActionEvent::kLose, note);
	}
}

namespace
{

/* The tables of the workload on which nothing is advised, counted by reason. */
std::string
TablesLeftOut(const Catalog &catalog)
{
	std::map<std::string, size_t> reasons;
	std::vector<std::string> parts;

	for (const auto &[oid, relation] : catalog)
	{
		if (!relation.unfit.empty())
			reasons[relation.unfit]++;
	}
	for (const auto &[reason, count] : reasons)
		parts.push_back(Count(count, "table") + " (" + reason + ")");
	return parts.empty() ? "" : "left out: " + Join(parts, ", ");
}

std::string
Summarize(const RefreshResult &result, pg::Spi &spi)
{
	std::vector<std::string> parts = {Count(result.advice.statements.size(), "statement") + " seen, " +
									  std::to_string(result.analyzed) + " analysed"};

	if (result.waiting > 0)
	{
		int64_t fewest = INT64_MAX;
		int64_t most = 0;

		for (const AdvisedStatement &advised : result.advice.statements)
		{
			if (advised.waiting)
			{
				fewest = std::min(fewest, advised.statement.counters.calls);
				most = std::max(most, advised.statement.counters.calls);
			}
		}
		parts.push_back(std::to_string(result.waiting) + " at " + std::to_string(fewest) +
						(most > fewest ? "-" + std::to_string(most) : "") + " of " +
						Count(static_cast<size_t>(pg::settings::min_calls), "call"));
	}
	if (result.not_analyzable > 0)
		parts.push_back(std::to_string(result.not_analyzable) +
						" not analysable (see the reason in steward.statements)");
	if (std::string left_out = TablesLeftOut(result.advice.catalog); !left_out.empty())
		parts.push_back(left_out);
	if (result.proposed == 0 && result.waiting > 0)
		parts.push_back("no advice yet");
	else
		parts.push_back(Count(result.proposed, "proposal") + " open");
	if (result.withheld > 0)
		parts.push_back(std::to_string(result.withheld) + " withheld");
	if (result.decided > 0)
		parts.push_back(std::to_string(result.decided) + " advised again but already decided or at work");
	if (result.advice.cut_off)
		parts.push_back("cut off by pg_steward.advice_time_limit");
	if (std::string next = pg::NextRound(spi); !next.empty())
		parts.push_back("next round " + next);
	return Join(parts, "; ");
}

pg::Verdicts
VerdictsOf(const IndexAdvice &advice)
{
	pg::Verdicts verdicts;

	for (const AdvisedStatement &advised : advice.statements)
	{
		if (!advised.verdict.empty())
			verdicts[advised.statement.key] = advised.verdict;
	}
	return verdicts;
}

void
CountStatements(RefreshResult &result)
{
	for (const AdvisedStatement &advised : result.advice.statements)
	{
		if (advised.waiting)
			result.waiting++;
		else if (advised.reason.empty())
			result.analyzed++;
		else
			result.not_analyzable++;
	}
}

} // namespace

RefreshResult
RefreshAdvice()
{
	RefreshResult result;
	pg::ActingAs owner(pg::RequireExtension("pg_steward").owner, 0);
	pg::Spi spi;
	pg::Journal journal(spi);
	IndexRequest request;
	std::set<int64_t> current;
	std::set<std::string> drops;

	pg::RequireWritable();
	pg::RequireNoSimulation(spi);
	pg::LockForRefreshing();
	NoteDropped(journal, spi);
	request.min_calls = pg::settings::min_calls;
	request.max_columns = static_cast<size_t>(pg::settings::index_max_columns);
	request.exclusions = journal.Exclusions();
	result.advice = TuneIndexes(request);
	CountStatements(result);
	for (const RecommendedIndex &recommended : result.advice.recommendations)
	{
		if (recommended.drop)
			drops.insert(recommended.target);
		StoreAdvice(journal, ToAdvice(result.advice, recommended), result, current);
	}
	(void) pg::NoteIndexUsage(spi);
	for (Advice &advice : AdviseMaintenance(spi, result.advice.catalog, request.exclusions))
	{
		/* What is superfluous for a better reason, too, is advised already. */
		if (advice.kind == ActionKind::kDropIndex && !drops.insert(advice.target).second)
			continue;
		if (advice.kind == ActionKind::kDropIndex)
			advice.evidence["beside"] =
				StatementsBeside(result.advice, ReadAncestors(spi, advice.relation), {});
		StoreAdvice(journal, advice, result, current);
	}
	for (Advice &advice : AdviseStatisticsTrials(spi, request.exclusions))
	{
		advice.evidence["beside"] = StatementsBeside(result.advice, {advice.relation}, {});
		StoreAdvice(journal, advice, result, current);
	}
	RetireAdvice(journal, result, current);
	pg::StoreVerdicts(spi, VerdictsOf(result.advice));
	result.summary = Summarize(result, spi);
	return result;
}

} // namespace steward
