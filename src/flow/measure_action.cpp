/*-------------------------------------------------------------------------
 *
 * measure_action.cpp
 *	  Whether what was applied helps: statements' times before and after.
 *
 * The times before are those of the window, or since another change for the
 * same statement, until the action was done; those after are the differences to
 * the counters noted then.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "flow/measure_action.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "core/workload/accumulate_counters.h"
#include "flow/change_action.h"
#include "flow/observe_workload.h"
#include "pg/plan_tree.h"
#include "pg/session.h"
#include "pg/settings.h"
#include "pg/statements.h"

namespace steward
{

namespace
{

/* So many statements on other tables say how the server fares: those that took most time. */
constexpr size_t kMostControls = 50;

/* The parts of a baseline; the first is also what the window of a statement begins with. */
constexpr const char *kServed = "baseline";
constexpr const char *kBeside = "beside";
constexpr const char *kControls = "controls";
constexpr const char *kNotedAt = "noted_at"; /* seconds since 1970 */

/* After so many minutes it is tried again to take back what could not be taken back. */
constexpr int kRevertAgainMinutes = 60;

StatementKey
KeyFrom(const Json &entry)
{
	return {entry.at("userid").get<ObjectId>(), entry.at("queryid").get<int64_t>(),
			entry.at("toplevel").get<bool>()};
}

Json
ToJson(const StatementCounters &counters)
{
	return Json{
		{"calls", counters.calls}, {"total_ms", counters.total_ms}, {"sum_squares", counters.sum_squares}};
}

StatementCounters
CountersFrom(const Json &json)
{
	StatementCounters counters;

	counters.calls = json.at("calls").get<int64_t>();
	counters.total_ms = json.at("total_ms").get<double>();
	counters.sum_squares = json.value("sum_squares", 0.0);
	return counters;
}

/* The counters as they are, and what they added until now. */
Json
EntryOf(const StatementKey &key, const LiveStatement &live, const StatementCounters &before)
{
	Json entry = ToJson(live.counters);

	entry["userid"] = key.userid;
	entry["queryid"] = key.queryid;
	entry["toplevel"] = key.toplevel;
	entry["least_ms"] = live.least_ms;
	entry["before"] = ToJson(before);
	return entry;
}

std::vector<StatementKey>
KeysFrom(const Json &evidence, const char *part)
{
	std::vector<StatementKey> keys;

	for (const Json &entry : evidence.value(part, Json::array()))
		keys.push_back(KeyFrom(entry));
	return keys;
}

/* `later`: statements that another change was made for since, and when. */
std::vector<Observation>
ObservationsFrom(const Json &measured, const char *part, const std::map<StatementKey, LiveStatement> &live,
				 const std::map<StatementKey, SeenCounters> &later = {})
{
	double noted_at = measured.value(kNotedAt, 0.0);
	std::vector<Observation> observations;

	for (const Json &entry : measured.value(part, Json::array()))
	{
		SeenCounters seen;
		Observation observation;

		if (auto change = later.find(KeyFrom(entry));
			change != later.end() && change->second.seen_at > noted_at)
			continue;
		seen.counters = CountersFrom(entry);
		observation.before = CountersFrom(entry.at("before"));
		observation.least_before_ms = entry.value("least_ms", 0.0);
		/* Counting may have begun anew, and gone beyond what it was. */
		if (auto now = live.find(KeyFrom(entry)); now != live.end())
			observation.after = now->second.since > noted_at ? now->second.counters
															 : CountersSince(now->second.counters, &seen);
		observations.push_back(observation);
	}
	return observations;
}

/* A table or an index, and what it is made of where it is partitioned. */
using Tree = std::set<ObjectId>;

/* Whether a plan scans an index. */
struct IndexSearch
{
	const Tree &indexes;
	bool found;
};

