/*-------------------------------------------------------------------------
 *
 * request_action.cpp
 *	  Ask for an action to be carried out, and wait for it.
 *
 * The build waits for older snapshots, so the waiting session must have none:
 * it looks at the state in short transactions, and each ends before it waits.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "flow/request_action.h"

#include "base/text.h"
#include "flow/change_action.h"
#include "flow/quarantine.h"
#include "flow/schedule_actions.h"
#include "pg/activity.h"
#include "pg/extension.h"
#include "pg/journal.h"
#include "pg/raii.h"
#include "pg/session.h"
#include "pg/settings.h"
#include "pg/shared_memory.h"

namespace steward
{

namespace
{

constexpr long kPollMs = 100;

/* So often revert_since() looks for what came into the queue meanwhile. */
constexpr int kMostRounds = 5;

/* While nothing happens, this often a word about it. */
constexpr double kPatienceSeconds = 5;

/* What a person took out of the queue waits so long before mode auto takes it up again. */
constexpr int kCalledOffSeconds = 24 * 60 * 60;

bool
IsAtWork(ActionStatus status)
{
	return status == ActionStatus::kQueued || status == ActionStatus::kRunning ||
		   status == ActionStatus::kRevertQueued || status == ActionStatus::kReverting;
}

bool
IsQueued(ActionStatus status)
{
	return status == ActionStatus::kQueued || status == ActionStatus::kRevertQueued;
}

/* What to tell the waiting client now, if that is anything new. */
class Progress
{
public:
	void Tell(pg::Spi &spi, const Action &action)
	{
		std::string text = TextOf(spi, action);
		double now = pg::SecondsSinceEpoch();

		if (text.empty() || (text == told_ && now - told_at_ < kPatienceSeconds))
			return;
		pg::Notice("action " + std::to_string(action.id) + ": " + text);
		told_ = text;
		told_at_ = now;
	}

private:
	std::string TextOf(pg::Spi &spi, const Action &action)
	{
		if (!IsQueued(action.status))
		{
			/* Whoever may ask for the action may know what it waits for. */
			pg::ActingAs owner(pg::RequireExtension("pg_steward").owner, 0);

			return pg::BuildProgress(spi, action.relation);
		}
		if (told_.empty() && pg::SecondsSinceEpoch() - started_at_ < kPatienceSeconds)
			return "";

		std::string trouble = pg::StewardTrouble().text;

		return "waiting in the queue" + (trouble.empty() ? "" : ": " + trouble);
	}

	std::string told_;
	double told_at_ = 0;
	double started_at_ = pg::SecondsSinceEpoch();
};

void
RequireSuccess(const Action &action, ActionEvent event, pg::Journal &journal)
{
	bool reverting = event == ActionEvent::kRevert;

	if (action.status == (reverting ? ActionStatus::kTakenBack : ActionStatus::kVerifying) ||
		(!reverting && (action.status == ActionStatus::kKept || action.status == ActionStatus::kQuarantined)))
		return;

	pg::Journal::Trouble error = journal.ReadLastError(action.id);
	bool left = IsAtWork(action.status);
	/* One that was never begun. */
	bool postponed =
		!left &&
		(action.status == ActionStatus::kProposed ||
		 error.from_status == StatusName(reverting ? ActionStatus::kRevertQueued : ActionStatus::kQueued));
	std::string hint = "See SELECT * FROM steward.journal WHERE action = " + std::to_string(action.id) + ";";

	if (!reverting && action.status == ActionStatus::kTakenBack)
		throw Refusal({sqlstate::kNotInPrerequisiteState,
					   "action " + std::to_string(action.id) + " was taken back again",
					   "The reason is: " + action.reason + ".", "Nothing is left of it. " + hint});
	if (left && error.sqlstate.empty())
		throw Refusal({sqlstate::kNotInPrerequisiteState,
					   "action " + std::to_string(action.id) + " goes on later", "It is " + error.text + ".",
					   "It goes on by itself with what is not built yet; CALL steward.cancel(" +
						   std::to_string(action.id) + "); ends it. " + hint});
	if (left)
		hint =
			"It is tried again by itself; an index that is left invalid is removed as soon as the lock on its "
			"table is free. " +
			hint;

	throw Refusal({error.sqlstate.empty() ? sqlstate::kNotInPrerequisiteState : error.sqlstate,
				   "action " + std::to_string(action.id) + (postponed ? " was postponed" : " failed"),
				   error.text.empty() ? "It is \"" + std::string(StatusName(action.status)) + "\" now."
									  : "The reason is: " + error.text + ".",
				   postponed ? "Nothing was changed. Try again when this has passed. " + hint : hint});
}

