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
	return action.evidence.contains("may_fail") || action.evidence.value("of_others", false) ||
		   action.evidence.value("foreign_partitions", false) ||
		   action.arguments.value("predicate", Json::object()).value("private", false);
}

} // namespace

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
	return NeedsPerson(action) ? "a person has to decide about it" : "";
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
