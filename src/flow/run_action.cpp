/*-------------------------------------------------------------------------
 *
 * run_action.cpp
 *	  The spine of an action worker: carry out one action.
 *
 *	  look and decide -> write the intent down -> do it -> see what is there
 *	  -> write the outcome down
 *
 * The intent is committed before anything is done, the outcome after, each in
 * a transaction of its own; the DDL runs in between as a top-level statement
 * and commits by itself.  Whatever ends the worker in between, the next one
 * finds the intent and looks at the index: that decides, not the command's
 * result.  An invalid index that bears the name which was free before is ours
 * and is removed; nobody else's is touched.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "flow/run_action.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "flow/build_parts.h"
#include "flow/change_action.h"
#include "flow/check_drop.h"
#include "flow/find_index.h"
#include "flow/make_statistics.h"
#include "flow/measure_bloat.h"
#include "flow/observe_action.h"
#include "flow/plan_action.h"
#include "flow/reindex.h"
#include "flow/run_ddl.h"
#include "flow/try_statistics.h"
#include "pg/action_locks.h"
#include "pg/catalog.h"
#include "pg/ddl.h"
#include "pg/index_usage.h"
#include "pg/session.h"
#include "pg/settings.h"
#include "pg/shared_memory.h"
#include "pg/table_activity.h"
#include "pg/transaction.h"
#include "pg/worker.h"

namespace steward
{

namespace
{

constexpr const char *kUniqueViolation = "23505";

/* What the server says of these speaks of objects, locks and limits; that of others may quote a row. */
constexpr std::array kClassesWithoutValues = {"08", "25", "40", "42", "53", "54", "55", "57", "58", "XX"};

constexpr const char *kDuplicateTable = "42P07";
constexpr int kRemovalTries = 3;

/* A build in parts that was paused so often, at last once an hour, is given up: after more than a week. */
constexpr int64_t kMostPauses = 200;

/* What pauses for another action goes on soon. */
constexpr int kSoonSeconds = 5;

/* What goes wrong before or after the DDL is tried again after this time. */
constexpr int kTroubleSeconds = 5;

/* Our invalid index whose lock is not to be had is tried again after this time, later on less often. */
constexpr double kRemoveAgainSeconds = 5;
constexpr double kRemoveAgainMost = 300;

/* Minutes, and longer each time, up to an hour; nothing keeps a person from applying it meanwhile. */
int
WaitAfterPostponements(int64_t count)
{
	return std::min(60, 1 << std::min<int64_t>(count, 6)) * 60;
}

/* A person's decision stands, and so does what was found out by doing without an index. */
ActionEvent
EventOfPostponement(const pg::Journal::Request &request, const Obstacle &obstacle)
{
	if (request.tried && !obstacle.ends_quarantine)
		return ActionEvent::kResume;
	return request.approved ? ActionEvent::kReturn : ActionEvent::kPostpone;
}

/* First transaction: decides, and writes the intent down. */
Plan
Prepare(int64_t id)
{
	pg::Spi spi;
	pg::Journal journal(spi);
	Plan plan;
	pg::TransitionNote note;

	plan.action = journal.Load(id);
	note.worker_pid = pg::ProcessId();
	if (plan.action.status == ActionStatus::kRunning || plan.action.status == ActionStatus::kReverting)
	{
		plan.go = true;
		plan.doing = DoingFor(plan.action);
		plan.settle = !MayGoOn(spi, journal, plan);
		if (plan.settle)
			PlanSettling(spi, journal, plan);
		return plan;
	}
	if (plan.action.status != ActionStatus::kQueued && plan.action.status != ActionStatus::kRevertQueued)
		return plan;

	std::optional<Obstacle> obstacle = Decide(spi, journal, plan);

	if (!obstacle)
		note.before_state = BeforeState(spi, plan.action);
	if (!obstacle || obstacle->event == ActionEvent::kFail)
		ChangeAction(journal, plan.action, ActionEvent::kStart, note);
	plan.go = !obstacle;
	if (obstacle)
	{
		if (obstacle->event == ActionEvent::kPostpone && plan.action.status == ActionStatus::kQueued)
			obstacle->event = EventOfPostponement(journal.LastRequest(id), *obstacle);
		note.sqlstate = sqlstate::kNotInPrerequisiteState;
		note.error = obstacle->text;
		ChangeAction(journal, plan.action, obstacle->event, note);
		if (!obstacle->may_pass_soon &&
			(plan.action.status == ActionStatus::kProposed || plan.action.status == ActionStatus::kApproved ||
			 plan.action.status == ActionStatus::kQuarantined))
			journal.Defer(id, WaitAfterPostponements(journal.CountPostponements(id)));
	}
	return plan;
}

