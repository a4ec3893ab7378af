/*-------------------------------------------------------------------------
 *
 * settings.cpp
 *	  The settings pg_steward.*, as the server keeps them.
 *
 * Alphabetical.  Name, unit, bounds and default stand once, here; the text is
 * what pg_settings shows.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/settings.h"

#include "pg/standbys.h"

#include "pg/guard.h"

extern "C"
{
#include "miscadmin.h"
#include "pgtime.h"
#include "utils/guc.h"
#include "utils/timestamp.h"
}

#include <algorithm>
#include <climits>

#include "base/text.h"
#include "model/maintenance_window.h"

namespace steward::pg
{

namespace settings
{
bool accept_publication = false;
int advice_time_limit_ms = 0;
char *auto_actions = nullptr;
int bloat_min_size_mb = 0;
double bloat_threshold = 0;
char *home_database = nullptr;
bool hooks = false;
int index_max_columns = 0;
int index_storage_budget_mb = 0;
int journal_retention_min = 0;
int lock_retries = 0;
int lock_timeout_ms = 0;
int maintenance_interval_min = 0;
char *maintenance_window = nullptr;
int max_index_size_mb = 0;
int max_replica_lag_mb = 0;
int max_storage_mb = 0;
int max_workers = 0;
int min_calls = 0;
int min_free_space_mb = 0;
int mode = 0;
int old_transaction_limit_s = 0;
int planning_timeout_ms = 0;
int quarantine_time_min = 0;
int retry_after_min = 0;
int unused_after_min = 0;
int round_interval_s = 0;
int sample_memory_mb = 0;
double sample_rate = 0;
int sample_size_b = 0;
bool sample_values = false;
char *standbys = nullptr;
int verify_wait_s = 0;
int what_if_sizes = 0;
int workload_interval_s = 0;
int workload_window_min = 0;
} // namespace settings

namespace
{

const config_enum_entry kModes[] = {
	{"off", static_cast<int>(Mode::kOff), false},
	{"observe", static_cast<int>(Mode::kObserve), false},
	{"advise", static_cast<int>(Mode::kAdvise), false},
	{"auto", static_cast<int>(Mode::kAuto), false},
	{nullptr, 0, false},
};

const config_enum_entry kWhatIfSizes[] = {
	{"steward", static_cast<int>(WhatIfSizes::kSteward), false},
	{"hypopg", static_cast<int>(WhatIfSizes::kHypopg), false},
	{nullptr, 0, false},
};

void
Integer(const char *name, const char *text, const char *more, int *value, int boot_value, int min, int max,
		GucContext context, int flags)
{
	DefineCustomIntVariable(name, text, more, value, boot_value, min, max, context, flags, nullptr, nullptr,
							nullptr);
}

void
Boolean(const char *name, const char *text, const char *more, bool *value, bool boot_value,
		GucContext context)
{
	DefineCustomBoolVariable(name, text, more, value, boot_value, context, 0, nullptr, nullptr, nullptr);
}

void
Enum(const char *name, const char *text, const char *more, int *value, int boot_value,
	 const config_enum_entry *options, GucContext context, GucEnumCheckHook check)
{
	DefineCustomEnumVariable(name, text, more, value, boot_value, options, context, 0, check, nullptr,
							 nullptr);
}

void
Text(const char *name, const char *text, char **value, const char *boot_value, GucContext context,
	 GucStringCheckHook check)
{
	DefineCustomStringVariable(name, text, nullptr, value, boot_value, context, 0, check, nullptr, nullptr);
}

} // namespace

extern "C"
{
/* A hook of the server: nothing may be thrown out of it. */
static bool
CheckAutoActions(char **value, [[maybe_unused]] void **extra, [[maybe_unused]] GucSource source)
{
	try
	{
		for (const std::string &name : SplitList(*value))
		{
			if (KindFromName(name))
				continue;
			GUC_check_errdetail("There is no kind of action \"%s\".", name.c_str());
			GUC_check_errhint("The kinds, separated by commas, are %s.", KindNames().c_str());
			return false;
		}
		return true;
	}
	catch (...)
	{
		return false;
	}
}

