/*-------------------------------------------------------------------------
 *
 * write_status.cpp
 *	  How the steward is, on one screen.
 *
 * What is wrong comes first; every WARN has the command or line that mends
 * it.  Advice and deeds are shown to those who may read them.
 *
 * Server.  Reads only.
 *
 *-------------------------------------------------------------------------
 */
#include "flow/write_status.h"

#include <algorithm>
#include <iterator>

#include "base/text.h"
#include "core/maintenance/judge_vacuum.h"
#include "core/report/read_preload.h"
#include "flow/list_work.h"
#include "flow/watch_usage.h"
#include "pg/activity.h"
#include "pg/extension.h"
#include "pg/journal.h"
#include "pg/raii.h"
#include "pg/samples.h"
#include "pg/session.h"
#include "pg/settings.h"
#include "pg/shared_memory.h"
#include "pg/storage.h"
#include "pg/table_activity.h"

namespace steward
{

namespace
{

constexpr double kMegabyte = 1024.0 * 1024.0;

constexpr const char *kModeNames[] = {"off", "observe", "advise", "auto"};

/* So many intervals without a round are no chance any more. */
constexpr double kMostIntervals = 3;

using Lines = std::vector<StatusLine>;

const std::vector<std::string> kLibraries = {"pg_stat_statements", "pg_steward"};

std::vector<std::string>
MissingFrom(const std::string &value)
{
	std::vector<std::string> there = LibrariesIn(value);
	std::vector<std::string> missing;

	std::copy_if(kLibraries.begin(), kLibraries.end(), std::back_inserter(missing),
				 [&](const std::string &library)
				 { return std::find(there.begin(), there.end(), library) == there.end(); });
	return missing;
}

/* What the server would load at its next start, as its files say now. */
std::string
PreloadInFiles(pg::Spi &spi)
{
	pg::Rows rows = spi.Query("SELECT setting FROM pg_file_settings WHERE name = 'shared_preload_libraries'"
							  " ORDER BY seqno DESC LIMIT 1");

	return rows.empty() ? "" : rows.front().Text(0);
}

/* What else is preloaded is for those to see who may read all settings. */
void
AddPreload(Lines &lines, pg::Spi &spi, bool may_read_settings)
{
	std::string loaded = spi.QueryOne("SELECT current_setting('shared_preload_libraries')").Text(0);
	std::string in_files = PreloadInFiles(spi);
	std::vector<std::string> missing = MissingFrom(loaded);
	bool lumped = !LumpedLibraries(in_files).empty();
	std::string line =
		"in postgresql.conf: shared_preload_libraries = '" + WithLibraries(in_files, kLibraries) + "'";

	if (!may_read_settings)
		line = "have each library added to shared_preload_libraries in postgresql.conf";
	if (lumped)
		lines.push_back({"WARN",
						 "the server will not start again: in its files several libraries are quoted as one "
						 "name, as ALTER SYSTEM SET shared_preload_libraries = 'a, b' does",
						 "ALTER SYSTEM RESET shared_preload_libraries; then " + line +
							 "; a server that does not start any more is started once with "
							 "-c shared_preload_libraries='', and stopped and started after that, since a "
							 "restart keeps the option"});
	if (missing.empty() || lumped)
		return;
	if (MissingFrom(in_files).empty())
		lines.push_back(
			{"WARN", "in the file, restart pending: " + Join(missing, ", "), "restart the server"});
	else if (may_read_settings)
		lines.push_back({"WARN", "not preloaded: what the server loads at start is '" + in_files + "'",
						 line + ", then restart"});
	else
		lines.push_back(
			{"WARN", "not preloaded: " + Join(missing, ", "), line + ", and the server restarted"});
}

void
AddWorkers(Lines &lines)
{
	pg::StopState stop = pg::ReadStopState();

	if (stop.stopped)
		lines.push_back({"WARN", "stopped by " + stop.by + ": " + stop.reason, "SELECT steward.start();"});
	if (pg::Shared() == nullptr || pg::InRecovery())
		return;
	if (pg::Trouble trouble = pg::StewardTrouble(); !trouble.text.empty())
		lines.push_back({"WARN", trouble.text, trouble.remedy});
	if (double age = pg::SecondsSinceRound(); !stop.stopped && pg::CurrentMode() >= pg::Mode::kAdvise &&
											  age > kMostIntervals * pg::settings::round_interval_s)
		lines.push_back(
			{"WARN",
			 "the last round that succeeded is older than three times pg_steward.round_interval: " +
				 FormatMilliseconds(age * 1000),
			 "SELECT summary FROM steward.refresh(); does one now and says what is in its way; where "
			 "many databases take turns, raise pg_steward.max_workers"});

	int failures = 0;

	{
		pg::SharedLock lock(LW_SHARED);

		failures = pg::Shared()->slot_failures;
	}
	if (failures > 0)
		lines.push_back({"WARN",
						 Count(static_cast<size_t>(failures), "time") + " no background worker slot was free",
						 "raise max_worker_processes, then restart"});
}

void
AddExtensions(Lines &lines, pg::Spi &spi)
{
	for (const char *name : {"pg_stat_statements", "hypopg"})
	{
		if (!pg::FindExtension(name))
			lines.push_back({"WARN", std::string("extension ") + name + " is missing in this database",
							 std::string("CREATE EXTENSION ") + name + ";"});
	}
	if (std::string publication = pg::PublicationOfOurTables(spi);
		!publication.empty() && !pg::settings::accept_publication)
		lines.push_back(
			{"WARN",
			 "publication " + publication +
				 " publishes the steward's tables too, so it writes nothing: a subscriber without "
				 "them would stop",
			 "leave schema steward out of the publication, or CREATE EXTENSION pg_steward there "
			 "and ALTER SYSTEM SET pg_steward.accept_publication = on; SELECT pg_reload_conf();"});
	if (spi.QueryOne("SELECT current_setting('compute_query_id')").Text(0) == "off")
		lines.push_back({"WARN", "compute_query_id is off, so no statement is counted",
						 "ALTER SYSTEM SET compute_query_id = auto; SELECT pg_reload_conf();"});
}

void
AddWorkload(Lines &lines, pg::Spi &spi)
{
	pg::Row row = spi.QueryOne(
		"SELECT count(*), count(DISTINCT (userid, queryid, toplevel)), min(since)::timestamptz(0)"
		"  FROM steward.statement_history");

	if (row.Integer(0) > 0)
		lines.push_back(
			{"SEEN",
			 Count(static_cast<size_t>(row.Integer(1)), "statement") + " noted since " + row.Text(2) +
				 "; the steward's tables take " + FormatBytes(pg::SizeOfTables(spi)) + ", " +
				 FormatBytes(pg::settings::max_storage_mb * kMegabyte) + " are pg_steward.max_storage",
			 "SELECT * FROM steward.statements;"});
	else
		lines.push_back({"SEEN", "nothing noted yet; statements count from pg_stat_statements' last reset",
						 "SELECT * FROM steward.statements;"});
}

void
AddSamples(Lines &lines)
{
	pg::SampleCounts counts = pg::CountSamples();

	if (!pg::KeepsSamples())
		return;

	std::string text = Count(static_cast<size_t>(counts.samples), "sample") + " of " +
					   Count(static_cast<size_t>(counts.statements), "statement") + " with their values";

	if (counts.contended > 0)
		text += "; " + std::to_string(counts.contended) + " dropped while others were being written";
	if (counts.not_kept > 0)
		text += "; " + std::to_string(counts.not_kept) + " not kept, longer than pg_steward.sample_size";
	lines.push_back({"SEEN", text, "SHOW pg_steward.sample_values;"});
}

/* What is being done or waits for its turn, and for whom it waits. */
void
AddWork(Lines &lines, pg::Spi &spi)
{
	for (const Work &work : ListWork(spi))
	{
		std::string id = std::to_string(work.action);

		lines.push_back({"NOW",
						 "action " + id + ", " + work.kind + " " + work.target + ": " + work.status +
							 " since " + work.since + (work.progress.empty() ? "" : ", " + work.progress) +
							 (work.trouble.empty() ? "" : "; " + work.trouble),
						 "CALL steward.cancel(" + id + ");"});
	}
	for (const pg::Blocker &blocker : pg::BlockersOfAction(spi))
		lines.push_back({"WHO", "the action waits for " + blocker.text,
						 blocker.pid == 0 ? "SELECT * FROM pg_prepared_xacts;"
										  : "SELECT pg_terminate_backend(" + std::to_string(blocker.pid) +
												"); ends that session"});
}

/* What is decided but not at its end, and what wants a decision. */
void
AddWaiting(Lines &lines, pg::Spi &spi)
{
	pg::Row counts = spi.QueryOne("SELECT count(*) FILTER (WHERE status = 'approved'),"
								  "       count(*) FILTER (WHERE status = 'verifying'),"
								  "       count(*) FILTER (WHERE status = 'failed'),"
								  "       count(*) FILTER (WHERE status = 'proposed'),"
								  "       count(*) FILTER (WHERE status = 'quarantined')"
								  "  FROM steward.actions");
	auto count = [&](size_t column, const char *what)
	{ return Count(static_cast<size_t>(counts.Integer(column)), what); };

	if (counts.Integer(0) > 0)
		lines.push_back(
			{"SEEN",
			 count(0, "approved action") + (pg::IsMaintenanceTime()
												? " to be carried out"
												: ", for which pg_steward.maintenance_window is closed"),
			 "CALL steward.apply(id); does one now"});
	if (counts.Integer(3) > 0 && pg::CurrentMode() == pg::Mode::kAuto && !pg::IsMaintenanceTime())
		lines.push_back(
			{"SEEN",
			 "what mode auto would do of its own accord waits: pg_steward.maintenance_window is closed",
			 "SHOW pg_steward.maintenance_window;"});
	if (counts.Integer(4) > 0)
		lines.push_back(
			{"SEEN",
			 Count(static_cast<size_t>(counts.Integer(4)), "index", "indexes") +
				 " in quarantine: the planner does without, before they are dropped",
			 "SELECT id, ddl, updated_at, verification FROM steward.recommendations WHERE status = 'quarantined';"});
	if (counts.Integer(1) > 0)
		lines.push_back(
			{"SEEN", count(1, "action") + " done, whose effect is being measured",
			 "SELECT id, ddl, verification FROM steward.recommendations WHERE status = 'verifying';"});
	if (counts.Integer(2) > 0)
		lines.push_back({"DO", count(2, "action") + " failed",
						 "SELECT id, ddl, trouble FROM steward.recommendations WHERE status = 'failed';"});
}

/* The worst; the maintenance report has more. */
void
AddVacuum(Lines &lines, pg::Spi &spi)
{
	std::vector<std::string> lacks = WhatVacuumLacks(pg::ReadVacuumHealth(spi), pg::ReadFreezeLimits(spi));

	if (!lacks.empty())
		lines.push_back({"WARN", lacks.front(), "CALL steward.maintain(); reports on all tables"});
}

/* What keeps all unused indexes, though nobody may notice. */
void
AddStandbys(Lines &lines, pg::Spi &spi)
{
	if (std::string unseen = UnseenReadersNow(spi); !unseen.empty())
		lines.push_back({"WARN", "no index counts as unused: " + unseen, "SHOW pg_steward.standbys;"});
}

void
AddActions(Lines &lines, pg::Spi &spi)
{
	pg::Row open = spi.QueryOne("SELECT count(*) FILTER (WHERE kind IN ('create_index', 'drop_index')),"
								"       coalesce(sum((expected ->> 'saves_ms_per_hour')::float8), 0),"
								"       count(*) FILTER (WHERE kind NOT IN ('create_index', 'drop_index'))"
								"  FROM steward.actions WHERE status IN ('proposed', 'approved')");

	if (open.Integer(0) > 0)
		lines.push_back({"DO",
						 Count(static_cast<size_t>(open.Integer(0)), "recommendation") +
							 (open.Number(1) > 0
								  ? " would save about " + FormatMilliseconds(open.Number(1)) + " each hour"
								  : " about indexes that cost more than they serve"),
						 "SELECT * FROM steward.recommendations;"});
	if (open.Integer(2) > 0)
		lines.push_back(
			{"DO",
			 Count(static_cast<size_t>(open.Integer(2)), "recommendation") +
				 " about statistics and indexes to rebuild",
			 "SELECT id, ddl, reason FROM steward.recommendations WHERE kind IN ('analyze', 'create_statistics', 'set_statistics', 'reindex_index');"});
	AddWaiting(lines, spi);
	AddWork(lines, spi);
	for (const pg::Row &row :
		 spi.Query("SELECT a.id, a.kind, a.target, j.to_status, j.by_role, j.at::timestamptz(0)"
				   "  FROM steward.journal AS j JOIN steward.actions AS a ON a.id = j.action"
				   " WHERE j.to_status IN ('quarantined', 'verifying', 'kept', 'taken_back', 'failed')"
				   "   AND (j.to_status <> 'quarantined' OR a.status = 'quarantined')"
				   " ORDER BY j.id DESC LIMIT 5"))
		lines.push_back({"DID",
						 row.Text(5) + " action " + row.Text(0) + ", " + row.Text(1) + " " + row.Text(2) +
							 ": " + row.Text(3),
						 "SELECT * FROM steward.journal WHERE action = " + row.Text(0) + ";"});
}

} // namespace

std::vector<StatusLine>
WriteStatus()
{
	Lines lines;
	pg::Spi spi;
	bool may_read = spi.QueryOne("SELECT has_table_privilege('steward.actions', 'SELECT')").Bool(0);
	bool may_read_settings = spi.QueryOne("SELECT pg_has_role('pg_read_all_settings', 'USAGE')").Bool(0);
	pg::ActingAs owner(pg::RequireExtension("pg_steward").owner, 0);

	AddPreload(lines, spi, may_read_settings);
	AddWorkers(lines);
	AddExtensions(lines, spi);
	if (lines.empty())
		lines.push_back({"OK",
						 std::string("pg_steward ") + pg::ModuleVersion() + " works, mode " +
							 kModeNames[static_cast<int>(pg::CurrentMode())],
						 ""});
	if (pg::InRecovery())
		lines.push_back({"OK", "this is a standby: advice works here, acting is for the primary", ""});
	if (may_read)
	{
		AddVacuum(lines, spi);
		if (!pg::InRecovery())
			AddStandbys(lines, spi);
	}
	AddWorkload(lines, spi);
	AddSamples(lines);
	if (may_read)
		AddActions(lines, spi);
	return lines;
}

} // namespace steward
