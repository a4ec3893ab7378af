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
#include <cmath>
#include <tuple>

#include "base/text.h"

namespace steward
{

namespace
{

constexpr double kOldest = 2147483648.0; /* the ids begin anew */
constexpr double kMostAge = kOldest / 2;
constexpr double kTooOld = 2;          /* times the age at which autovacuum freezes */
constexpr double kTooMany = 5;         /* times the rows that autovacuum waits for */
constexpr double kFewDead = 10000;     /* which are not worth a word */
constexpr double kAboutTheSame = 0.05; /* of what the server allows */

std::string
WhyNoVacuum(const VacuumHealth &table)
{
	return table.autovacuum_off ? "autovacuum is off for it" : "autovacuum does not keep up with it";
}

bool
HasOldTransactions(const VacuumHealth &table, const FreezeLimits &limits)
{
	return table.transactions >= std::min(kTooOld * limits.transactions, kMostAge);
}

bool
HasOldMultixacts(const VacuumHealth &table, const FreezeLimits &limits)
{
	return table.multixacts >= std::min(kTooOld * limits.multixacts, kMostAge);
}

/* 0 where it is not too old; else the same for about the same age. */
double
StepOfAge(const VacuumHealth &table, const FreezeLimits &limits)
{
	if (!HasOldTransactions(table, limits) && !HasOldMultixacts(table, limits))
		return 0;
	return 1 + std::floor(std::max(table.transactions, table.multixacts) / (kOldest * kAboutTheSame));
}

} // namespace

std::string
WhatVacuumLacks(const VacuumHealth &table, const FreezeLimits &limits)
{
	bool transactions_old = HasOldTransactions(table, limits);
	bool multixacts_old = HasOldMultixacts(table, limits);
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

std::vector<std::string>
WhatVacuumLacks(std::vector<VacuumHealth> tables, const FreezeLimits &limits)
{
	std::vector<std::string> lacks;

	std::stable_sort(tables.begin(), tables.end(),
					 [&](const VacuumHealth &a, const VacuumHealth &b)
					 {
						 return std::tuple(-StepOfAge(a, limits), a.of_server, -a.dead) <
								std::tuple(-StepOfAge(b, limits), b.of_server, -b.dead);
					 });
	for (const VacuumHealth &table : tables)
	{
		if (std::string lack = WhatVacuumLacks(table, limits); !lack.empty())
			lacks.push_back(std::move(lack));
	}
	return lacks;
}

} // namespace steward