static bool
CheckStandbys(char **value, [[maybe_unused]] void **extra, [[maybe_unused]] GucSource source)
{
	try
	{
		std::string error;

		if (ParseStandbys(*value, error))
			return true;
		GUC_check_errdetail("%s", error.c_str());
		GUC_check_errhint("Write connection strings as libpq takes them, separated by semicolons, as in "
						  "\"host=replica1 user=watcher; host=replica2 user=watcher\".");
		return false;
	}
	catch (...)
	{
		return false;
	}
}

static bool
CheckMaintenanceWindow(char **value, [[maybe_unused]] void **extra, [[maybe_unused]] GucSource source)
{
	try
	{
		if (**value == '\0')
			return true;

		std::optional<MaintenanceWindow> window = ParseMaintenanceWindow(*value);

		if (!window)
		{
			GUC_check_errhint("Write \"[DAYS] HH:MM-HH:MM [TIME ZONE]\", as in "
							  "\"Sat,Sun 22:00-04:00 Europe/Berlin\" or \"Mon-Fri 01:00-05:00\".");
			return false;
		}
		if (!window->time_zone.empty() && pg_tzset(window->time_zone.c_str()) == nullptr)
		{
			GUC_check_errdetail("There is no time zone \"%s\".", window->time_zone.c_str());
			GUC_check_errhint("See SELECT name FROM pg_timezone_names;");
			return false;
		}
		return true;
	}
	catch (...)
	{
		return false;
	}
}
}

