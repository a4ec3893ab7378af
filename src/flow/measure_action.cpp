/*-------------------------------------------------------------------------
 *
 * measure_action.cpp
 *	  Whether what was applied helps, and what becomes of it.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "flow/measure_action.h"

#include <algorithm>
#include <map>

#include "core/tuner/judge_effect.h"
#include "flow/change_action.h"
#include "flow/index_users.h"
#include "flow/observe_action.h"
#include "flow/observe_workload.h"
#include "pg/session.h"
#include "pg/settings.h"
#include "pg/statements.h"

namespace steward
{

namespace
{
/* After so many minutes it is tried again to take back what could not be taken back. */
constexpr int kRevertAgainMinutes = 60;

/* Whether an index changes what the statement does: it reads it, or writes its table. */
bool
IsTouched(const Statement &statement, const ObjectIds &tables, const ObjectIds &indexes)
{
	StatementAnalyzer analyzer(Unseen::kFilled);
	AdvisedStatement advised;

	for (Variant &variant : analyzer.Analyze(statement, advised))
	{
		const pg::AnalyzedQuery &query = *variant.query;
		auto is_it = [&](ObjectId table) { return tables.count(table) != 0; };

		if (std::any_of(query.inserts().begin(), query.inserts().end(), is_it) ||
			std::any_of(query.deletes().begin(), query.deletes().end(), is_it) ||
			std::any_of(query.writes().begin(), query.writes().end(),
						[&](const ColumnWrite &write) { return is_it(write.relation); }))
			return true;
		if (!IndexesPlanned(variant, indexes).empty())
			return true;
	}
	return std::any_of(advised.copied_into.begin(), advised.copied_into.end(),
					   [&](ObjectId table) { return tables.count(table) != 0; });
}

/* What merely runs on the same table may have become slower for another reason. */
void
LeaveOutUntouched(pg::Spi &spi, pg::Journal &journal, const Action &action, Trial &trial)
{
	std::optional<Json> measured = journal.LastBaseline(action.id);
	pg::Rows rows =
		spi.Query("SELECT to_regclass(nullif($1, ''))::oid", {IsOnIndex(action.kind) ? action.target : ""});
	ObjectIds tables = ReadTree(spi, action.relation);
	ObjectIds indexes = rows.front().IsNull(0) ? ObjectIds() : ReadTree(spi, rows.front().ObjectId(0));
	std::map<StatementKey, Statement> statements;
	std::vector<Observation> touched;
	size_t i = 0;

	for (LiveStatement &live : pg::ReadStatements(spi, true))
		statements[live.key] = {live.key, std::move(live.text), live.counters, live.since};
	for (const StatementKey &key : KeysBeside(*measured))
	{
		const Observation &observation = trial.beside.at(i++);
		auto statement = statements.find(key);

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
	auto judge = action.kind == ActionKind::kDropIndex ? JudgeRemoval : JudgeCreation;
	Judgement judgement = judge(trial, enough);

	/* The rest costs more, and decides nothing yet. */
	if (judgement.by_times == Verdict::kWait)
		return judgement;
	CorrectByHours(spi, journal, action, trial);
	judgement = judge(trial, enough);
	if (action.kind != ActionKind::kCreateIndex || judgement.verdict != Verdict::kTakeBack ||
		judgement.slower == 0)
		return judgement;
	LeaveOutUntouched(spi, journal, action, trial);
	return judge(trial, enough);
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

} // namespace

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
		note.remark = judgement.reason;
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