/* Removes our own invalid index; true where nothing of it is left. */
bool
RemoveInvalid(const Action &action)
{
	for (int attempt = 0; attempt < (IsInHurry() ? 1 : kRemovalTries); attempt++)
	{
		if (LookAtIndex(action) != IndexState::kInvalid)
			return true;
		if (std::optional<Error> error = RunDdl(pg::DropIndexStatement(action.target)))
			pg::LogWarning("could not remove the invalid index " + action.target + ": " + error->message);
	}
	return LookAtIndex(action) != IndexState::kInvalid;
}

/* What is left of an attempt that did not succeed; true where nothing is. */
bool
ClearAway(const Plan &plan)
{
	if (plan.doing != Doing::kBuild && plan.doing != Doing::kDrop && plan.doing != Doing::kReindex)
		return true;
	if (plan.doing == Doing::kReindex)
		return RemoveReindexLeftovers(plan.action);
	if (!HasParts(plan.action) || plan.doing == Doing::kDrop)
		return RemoveInvalid(plan.action);
	return LookAtIndex(plan.action) == IndexState::kValid || RemoveParts(plan.action);
}

/* Whoever is about to take the other one away waits for this, or this for him. */
std::optional<Error>
DropUnique(const Plan &plan)
{
	return DoBriefly(
		[&]
		{
			pg::LockExclusively(plan.action.relation);

			pg::Spi spi;
			DropCheck check = CheckDrop(spi, pg::ReadCatalog(spi, {plan.action.relation}), plan.action);

			if (std::string why = check.never.empty() ? check.later : check.never; !why.empty())
				throw Refusal({sqlstate::kNotInPrerequisiteState, why, "", ""});
			spi.Execute(plan.sql);
		});
}

/* Does it, again after a while where a lock was in the way.  The last error, if it ended in one. */
std::optional<Error>
Execute(const Plan &plan)
{
	for (int failures = 1;; failures++)
	{
		/* Nothing of a partitioned table's index can be dropped concurrently. */
		std::optional<Error> error = plan.unique             ? DropUnique(plan)
									 : HasParts(plan.action) ? RunBriefly(plan.sql)
															 : RunDdl(plan.sql);

		if (!error)
			return std::nullopt;
		if (std::optional<Error> last = WaitToTryAgain(plan.action.id, *error, failures))
			return last;
		/* With the leftover still there, another build could only say that the name is taken. */
		if (!ClearAway(plan))
			return error;
		/* What failed may have been no more than the removal of the old one. */
		if (plan.doing == Doing::kReindex && IsReindexed(plan.action))
			return std::nullopt;
	}
}

/* Written down, and not tried again at once: other actions have their turn. */
void
NoteTrouble(int64_t id, const std::string &state, const std::string &message)
{
	(void) pg::RunTransaction(
		[&]
		{
			pg::Spi spi;
			pg::Journal journal(spi);
			Action action = journal.Load(id);
			pg::TransitionNote note;

			note.worker_pid = pg::ProcessId();
			note.sqlstate = state;
			note.error = message;
			if (journal.ErrorOfNewestEntry(id).text != message)
				(void) journal.Record(id, action.status, action.status, note);
			journal.Defer(id, kTroubleSeconds);
		});
}

