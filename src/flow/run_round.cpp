/*-------------------------------------------------------------------------
 *
 * run_round.cpp
 *	  What the steward of a database does when its time has come.
 *
 * Each function is the work of one transaction.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "flow/run_round.h"

#include "flow/forget_history.h"
#include "flow/maintain.h"
#include "flow/measure_action.h"
#include "flow/measure_bloat.h"
#include "flow/observe_workload.h"
#include "flow/quarantine.h"
#include "flow/refresh_advice.h"
#include "flow/schedule_actions.h"
#include "pg/action_locks.h"
#include "pg/extension.h"
#include "pg/index_usage.h"
#include "pg/journal.h"
#include "pg/quarantine.h"
#include "pg/session.h"

namespace steward
{

namespace
{

constexpr double kMinutesPerHour = 60;

} // namespace

Presence
LookForExtension()
{
	std::optional<pg::InstalledExtension> extension = pg::FindExtension("pg_steward");

	if (!extension)
		return Presence::kAbsent;
	return extension->version == pg::ModuleVersion() ? Presence::kPresent : Presence::kOtherVersion;
}

std::string
SettingsOfDatabase()
{
	pg::Spi spi;

	return spi
		.QueryOne(
			"SELECT coalesce(string_agg(s.setrole || s.setconfig::text, ' ' ORDER BY s.setrole, s.setdatabase), '')"
			"  FROM pg_db_role_setting AS s"
			" WHERE s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))"
			"   AND s.setrole IN (0, (SELECT oid FROM pg_roles WHERE rolname = current_user))")
		.Text(0);
}

std::string
FindPublication()
{
	pg::Spi spi;

	return pg::PublicationOfOurTables(spi);
}

void
ObserveRound()
{
	NoteWorkload();
}

void
UsageRound()
{
	pg::Spi spi;

	(void) pg::NoteIndexUsage(spi);
}

void
StandbyRound(const std::vector<pg::StandbyAnswer> &answers)
{
	pg::Spi spi;

	pg::NoteStandbys(spi, answers);
}

std::optional<int64_t>
BeginMaintenanceRound()
{
	pg::Spi spi;

	if (!IsMaintenanceDue(spi))
		return std::nullopt;
	return BeginMaintenance(spi);
}

void
EndMaintenanceRound(int64_t round)
{
	pg::Spi spi;

	EndMaintenance(spi, round);
}

std::vector<ObjectId>
IndexesToMeasureNow()
{
	pg::Spi spi;

	/* In each round of maintenance once, though that may begin a little sooner after the last. */
	return IndexesToMeasure(spi, pg::settings::maintenance_interval_min / kMinutesPerHour / 2);
}

void
BeginMeasuringRound(ObjectId index)
{
	pg::Spi spi;

	BeginMeasuring(spi, index);
}

void
MeasureRound(ObjectId index)
{
	pg::Spi spi;

	MeasureIndex(spi, index);
}

void
ForgetRound()
{
	ForgetHistory();
}

void
VerifyRound()
{
	pg::Spi spi;
	pg::Journal journal(spi);

	NoteDropped(journal, spi);
	VerifyActions(spi, journal);
}

void
JudgeQuarantinesRound()
{
	pg::Spi spi;
	pg::Journal journal(spi);

	JudgeQuarantines(spi, journal);
}

void
QuarantineRound()
{
	pg::Spi spi;
	pg::Journal journal(spi);

	ApplyQuarantines(journal);
}

void
LiftRound()
{
	pg::Spi spi;
	pg::Journal journal(spi);

	LiftQuarantines(spi, journal);
}

std::string
AdviseRound()
{
	pg::Spi spi;

	return RefreshAdvice().summary;
}

void
ScheduleRound()
{
	pg::Spi spi;
	pg::Journal journal(spi);

	ScheduleActions(journal);
}

std::optional<int64_t>
NextLeftover()
{
	pg::Spi spi;
	pg::Journal journal(spi);

	if (pg::SomebodyActs())
		return std::nullopt;
	return journal.NextDue({ActionStatus::kRunning, ActionStatus::kReverting});
}

std::optional<int64_t>
NextAction()
{
	if (std::optional<int64_t> left = NextLeftover())
		return left;

	pg::Spi spi;
	pg::Journal journal(spi);

	if (pg::SomebodyActs())
		return std::nullopt;
	return journal.NextDue({ActionStatus::kQueued, ActionStatus::kRevertQueued});
}

bool
AnythingLeft()
{
	pg::Spi spi;

	return !pg::Journal(spi).LoadWhere({ActionStatus::kRunning, ActionStatus::kReverting}).empty() ||
		   pg::HasQuarantines();
}

} // namespace steward