void
LookForIndex(PlannedStmt *plan, void *argument)
{
	pg::WalkIndexScans(
		plan,
		[](Oid index, void *search)
		{
			auto *wanted = static_cast<IndexSearch *>(search);

			wanted->found = wanted->found || wanted->indexes.count(index) != 0;
		},
		argument);
}

/* Whether an index changes what the statement does: it reads it, or writes its table. */
bool
IsTouched(const Statement &statement, const Tree &tables, const Tree &indexes)
{
	StatementAnalyzer analyzer(Unseen::kFilled);
	AdvisedStatement advised;

	for (Variant &variant : analyzer.Analyze(statement, advised))
	{
		const pg::AnalyzedQuery &query = *variant.query;
		auto is_it = [&](ObjectId table) { return tables.count(table) != 0; };
		IndexSearch search = {indexes, false};

		if (std::any_of(query.inserts().begin(), query.inserts().end(), is_it) ||
			std::any_of(query.deletes().begin(), query.deletes().end(), is_it) ||
			std::any_of(query.writes().begin(), query.writes().end(),
						[&](const ColumnWrite &write) { return is_it(write.relation); }))
			return true;
		if (!variant.query->Plan(LookForIndex, &search) && search.found)
			return true;
	}
	return std::any_of(advised.copied_into.begin(), advised.copied_into.end(),
					   [&](ObjectId table) { return tables.count(table) != 0; });
}

Tree
ReadTree(pg::Spi &spi, ObjectId top)
{
	Tree tree = {top};

	for (const pg::Row &row :
		 spi.Query("SELECT relid::oid FROM pg_partition_tree($1::oid)", {std::to_string(top)}))
		tree.insert(row.ObjectId(0));
	return tree;
}

/* What merely runs on the same table may have become slower for another reason. */
void
LeaveOutUntouched(pg::Spi &spi, pg::Journal &journal, const Action &action, Trial &trial)
{
	std::optional<Json> measured = journal.LastBaseline(action.id);
	pg::Rows rows = spi.Query("SELECT to_regclass($1)::oid", {action.target});
	Tree tables = ReadTree(spi, action.relation);
	Tree indexes = rows.front().IsNull(0) ? Tree() : ReadTree(spi, rows.front().ObjectId(0));
	std::map<StatementKey, Statement> statements;
	std::vector<Observation> touched;
	size_t i = 0;

	for (LiveStatement &live : pg::ReadStatements(spi, true))
		statements[live.key] = {live.key, std::move(live.text), live.counters, live.since};
	for (const Json &entry : measured->value(kBeside, Json::array()))
	{
		const Observation &observation = trial.beside.at(i++);
		auto statement = statements.find(KeyFrom(entry));

		if (statement != statements.end() && !indexes.empty() &&
			IsTouched(statement->second, tables, indexes))
			touched.push_back(observation);
	}
	trial.beside = std::move(touched);
}

Judgement
Judge(pg::Spi &spi, pg::Journal &journal, const Action &action, Trial &trial)
{
	int64_t enough = pg::settings::min_calls;

	if (action.kind == ActionKind::kDropIndex)
		return JudgeRemoval(trial, enough);

	Judgement judgement = JudgeCreation(trial, enough);

	if (judgement.verdict != Verdict::kTakeBack || judgement.slower == 0)
		return judgement;
	LeaveOutUntouched(spi, journal, action, trial);
	return JudgeCreation(trial, enough);
}

const char *
VerdictName(Verdict verdict)
{
	switch (verdict)
	{
		case Verdict::kWait:
			return "waiting";
		case Verdict::kKeep:
			return "kept";
		case Verdict::kTakeBack:
			return "taken back";
	}
	return "";
}

Json
JudgementToJson(const Judgement &judgement, const Trial &trial)
{
	Json json = EffectToJson(MeasureEffect(trial.served));

	json["verdict"] = VerdictName(judgement.verdict);
	json["reason"] = judgement.reason;
	json["saved_ms"] = judgement.net_ms;
	json["slower"] = judgement.slower;
	json["controls"] = judgement.controls;
	json["drift"] = judgement.drift;
	return json;
}

} // namespace