void
DefineSettings()
{
	namespace s = settings;
	/* Without preloading these have no effect, and the server takes none of the first kind any more. */
	GucContext at_start = process_shared_preload_libraries_in_progress ? PGC_POSTMASTER : PGC_SIGHUP;

	Boolean("pg_steward.accept_publication",
			"Whether the steward writes its tables though a publication publishes them.",
			"A subscriber without these tables would stop.", &s::accept_publication, false, PGC_SIGHUP);
	Integer("pg_steward.advice_time_limit", "How long the choice of indexes may take; 0 is without limit.",
			"When it is over, the best that was found so far is advised.", &s::advice_time_limit_ms, 60000, 0,
			INT_MAX, PGC_USERSET, GUC_UNIT_MS);
	Text("pg_steward.auto_actions", "The kinds of action that mode auto carries out without being asked.",
		 &s::auto_actions, "create_index, analyze", PGC_SUSET, CheckAutoActions);
	Integer("pg_steward.bloat_min_size", "Indexes from this size on are measured and rebuilt.", nullptr,
			&s::bloat_min_size_mb, 10, 1, INT_MAX, PGC_SIGHUP, GUC_UNIT_MB);
	DefineCustomRealVariable("pg_steward.bloat_threshold",
							 "The share of an index that a rebuild must win at least.", nullptr,
							 &s::bloat_threshold, 0.5, 0.1, 1, PGC_SIGHUP, 0, nullptr, nullptr, nullptr);
	Text("pg_steward.home_database",
		 "The database whose steward is started first and carries out cluster-wide actions.",
		 &s::home_database, "postgres", PGC_SIGHUP, nullptr);
	Boolean("pg_steward.hooks", "Whether the steward looks at statements while they run.",
			"off takes all it does there away at once.", &s::hooks, true, PGC_SUSET);
	Integer("pg_steward.index_max_columns", "The most key columns an advised index has.", nullptr,
			&s::index_max_columns, 4, 1, INDEX_MAX_KEYS, PGC_USERSET, 0);
	Integer("pg_steward.index_storage_budget", "What all newly advised indexes together may take.",
			"-1 is the larger of 256 MB and 20 % of the database.", &s::index_storage_budget_mb, -1, -1,
			INT_MAX, PGC_USERSET, GUC_UNIT_MB);
	Integer("pg_steward.journal_retention", "How long actions that have ended are remembered.", nullptr,
			&s::journal_retention_min, 365 * 24 * 60, 24 * 60, INT_MAX, PGC_SIGHUP, GUC_UNIT_MIN);
	Integer("pg_steward.lock_retries", "How often an action whose lock timed out is tried again.", nullptr,
			&s::lock_retries, 3, 0, 100, PGC_SIGHUP, 0);
	Integer("pg_steward.lock_timeout", "How long an action waits for a lock.", nullptr, &s::lock_timeout_ms,
			10000, 1, INT_MAX, PGC_SIGHUP, GUC_UNIT_MS);
	Integer("pg_steward.maintenance_interval", "How often a round of maintenance begins.",
			"It looks for unused and bloated indexes and writes the maintenance report.",
			&s::maintenance_interval_min, 24 * 60, 1, INT_MAX / 60, PGC_SIGHUP, GUC_UNIT_MIN);
	Text("pg_steward.maintenance_window", "When what nobody waits for is carried out; empty is at any time.",
		 &s::maintenance_window, "", PGC_SIGHUP, CheckMaintenanceWindow);
	Integer("pg_steward.max_index_size", "The largest index that is built; 0 is without limit.", nullptr,
			&s::max_index_size_mb, 10240, 0, INT_MAX, PGC_SIGHUP, GUC_UNIT_MB);
	Integer("pg_steward.max_replica_lag",
			"A build does not start while a standby has more WAL than this to replay; 0 is without limit.",
			nullptr, &s::max_replica_lag_mb, 1024, 0, INT_MAX, PGC_SIGHUP, GUC_UNIT_MB);
	Integer(
		"pg_steward.max_storage", "How large the steward's own tables in a database may become.",
		"Beyond it the oldest intervals of the workload and the oldest actions that have ended are forgotten.",
		&s::max_storage_mb, 256, 1, INT_MAX, PGC_SIGHUP, GUC_UNIT_MB);
	Integer("pg_steward.max_workers", "The most databases that are looked after at the same time.",
			"With more databases than this they take turns.", &s::max_workers, 3, 1, 1000, PGC_SIGHUP, 0);
	Integer("pg_steward.min_calls", "Statements with fewer calls in the window wait for advice.", nullptr,
			&s::min_calls, 10, 1, INT_MAX, PGC_USERSET, 0);
	Integer("pg_steward.min_free_space",
			"Disk space that must stay free beside twice the size of a new index.", nullptr,
			&s::min_free_space_mb, 1024, 0, INT_MAX, PGC_SIGHUP, GUC_UNIT_MB);
	Enum("pg_steward.mode", "What the steward does unasked: off, observe, advise or auto.",
		 "observe notes the workload, advise also keeps recommendations up to date, auto carries out what "
		 "pg_steward.auto_actions names.",
		 &s::mode, static_cast<int>(Mode::kAdvise), kModes, PGC_SUSET, nullptr);
	Integer("pg_steward.old_transaction_limit",
			"A build does not start while a transaction in the database is older than this.", nullptr,
			&s::old_transaction_limit_s, 300, 1, INT_MAX, PGC_SIGHUP, GUC_UNIT_S);
	Integer("pg_steward.planning_timeout", "How long the planning of one statement may take while advising.",
			nullptr, &s::planning_timeout_ms, 5000, 1, INT_MAX, PGC_SUSET, GUC_UNIT_MS);
	Integer("pg_steward.quarantine_time", "How long the planner does without an index before it is dropped.",
			nullptr, &s::quarantine_time_min, 10080, 0, INT_MAX / 60, PGC_SIGHUP, GUC_UNIT_MIN);
	Integer("pg_steward.retry_after", "How long what was taken back is not advised again.", nullptr,
			&s::retry_after_min, 43200, 0, INT_MAX / 60, PGC_SIGHUP, GUC_UNIT_MIN);
	Integer("pg_steward.round_interval", "How often the steward of a database renews its advice.", nullptr,
			&s::round_interval_s, 300, 1, INT_MAX / 1000, PGC_SIGHUP, GUC_UNIT_S);
	Integer("pg_steward.sample_memory", "Shared memory for samples of statements; 0 keeps none.", nullptr,
			&s::sample_memory_mb, 16, 0, 4096, at_start, GUC_UNIT_MB);
	DefineCustomRealVariable("pg_steward.sample_rate",
							 "The share of executions that is sampled, beside each statement's first.",
							 nullptr, &s::sample_rate, 0.01, 0, 1, PGC_SUSET, 0, nullptr, nullptr, nullptr);
	Integer("pg_steward.sample_size", "The longest sample: text, search_path and bind values.", nullptr,
			&s::sample_size_b, 4096, 256, 8192, at_start, GUC_UNIT_BYTE);
	Boolean("pg_steward.sample_values", "Whether samples of statements, with their values, are kept.",
			"Also for a role or a database: ALTER ROLE ... SET.", &s::sample_values, true, PGC_SUSET);
	DefineCustomStringVariable(
		"pg_steward.standbys",
		"Connection strings of the standbys, which are asked what indexes are used for there.",
		"Separated by semicolons; a name without = is an application or slot that follows and reads no index.",
		&s::standbys, "", PGC_SIGHUP, GUC_SUPERUSER_ONLY, CheckStandbys, nullptr, nullptr);
	Integer("pg_steward.unused_after", "How long an index must not have been used to count as unused.",
			"Meanwhile its table must have been read and written.", &s::unused_after_min, 50400, 1,
			INT_MAX / 60, PGC_SIGHUP, GUC_UNIT_MIN);
	Integer("pg_steward.verify_wait", "How long CALL steward.tune() waits for statements to run again.",
			nullptr, &s::verify_wait_s, 30, 0, INT_MAX / 1000, PGC_USERSET, GUC_UNIT_S);
	Enum("pg_steward.what_if_sizes", "Whose model estimates the size of an index that is not there.",
		 "hypopg makes costs comparable with hypopg's.", &s::what_if_sizes,
		 static_cast<int>(WhatIfSizes::kSteward), kWhatIfSizes, PGC_USERSET, nullptr);
	Integer("pg_steward.workload_interval", "How often the counters of pg_stat_statements are noted.",
			nullptr, &s::workload_interval_s, 60, 1, INT_MAX / 1000, PGC_SIGHUP, GUC_UNIT_S);
	Integer("pg_steward.workload_window", "How far back a statement counts as part of the workload.", nullptr,
			&s::workload_window_min, 1440, 1, INT_MAX / 60, PGC_SIGHUP, GUC_UNIT_MIN);

	MarkGUCPrefixReserved("pg_steward");
}

Mode
CurrentMode()
{
	return static_cast<Mode>(settings::mode);
}

bool
MayActAlone(ActionKind kind)
{
	std::vector<std::string> names = SplitList(settings::auto_actions);

	return std::find(names.begin(), names.end(), KindName(kind)) != names.end();
}

bool
IsMaintenanceTime()
{
	std::optional<MaintenanceWindow> window = ParseMaintenanceWindow(settings::maintenance_window);
	bool open = true;

	if (!window)
		return true;
	Guarded(
		[&]
		{
			pg_time_t now = timestamptz_to_time_t(GetCurrentTimestamp());
			pg_tz *zone = window->time_zone.empty() ? nullptr : pg_tzset(window->time_zone.c_str());
			pg_tm *local = pg_localtime(&now, zone == nullptr ? session_timezone : zone);

			/* tm_wday counts from Sunday. */
			open = IsOpen(*window, (local->tm_wday + 6) % 7, local->tm_hour * 60 + local->tm_min);
		});
	return open;
}

} // namespace steward::pg