/* What ends the work before its outcome is written down. */
template <typename Work>
void
NotingTrouble(int64_t id, Work &&work)
{
	try
	{
		work();
	}
	catch (const pg::ServerError &error)
	{
		NoteTrouble(id, error.Sqlstate(), error.message);
		throw;
	}
	catch (const Refusal &refusal)
	{
		NoteTrouble(id, refusal.error().sqlstate, refusal.error().message);
		throw;
	}
	catch (const std::exception &exception)
	{
		NoteTrouble(id, sqlstate::kInternalError, exception.what());
		throw;
	}
}

/* What ended the DDL; whoever cancelled it is named. */
std::string
Describe(const Error &error, const pg::Journal::Trouble &known)
{
	pg::StopState stop = pg::ReadStopState();

	if (error.sqlstate == sqlstate::kQueryCanceled && known.sqlstate == sqlstate::kQueryCanceled)
		return known.text;
	if (error.sqlstate == sqlstate::kQueryCanceled && stop.stopped)
		return "the steward was stopped by " + stop.by + ": " + stop.reason;
	if (error.sqlstate == kUniqueViolation)
		return "the rows do not fit the index: it is unique, and they are not";
	/* An expression of the table's owner is evaluated for its rows. */
	if (std::none_of(kClassesWithoutValues.begin(), kClassesWithoutValues.end(),
					 [&](const char *known) { return error.sqlstate.compare(0, 2, known) == 0; }))
		return "a value of some row does not allow it, or an expression on the table failed";
	return error.message + (error.detail.empty() ? "" : " (" + error.detail + ")");
}

/* A table whose lock was not to be had is skipped, without an error. */
bool
IsAnalyzedSince(const Plan &plan)
{
	bool is = false;

	InTransaction(
		[&]
		{
			pg::Spi spi;

			is = pg::LastAnalyzed(spi, plan.action.relation) != plan.last_analyzed;
		});
	return is;
}

/* The new index goes on where the old one was. */
Json
NoteReindexed(pg::Spi &spi, pg::Journal &journal, const Action &action)
{
	Json before = journal.LastDefinition(action.id).value_or(Json::object());

	pg::CarryUsage(spi, action.arguments.at("index").get<ObjectId>(), action.target);
	return NoteRebuild(spi, action.target, before.value(kBytesBefore, 0.0));
}

bool
AreMade(const Action &action)
{
	bool are = false;

	InTransaction(
		[&]
		{
			pg::Spi spi;

			are = AreStatisticsThere(spi, action);
		});
	return are;
}

/* What leaves nothing where it does not come about is tried again, as a lock may be free then. */
bool
MayPass(const Plan &plan, const std::optional<Error> &error, const pg::TransitionNote &note)
{
	if (plan.doing == Doing::kAnalyze)
		return note.sqlstate == sqlstate::kLockNotAvailable;
	return plan.doing == Doing::kTryStatistics && (plan.settle || (error && IsLockTrouble(*error)));
}

/* What is there decides, where that shows. */
bool
IsDone(const Plan &plan, const std::optional<Error> &error)
{
	switch (plan.doing)
	{
		case Doing::kBuild:
			return LookAtIndex(plan.action) == IndexState::kValid;
		case Doing::kDrop:
			return LookAtIndex(plan.action) == IndexState::kAbsent;
		case Doing::kQuarantine:
			return !plan.settle;
		case Doing::kTryStatistics:
			/* In one transaction: what is there after an error is somebody else's. */
			return plan.settle ? AreMade(plan.action) : !error;
		case Doing::kUndoStatistics:
			return !AreMade(plan.action);
		case Doing::kReindex:
			return IsReindexed(plan.action);
		case Doing::kAnalyze:
			return !error && !plan.settle && IsAnalyzedSince(plan);
	}
	return false;
}

