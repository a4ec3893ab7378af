/*-------------------------------------------------------------------------
 *
 * judge_vacuum.cpp
 *	  Whether VACUUM comes too late to a table.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#include "core/maintenance/judge_vacuum.h"

#include <algorithm>

#include "base/text.h"

namespace steward
{

namespace
{

constexpr double kOldest = 2147483648.0; /* the ids begin anew */
constexpr double kMostAge = kOldest / 2;
constexpr double kTooOld = 2;      /* times the age at which autovacuum freezes */
constexpr double kTooMany = 5;     /* times the rows that autovacuum waits for */
constexpr double kFewDead = 10000; /* which are not worth a word */

std::string
WhyNoVacuum(const VacuumHealth &table)
{
	return table.autovacuum_off ? "autovacuum is off for it" : "autovacuum does not keep up with it";
}

} // namespace

std::string
WhatVacuumLacks(const VacuumHealth &table, const FreezeLimits &limits)
{
	bool transactions_old = table.transactions >= std::min(kTooOld * limits.transactions, kMostAge);
	bool multixacts_old = table.multixacts >= std::min(kTooOld * limits.multixacts, kMostAge);

	double age = transactions_old ? table.transactions : table.multixacts;

	if (transactions_old || multixacts_old)
		return table.label + ": " + FormatNumber(age, 0) +
			   (transactions_old ? " transactions" : " multixacts") + " since it was frozen, which is " +
			   FormatPercent(age / kOldest) +
			   " of what the server allows before it stops writing: VACUUM (FREEZE) " + table.label +
			   " ends that, unless an old transaction, a prepared one or a replication slot holds it up";
	if (table.dead >= kFewDead && table.dead >= kTooMany * table.vacuum_after)
		return table.label + ": " + FormatNumber(table.dead, 0) +
			   " dead rows, where VACUUM would be due after " + FormatNumber(table.vacuum_after, 0) + ": " +
			   WhyNoVacuum(table);
	return "";
}

} // namespace steward
