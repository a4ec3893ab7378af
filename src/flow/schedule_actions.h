/*-------------------------------------------------------------------------
 *
 * schedule_actions.h
 *	  Put into the queue what may be done without anybody waiting for it.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "pg/journal.h"

namespace steward
{

/*
 * Within pg_steward.maintenance_window: what was approved, and in mode auto
 * what is proposed and of a kind that pg_steward.auto_actions names.  What was
 * postponed waits longer each time.
 */
void ScheduleActions(pg::Journal &journal);

} // namespace steward
