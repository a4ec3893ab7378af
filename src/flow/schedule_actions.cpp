/*-------------------------------------------------------------------------
 *
 * schedule_actions.cpp
 *	  Put into the queue what may be done without anybody waiting for it.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "flow/schedule_actions.h"

#include "flow/change_action.h"
#include "pg/session.h"
#include "pg/settings.h"
#include "pg/shared_memory.h"

namespace steward
{

namespace
{

/* What a person has to decide: it may fail statements, or shows values that not everybody may see. */
bool
NeedsPerson(const Action &action)
{
	return action.evidence.contains("may_fail") || action.evidence.value("partitioned", false) ||
		   action.arguments.value("predicate", Json::object()).value("private", false);
}

bool
MayBeDone(const Action &action)
{
	if (!action.local)
		return false;
	if (action.status == ActionStatus::kApproved)
		return true;
	return pg::CurrentMode() == pg::Mode::kAuto && pg::MayActAlone(action.kind) && !NeedsPerson(action);
}

} // namespace

void
ScheduleActions(pg::Journal &journal)
{
	if (pg::ReadStopState().stopped || !pg::IsMaintenanceTime())
		return;
	for (Action &action : journal.LoadDue({ActionStatus::kApproved, ActionStatus::kProposed}))
	{
		pg::TransitionNote note;

		if (!MayBeDone(action))
			continue;
		note.worker_pid = pg::ProcessId();
		ChangeAction(journal, action, ActionEvent::kApply, note);
	}
}

} // namespace steward