std::optional<Json>
TakeBaseline(pg::Spi &spi, const Action &action)
{
	Json baseline = {{kServed, Json::array()},
					 {kBeside, Json::array()},
					 {kControls, Json::array()},
					 {kNotedAt, pg::SecondsSinceEpoch()}};
	std::map<StatementKey, LiveStatement> live;
	std::map<StatementKey, StatementCounters> before;
	std::set<StatementKey> mine;

	try
	{
		for (const LiveStatement &statement : pg::ReadStatements(spi, false))
			live[statement.key] = statement;
		for (const Statement &statement : ReadWorkload(spi, WorkloadSpan::kSinceChanges))
			before[statement.key] = statement.counters;
	}
	catch (const Refusal &)
	{
		return std::nullopt;
	}
	for (const auto &[part, from] : {std::pair{kServed, "statements"}, std::pair{kBeside, "beside"}})
	{
		for (const StatementKey &key : KeysFrom(action.evidence, from))
		{
			baseline[part].push_back(EntryOf(key, live[key], before[key]));
			mine.insert(key);
		}
	}

	std::vector<std::pair<double, StatementKey>> others;

	for (const auto &[key, counters] : before)
	{
		if (mine.count(key) == 0 && counters.calls >= pg::settings::min_calls)
			others.emplace_back(-counters.total_ms, key);
	}
	std::sort(others.begin(), others.end());
	for (size_t i = 0; i < std::min(kMostControls, others.size()); i++)
		baseline[kControls].push_back(
			EntryOf(others[i].second, live[others[i].second], before[others[i].second]));
	return baseline;
}

Trial
ObserveAction(pg::Spi &spi, pg::Journal &journal, const Action &action)
{
	std::map<StatementKey, LiveStatement> live;
	std::optional<Json> measured = journal.LastBaseline(action.id);

	if (!measured)
		return {};
	for (const LiveStatement &statement : pg::ReadStatements(spi, false))
		live[statement.key] = statement;
	/* What became faster by another index says nothing of how the server fares. */
	return {ObservationsFrom(*measured, kServed, live), ObservationsFrom(*measured, kBeside, live),
			ObservationsFrom(*measured, kControls, live, journal.ReadBaselines())};
}

void
VerifyActions(pg::Spi &spi, pg::Journal &journal)
{
	for (Action &action : journal.LoadWhere({ActionStatus::kVerifying}))
	{
		if (!action.local || !journal.LastBaseline(action.id))
			continue;

		Trial trial = ObserveAction(spi, journal, action);
		Judgement judgement = Judge(spi, journal, action, trial);

		Json observed = JudgementToJson(judgement, trial);

		journal.NoteObserved(action.id, observed);
		if (judgement.verdict == Verdict::kWait)
			continue;

		pg::TransitionNote note;
		bool keeps = judgement.verdict == Verdict::kKeep;

		if (!keeps && journal.CouldNotBeReverted(action.id, kRevertAgainMinutes))
			continue;
		note.measured = std::move(observed);
		note.worker_pid = pg::ProcessId();
		try
		{
			if (keeps)
				ChangeAction(journal, action, ActionEvent::kKeep, note);
			else
				RevertAction(journal, action, note);
		}
		catch (const Refusal &)
		{
			/* Somebody else decided meanwhile. */
			continue;
		}
		pg::LogMessage("action " + std::to_string(action.id) + " " +
					   (keeps ? "is kept: " : "is to be taken back: ") + judgement.reason);
	}
}

Json
EffectToJson(const Effect &effect)
{
	Json json = {
		{"measured", effect.measured}, {"pending", effect.pending}, {"calls_after", effect.calls_after}};

	if (effect.measured > 0)
	{
		json["mean_ms_before"] = effect.before_ms;
		json["mean_ms_after"] = effect.after_ms;
	}
	return json;
}

} // namespace steward
