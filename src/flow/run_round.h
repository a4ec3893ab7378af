/*-------------------------------------------------------------------------
 *
 * run_round.h
 *	  What the steward of a database does when its time has come.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pg/settings.h"
#include "pg/standbys.h"

namespace steward
{

/* Whether the extension is here, and of this module's version. */
enum class Presence
{
	kAbsent,
	kOtherVersion,
	kPresent,
};

Presence LookForExtension();

/* What ALTER DATABASE and ALTER ROLE set for who connects to this database as its steward does. */
std::string SettingsOfDatabase();

/* A publication that publishes the steward's own tables; empty where there is none. */
std::string FindPublication();

/* Notes the workload; from mode `observe` on. */
void ObserveRound();

/* Notes what indexes are used for, which renewing the advice does, too. */
void UsageRound();

/* Notes what standbys said that they use indexes for. */
void StandbyRound(const std::vector<pg::StandbyAnswer> &answers);

/* Begins a round of maintenance where one is due: its number. */
std::optional<int64_t> BeginMaintenanceRound();
void EndMaintenanceRound(int64_t round);

/* Those whose bloat is to be measured, and one of them. */
std::vector<ObjectId> IndexesToMeasureNow();
void BeginMeasuringRound(ObjectId index);
void MeasureRound(ObjectId index);

/* Keeps the steward's own tables within their size. */
void ForgetRound();

/* From mode `advise` on: measures what was applied, and decides whether it stays. */
void VerifyRound();

/* Likewise: what is missed in quarantine, and what was not. */
void JudgeQuarantinesRound();

/* Has the planner do without the indexes in quarantine, and no others. */
void QuarantineRound();

/* Ends all quarantines of the database. */
void LiftRound();

/* Renews the advice.  Returns its summary. */
std::string AdviseRound();

/* Puts into the queue what may be done now without anybody waiting for it. */
void ScheduleRound();

/* The next action that wants a worker; nothing where there is none or one is at work. */
std::optional<int64_t> NextAction();

/* The same of what a worker left when it ended: an invalid index costs with every write. */
std::optional<int64_t> NextLeftover();

/* Whether there is any, due or not. */
bool AnythingLeft();

} // namespace steward
