/*-------------------------------------------------------------------------
 *
 * change_action.cpp
 *	  Move an action along its state machine, and write it down.
 *
 *-------------------------------------------------------------------------
 */
#include "flow/change_action.h"

namespace steward
{

namespace
{

const char *
VerbOf(ActionEvent event)
{
	switch (event)
	{
		case ActionEvent::kApprove:
			return "approved";
		case ActionEvent::kApply:
			return "applied";
		case ActionEvent::kRevert:
			return "reverted";
		case ActionEvent::kDismiss:
			return "dismissed";
		default:
			return "changed";
	}
}

const char *
HintFor(const Action &action)
{
	switch (action.status)
	{
		case ActionStatus::kApproved:
			return "It waits for pg_steward.maintenance_window; CALL steward.apply(id) does it now.";
		case ActionStatus::kQuarantined:
			return "The planner does without the index for pg_steward.quarantine_time; CALL steward.revert(id) ends that.";
		case ActionStatus::kVerifying:
		case ActionStatus::kKept:
			return "It has been applied; CALL steward.revert(id) takes it back.";
		case ActionStatus::kWithheld:
			return "Something speaks against it: see SELECT steward.explain_recommendation(id);";
		case ActionStatus::kQueued:
		case ActionStatus::kRunning:
		case ActionStatus::kRevertQueued:
		case ActionStatus::kReverting:
			return "It is at work; CALL steward.cancel(id); ends that, SELECT * FROM steward.progress; shows how far it is.";
		default:
			return "See SELECT * FROM steward.recommendations; for open ones.";
	}
}

} // namespace

void
RevertAction(pg::Journal &journal, Action &action, const pg::TransitionNote &note)
{
	pg::TransitionNote of_drop;

	/* What was dropped because this index does the same comes back first; the figures are not its own. */
	of_drop.worker_pid = note.worker_pid;
	if (action.kind == ActionKind::kCreateIndex)
	{
		for (Action &drop :
			 journal.LoadWhere({ActionStatus::kVerifying, ActionStatus::kKept, ActionStatus::kQuarantined}))
		{
			if (drop.kind == ActionKind::kDropIndex && drop.local &&
				drop.evidence.value("covered_by", "") == action.target)
				ChangeAction(journal, drop,
							 drop.status == ActionStatus::kQuarantined ? ActionEvent::kRelease
																	   : ActionEvent::kRevert,
							 of_drop);
		}
	}
	ChangeAction(journal, action, ActionEvent::kRevert, note);
}

void
OpenAgain(pg::Journal &journal, Action &action)
{
	if (!IsMaintenance(action.kind))
		return;
	if (action.status == ActionStatus::kKept)
		ChangeAction(journal, action, ActionEvent::kRecur);
	else if (action.status == ActionStatus::kObsolete)
		ChangeAction(journal, action, ActionEvent::kPropose);
}

void
ChangeAction(pg::Journal &journal, Action &action, ActionEvent event, const pg::TransitionNote &note)
{
	std::optional<ActionStatus> next = NextStatus(action.status, event);

	if (!next)
		throw Refusal({sqlstate::kNotInPrerequisiteState,
					   "action " + std::to_string(action.id) + " cannot be " + VerbOf(event),
					   "Its status is \"" + std::string(StatusName(action.status)) + "\".", HintFor(action)});
	if (!journal.Record(action.id, action.status, *next, note))
		throw Refusal({sqlstate::kNotInPrerequisiteState,
					   "action " + std::to_string(action.id) + " was changed by somebody else meanwhile",
					   "It is no longer \"" + std::string(StatusName(action.status)) + "\".", "Look again."});
	action.status = *next;
}

} // namespace steward
