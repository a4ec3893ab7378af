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
#include "pg/activity.h"
#include "pg/extension.h"
#include "pg/journal.h"
#include "pg/raii.h"
#include "pg/session.h"
#include "pg/shared_memory.h"

namespace steward
{

namespace
{

constexpr long kPollMs = 100;

/* While nothing happens, this often a word about it. */
constexpr double kPatienceSeconds = 5;

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

		std::string trouble = pg::StewardTrouble();

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
		(!reverting && action.status == ActionStatus::kKept))
		return;

	pg::Journal::LastError error = journal.ReadLastError(action.id);
	bool left = IsAtWork(action.status);
	bool postponed = action.status == ActionStatus::kProposed ||
					 (reverting && error.sqlstate == sqlstate::kNotInPrerequisiteState);
	std::string hint = "See SELECT * FROM steward.journal WHERE action = " + std::to_string(action.id) + ";";

	if (left)
		hint =
			"It is tried again by itself; an index that is left invalid is removed as soon as the lock on its "
			"table is free. " +
			hint;

	throw Refusal({error.sqlstate.empty() ? sqlstate::kNotInPrerequisiteState : error.sqlstate,
				   "action " + std::to_string(action.id) + (postponed ? " was postponed" : " failed"),
				   error.error.empty() ? "It is \"" + std::string(StatusName(action.status)) + "\" now."
									   : "The reason is: " + error.error + ".",
				   postponed ? "Nothing was changed. Try again when this has passed. " + hint : hint});
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
RequestAction(pg::Spi &spi, int64_t id, ActionEvent event)
{
	pg::Journal journal(spi);
	Action action = journal.Load(id);

	RequireNotStopped();
	ChangeAction(journal, action, event);
	spi.Commit();
	pg::WantSteward(pg::CurrentDatabase());
}

void
AwaitAction(pg::Spi &spi, int64_t id, ActionEvent event)
{
	Progress progress;

	for (;;)
	{
		pg::Journal journal(spi);
		Action action = journal.Load(id);

		/* At work with an error: it is tried again later, which nobody has to wait for. */
		if (!IsAtWork(action.status) || !journal.ErrorOfNewestEntry(id).error.empty())
		{
			RequireSuccess(action, event, journal);
			pg::Notice("action " + std::to_string(id) + ": done, its status is " +
					   std::string(StatusName(action.status)));
			return;
		}
		progress.Tell(spi, action);
		spi.Commit();
		pg::WaitMilliseconds(kPollMs);
	}
}

} // namespace steward
