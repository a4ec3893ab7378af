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

/* Why the steward may not do it now of its own accord, or because it was approved; empty where it may. */
std::string WhatForbids(const Action &action, bool approved);

/* Why it is left to a person who asks for just this action; empty where it is not. */
std::string WhyPerson(const Action &action);

/*
 * Within pg_steward.maintenance_window: what was approved, and in mode auto
 * what is proposed and of a kind that pg_steward.auto_actions names.  What was
 * postponed waits longer each time.
 */
void ScheduleActions(pg::Journal &journal);

} // namespace steward
