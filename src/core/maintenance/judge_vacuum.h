/*-------------------------------------------------------------------------
 *
 * judge_vacuum.h
 *	  Whether VACUUM comes too late to a table.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <string>
#include <vector>

#include "model/vacuum_health.h"

namespace steward
{

/*
 * What is to be said of the table, for people; empty where all is well.  Its age is
 * told from twice the age on at which autovacuum freezes it: one that works would
 * have come by then.  The server stops writing at an age of 2 thousand million.
 * Dead rows are told from five times as many on as autovacuum waits for.
 */
std::string WhatVacuumLacks(const VacuumHealth &table, const FreezeLimits &limits);

/*
 * The same of all tables of which there is something to say, the worst first: those
 * that are too old before those with dead rows, and of about the same age people's
 * before the server's own.
 */
std::vector<std::string> WhatVacuumLacks(std::vector<VacuumHealth> tables, const FreezeLimits &limits);

} // namespace steward