/* Waits until the action has ended, or cannot go on for now. */
Action
AwaitEnd(pg::Spi &spi, int64_t id)
{
	Progress progress;

	for (;;)
	{
		pg::Journal journal(spi);
		Action action = journal.Load(id);
		pg::Journal::Trouble newest = journal.ErrorOfNewestEntry(id);

		/* At work with an error: it is tried again later, which nobody has to wait for. */
		if (!IsAtWork(action.status) || (newest.worker_pid != 0 && !newest.text.empty()))
			return action;
		progress.Tell(spi, action);
		spi.Commit();
		pg::WaitMilliseconds(kPollMs);
	}
}

/* What the caller may not ask for, or nobody can do yet. */
void
RequireFeasible(const Action &action)
{
	std::string id = std::to_string(action.id);

	if (!pg::MayBeShown(action))
		throw Refusal(
			{sqlstate::kInsufficientPrivilege, "permission denied to apply action " + id,
			 "The condition of its index tells a value of a column that you may not read, and the catalog "
			 "would show it to everybody.",
			 "Ask for SELECT on that column."});
	if (action.evidence.value("foreign_partitions", false))
		throw Refusal({sqlstate::kFeatureNotSupported,
					   "action " + id + " is about a table with foreign partitions",
					   "Its index cannot be built on one partition after the other: it would never become "
					   "valid. One statement can, during which nobody can write to the table.",
					   "Run it yourself, in psql: SELECT unnest(ddl) FROM steward.actions WHERE id = " + id +
						   " \\gexec"});
}

/* To ask twice for the same must not cost the trial. */
void
RequireNotInQuarantine(pg::Spi &spi, pg::Journal &journal, const Action &action)
{
	std::string id = std::to_string(action.id);

	if (action.status != ActionStatus::kQuarantined || pg::settings::quarantine_time_min == 0)
		return;

	pg::ActingAs owner(pg::RequireExtension("pg_steward").owner, 0);

	throw Refusal({sqlstate::kNotInPrerequisiteState, "action " + id + " is in quarantine already",
				   "That the planner does without its index is " + DescribeQuarantine(spi, journal, action) +
					   "; then it is dropped, unless something became slower.",
				   "CALL steward.revert(" + id +
					   "); has the index used again; pg_steward.quarantine_time says how long it lasts."});
}

} // namespace

void
RequireNotStopped()
{
	pg::StopState stop = pg::ReadStopState();

	if (stop.stopped)
		throw Refusal({sqlstate::kNotInPrerequisiteState, "the steward is stopped",
					   "It was stopped by " + stop.by + ": " + stop.reason,
					   "SELECT steward.start(); ends that."});
}

void
ApproveAction(pg::Spi &spi, int64_t id)
{
	pg::Journal journal(spi);
	Action action = journal.Load(id);

	RequireFeasible(action);
	OpenAgain(journal, action);
	ChangeAction(journal, action, ActionEvent::kApprove);
}

void
RequestAction(pg::Spi &spi, int64_t id, ActionEvent event)
{
	pg::Journal journal(spi);
	Action action = journal.Load(id);

	RequireNotStopped();
	if (event == ActionEvent::kApply)
	{
		RequireFeasible(action);
		RequireNotInQuarantine(spi, journal, action);
		OpenAgain(journal, action);
	}
	if (event == ActionEvent::kRevert && IsMaintenance(action.kind))
		throw Refusal({sqlstate::kFeatureNotSupported, "action " + std::to_string(id) + " cannot be reverted",
					   "It is maintenance, which leaves nothing that could be taken back.",
					   "See SELECT steward.explain_recommendation(" + std::to_string(id) + ");"});
	if (event == ActionEvent::kRevert && action.status == ActionStatus::kQuarantined)
	{
		/* There is nothing that a worker would have to do. */
		ChangeAction(journal, action, ActionEvent::kRelease);
		{
			pg::ActingAs owner(pg::RequireExtension("pg_steward").owner, 0);

			ApplyQuarantines(journal);
		}
	}
	else if (event == ActionEvent::kRevert)
		RevertAction(journal, action);
	else
		ChangeAction(journal, action, event);
	spi.Commit();
	pg::WantSteward(pg::CurrentDatabase());
}

void
AwaitAction(pg::Spi &spi, int64_t id, ActionEvent event)
{
	try
	{
		Action action = AwaitEnd(spi, id);
		pg::Journal journal(spi);

		RequireSuccess(action, event, journal);
		pg::Notice("action " + std::to_string(id) + ": done, its status is " +
				   std::string(StatusName(action.status)));
	}
	catch (pg::ServerError &error)
	{
		/* It is the waiting that was cancelled. */
		if (error.Sqlstate() == sqlstate::kQueryCanceled)
		{
			error.detail = "Action " + std::to_string(id) + " goes on without you.";
			error.hint = "CALL steward.cancel(" + std::to_string(id) +
						 "); ends it; SELECT * FROM steward.status(); shows how far it is.";
		}
		throw;
	}
}