/* A quarter of the time for which it has been tried. */
int
RemoveAgainAfter(double seconds_so_far)
{
	return static_cast<int>(std::clamp(seconds_so_far / 4, kRemoveAgainSeconds, kRemoveAgainMost));
}

/* Last transaction: what is there decides.  What went wrong, if anything did. */
std::string
Conclude(Plan &plan, const std::optional<Error> &error)
{
	/* Somebody else was faster with the name: the index there is his, whatever its state. */
	bool taken = error && error->sqlstate == kDuplicateTable && !HasParts(plan.action);

	/* Who cancelled it waits; what is left then is removed by a worker after this one. */
	if (error && error->sqlstate == sqlstate::kQueryCanceled)
		Hurry();

	bool clean = taken || ClearAway(plan);
	bool done = !taken && IsDone(plan, error);

	pg::TransitionNote note;

	InTransaction(
		[&]
		{
			pg::Spi spi;
			pg::Journal journal(spi);

			note.worker_pid = pg::ProcessId();
			/* A worker before this one may have said what went wrong; or a person, who cancelled it. */
			pg::Journal::Trouble known = journal.ErrorOfNewestEntry(plan.action.id);

			if (error)
			{
				note.sqlstate = error->sqlstate;
				note.error = Describe(*error, known);
			}
			else if (!done && plan.doing == Doing::kAnalyze && !plan.settle)
			{
				note.sqlstate = sqlstate::kLockNotAvailable;
				note.error = "somebody was at work on the table, or had locked it";
			}
			else if (!done)
			{
				/* Why it was paused is not why it failed. */
				bool said = !known.text.empty() && !known.sqlstate.empty();

				note.sqlstate = said ? known.sqlstate : sqlstate::kNotInPrerequisiteState;
				note.error = said          ? known.text
							 : plan.settle ? "the worker or the server ended during the work"
							 : plan.doing == Doing::kReindex ? "the index is not valid"
							 : IsOnIndex(plan.action.kind)   ? "the index is not there"
															 : "what it was to do did not come about";
			}
			if (!clean)
			{
				/* Still at work: a later worker settles it.  Who waits is told. */
				if (known.worker_pid == 0 || known.text.empty())
					(void) journal.Record(plan.action.id, plan.action.status, plan.action.status, note);
				journal.Defer(plan.action.id, RemoveAgainAfter(journal.SecondsSinceChange(plan.action.id)));
				return;
			}
			if (done && plan.doing == Doing::kBuild && !plan.comment.empty())
				spi.Execute(pg::CommentStatement(plan.action.target, plan.comment));
			if (done && plan.doing == Doing::kBuild && !HasParts(plan.action))
				(void) NoteRebuild(spi, plan.action.target, 0);
			if (done && plan.doing == Doing::kReindex)
				note.measured = NoteReindexed(spi, journal, plan.action);
			if (done && IsMaintenance(plan.action.kind))
			{
				ChangeAction(journal, plan.action, ActionEvent::kFinish, note);
				return;
			}
			if (!done && MayPass(plan, error, note))
			{
				ChangeAction(journal, plan.action, ActionEvent::kPostpone, note);
				journal.Defer(plan.action.id,
							  WaitAfterPostponements(journal.CountPostponements(plan.action.id)));
				return;
			}
			if (done && !IsRevert(plan.action))
			{
				note.measured = TakeBaseline(spi, plan.action);
				if (note.measured && !plan.figures.empty())
					note.measured->update(plan.figures);
			}
			ChangeAction(journal, plan.action,
						 !done                              ? ActionEvent::kFail
						 : plan.doing == Doing::kQuarantine ? ActionEvent::kQuarantine
															: ActionEvent::kSucceed,
						 note);
		});
	return note.error;
}

