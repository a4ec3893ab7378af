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

/* It shows values that not everybody may see. */
bool
IsPrivate(const Action &action)
{
	return action.arguments.value("predicate", Json::object()).value("private", false);
}

} // namespace

std::string
WhyPerson(const Action &action)
{
	if (action.evidence.contains("may_fail"))
		return "with its index some rows could not be written any more";
	if (action.evidence.value("of_others", false))
		return "the index is somebody else's, who may rather want to drop it";
	if (action.evidence.value("whole_tree", false))
		return "ANALYZE reads all partitions of the table, too";
	return "";
}

std::string
WhatForbids(const Action &action, bool approved)
{
	if (!action.local)
		return "it was made in another database or cluster";
	if (!pg::IsMaintenanceTime())
		return "pg_steward.maintenance_window is closed";
	if (approved)
		return "";
	if (pg::CurrentMode() != pg::Mode::kAuto || !pg::MayActAlone(action.kind))
		return "pg_steward.mode and pg_steward.auto_actions do not allow it";
	return IsPrivate(action) || action.evidence.value("foreign_partitions", false) ||
				   !WhyPerson(action).empty()
			   ? "a person has to decide about it"
			   : "";
}

void
ScheduleActions(pg::Journal &journal)
{
	if (pg::ReadStopState().stopped)
		return;
	for (Action &action : journal.LoadDue({ActionStatus::kApproved, ActionStatus::kProposed}))
	{
		pg::TransitionNote note;

		if (!WhatForbids(action, action.status == ActionStatus::kApproved).empty())
			continue;
		note.worker_pid = pg::ProcessId();
		ChangeAction(journal, action, ActionEvent::kApply, note);
	}
}

} // namespace steward