std::vector<Failure>
ApplyEach(pg::Spi &spi, const std::vector<Action> &actions, std::vector<int64_t> &applied)
{
	std::vector<Failure> failures;

	for (const Action &action : actions)
	{
		if (std::string reason = WhyPerson(action); !reason.empty())
		{
			pg::Notice("action " + std::to_string(action.id) + " is left for you to apply: " + reason);
			continue;
		}
		try
		{
			RequestAction(spi, action.id, ActionEvent::kApply);
			AwaitAction(spi, action.id, ActionEvent::kApply);
			applied.push_back(action.id);
		}
		catch (const Refusal &refusal)
		{
			pg::Notice(refusal.error().message + ": " + refusal.error().detail);
			failures.push_back({action.id, refusal.error()});
		}
	}
	return failures;
}

namespace
{

/* Cancels what came into the queue or began since then; what there was of it. */
std::vector<std::string>
CancelSince(pg::Spi &spi, double seconds_since_epoch)
{
	std::vector<std::string> ids;

	for (int64_t id : pg::Journal(spi).BegunSince(seconds_since_epoch))
	{
		ids.push_back(std::to_string(id));
		try
		{
			CancelAction(spi, id);
		}
		catch (const Refusal &refusal)
		{
			/* It has begun or ended meanwhile. */
			pg::Notice(refusal.error().message);
		}
	}
	return ids;
}

} // namespace

void
RevertSince(pg::Spi &spi, double seconds_since_epoch, bool wait)
{
	std::vector<std::string> left;

	RequireNotStopped();
	/* What is in the queue may begin, and what has begun may end, meanwhile. */
	for (int round = 0; round < kMostRounds; round++)
	{
		left = CancelSince(spi, seconds_since_epoch);
		if (left.empty())
			break;
	}
	for (int64_t id : pg::Journal(spi).DoneSince(seconds_since_epoch))
	{
		try
		{
			RequestAction(spi, id, ActionEvent::kRevert);
			if (wait)
				AwaitAction(spi, id, ActionEvent::kRevert);
		}
		catch (const Refusal &refusal)
		{
			pg::Notice(refusal.error().message + ": " + refusal.error().detail);
			left.push_back(std::to_string(id));
		}
	}
	if (!left.empty())
		throw Refusal({sqlstate::kNotInPrerequisiteState, "not everything could be taken back",
					   "What is left: action " + Join(left, ", ") + ".",
					   "See SELECT * FROM steward.journal WHERE action = " + left.front() +
						   "; CALL steward.revert(" + left.front() + "); tries again."});
}

void
CancelAction(pg::Spi &spi, int64_t id)
{
	pg::Journal journal(spi);
	Action action = journal.Load(id);
	pg::TransitionNote note;

	if (!IsAtWork(action.status) && action.status != ActionStatus::kApproved)
		throw Refusal({sqlstate::kNotInPrerequisiteState,
					   "action " + std::to_string(id) + " is not at work, so there is nothing to cancel",
					   "Its status is \"" + std::string(StatusName(action.status)) + "\".",
					   "CALL steward.revert(id) takes back what is done, steward.dismiss(id, reason) what is "
					   "only proposed."});
	note.sqlstate = sqlstate::kQueryCanceled;
	note.error = "cancelled by " + pg::OuterRoleName();
	if (IsQueued(action.status) || action.status == ActionStatus::kApproved)
	{
		bool reverting = action.status == ActionStatus::kRevertQueued;

		ChangeAction(journal, action, ActionEvent::kPostpone, note);
		/* What a person calls off does not come again by itself. */
		if (reverting)
			ChangeAction(journal, action, ActionEvent::kKeep, note);
		else
			journal.Defer(id, kCalledOffSeconds);
		spi.Commit();
		return;
	}

	int worker = journal.ErrorOfNewestEntry(id).worker_pid;

	/* Committed first: the worker is to find who it was. */
	journal.Remark(id, action.status, note);
	spi.Commit();

	bool cancelled = false;

	{
		pg::ActingAs owner(pg::RequireExtension("pg_steward").owner, 0);

		cancelled = pg::CancelActionWorker(spi, worker);
	}
	/* Nobody is at it just now: the next one clears away. */
	if (!cancelled)
	{
		journal.Defer(id, 0);
		pg::WantSteward(pg::CurrentDatabase());
	}
	spi.Commit();
	if (cancelled)
		action = AwaitEnd(spi, id);
	pg::Notice("action " + std::to_string(id) + ": its status is " + std::string(StatusName(action.status)) +
			   (IsAtWork(action.status)
					? "; what is left of it is removed as soon as the lock on its table is free"
					: ""));
}

} // namespace steward