/* To be gone on with later; false where that was so too often. */
bool
Pause(const Action &action, const std::string &reason)
{
	bool pauses = true;

	InTransaction(
		[&]
		{
			pg::Spi spi;
			pg::Journal journal(spi);
			pg::TransitionNote note;
			int64_t count = journal.CountPauses(action.id);

			pauses = count < kMostPauses;
			if (!pauses)
				return;
			note.worker_pid = pg::ProcessId();
			note.error = "paused: " + reason;
			journal.Remark(action.id, action.status, note);
			journal.Defer(action.id, journal.NextDue({ActionStatus::kRevertQueued})
										 ? kSoonSeconds
										 : WaitAfterPostponements(count));
		});
	if (pauses)
		pg::LogMessage("action " + std::to_string(action.id) + " is paused: " + reason);
	return pauses;
}

/* What was tried is of no use, and nothing is left of it. */
void
GiveUp(Plan &plan, const std::string &why)
{
	InTransaction(
		[&]
		{
			pg::Spi spi;
			pg::Journal journal(spi);
			pg::TransitionNote note;

			note.worker_pid = pg::ProcessId();
			note.reason = "tried, and of no use: " + why;
			note.measured = plan.figures;
			ChangeAction(journal, plan.action, ActionEvent::kRelease, note);
		});
	pg::LogMessage("action " + std::to_string(plan.action.id) + " was tried and is of no use: " + why);
}

/* The statistics of a new index's expressions, with the targets that they had before. */
void
Analyze(const Plan &plan)
{
	std::vector<std::string> statements;

	for (const auto &[column, target] : plan.statistics_targets.items())
		statements.push_back(
			pg::StatisticsTargetStatement(plan.action.target, std::stoi(column), target.get<int>()));
	if (!plan.analyze.empty())
		statements.push_back(plan.analyze);
	for (const std::string &statement : statements)
	{
		if (std::optional<Error> failure = RunDdl(statement))
			/* The message may quote what the expression makes of a row. */
			pg::LogWarning("action " + std::to_string(plan.action.id) + ": SQLSTATE " + failure->sqlstate +
						   " ended " + statement);
	}
}

void
CarryOut(int64_t id)
{
	Plan plan;

	InTransaction([&] { plan = Prepare(id); });
	if (!plan.go)
		return;
	pg::LogMessage("action " + std::to_string(id) + " starts: " +
				   (plan.settle ? "settling " + plan.action.target
					: plan.doing == Doing::kQuarantine
						? "the planner does without index " + plan.action.target
						: plan.sql));

	std::optional<Error> error;

	if (!plan.settle && HasParts(plan.action) && plan.doing == Doing::kBuild)
	{
		PartsOutcome outcome = BuildParts(plan.action);

		if (!outcome.pause.empty() && Pause(plan.action, outcome.pause))
			return;
		error = outcome.error;
		if (!outcome.pause.empty())
			error = Error{sqlstate::kLockNotAvailable, outcome.pause, "", ""};
	}
	else if (!plan.settle && plan.doing == Doing::kTryStatistics)
	{
		StatisticsTrial trial = TryStatistics(plan.action);

		error = trial.error;
		plan.figures = std::move(trial.figures);
		if (!error && !trial.useless.empty())
		{
			GiveUp(plan, trial.useless);
			return;
		}
	}
	else if (!plan.settle && plan.doing != Doing::kQuarantine)
		error = Execute(plan);
	if (!error)
		Analyze(plan);

	std::string trouble = Conclude(plan, error);

	pg::LogMessage("action " + std::to_string(id) + " ended: " + std::string(StatusName(plan.action.status)) +
				   (trouble.empty() ? "" : ", " + trouble));
}

} // namespace

void
RunAction(int64_t id)
{
	if (!pg::TryLockForActing())
		return;
	NotingTrouble(id, [&] { CarryOut(id); });
}

} // namespace steward
