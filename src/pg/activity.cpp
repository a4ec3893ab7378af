/*-------------------------------------------------------------------------
 *
 * activity.cpp
 *	  What goes on in the server: builds, our workers, their troubles.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/activity.h"

extern "C"
{
#include "miscadmin.h"
#include "utils/timestamp.h"
}

#include "base/text.h"
#include "pg/session.h"
#include "pg/settings.h"
#include "pg/shared_memory.h"
#include "pg/worker.h"

namespace steward::pg
{

std::string
BuildProgress(Spi &spi, Oid relation)
{
	Rows rows =
		spi.Query("SELECT p.phase, p.blocks_done::float8 / nullif(p.blocks_total, 0),"
				  "       p.tuples_done::float8 / nullif(p.tuples_total, 0), p.current_locker_pid,"
				  "       CASE WHEN p.relid <> $1::oid THEN p.relid::regclass::text || ': ' ELSE '' END"
				  "  FROM pg_stat_progress_create_index AS p"
				  " WHERE p.datname = current_database()"
				  "   AND (p.relid = $1::oid OR p.relid IN (SELECT relid FROM pg_partition_tree($1::oid)))"
				  " LIMIT 1",
				  {std::to_string(relation)});

	if (rows.empty())
		return "";

	const Row &row = rows.front();
	std::string text = row.Text(4) + row.Text(0);

	/* In steps of 25 %, so that a quick build is not a flood of lines. */
	for (size_t column : {1, 2})
	{
		if (!row.IsNull(column))
			text += ", " + FormatPercent(static_cast<int>(row.Number(column) * 4) / 4.0);
	}
	/* Who asks has a snapshot for the moment in which he asks. */
	if (row.Integer(3) > 0 && row.Integer(3) != ProcessId())
		text += ", waiting for process " + row.Text(3);
	return text;
}

void
CancelActionWorkers(Spi &spi)
{
	spi.Query("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE backend_type = $1",
			  {kActionWorkerType});
}

bool
CancelActionWorker(Spi &spi, int pid)
{
	return !spi.Query("SELECT pg_cancel_backend(pid) FROM pg_stat_activity"
					  " WHERE backend_type = $1 AND pid = $2::integer AND datname = current_database()",
					  {kActionWorkerType, std::to_string(pid)})
				.empty();
}

std::vector<Blocker>
BlockersOfAction(Spi &spi)
{
	std::vector<Blocker> blockers;

	for (const Row &row :
		 spi.Query("SELECT DISTINCT b.pid, s.usename, nullif(s.application_name, ''), s.state,"
				   "       coalesce(s.xact_start, s.state_change, s.backend_start)::timestamptz(0)"
				   "  FROM pg_stat_activity AS w, unnest(pg_blocking_pids(w.pid)) AS b (pid)"
				   "  LEFT JOIN pg_stat_activity AS s ON s.pid = b.pid"
				   " WHERE w.backend_type = $1 AND w.datname = current_database() ORDER BY b.pid",
				   {kActionWorkerType}))
	{
		std::vector<std::string> parts;

		if (row.Integer(0) == 0)
		{
			blockers.push_back({0, "a prepared transaction"});
			continue;
		}
		for (size_t column : {1, 2})
		{
			if (!row.IsNull(column))
				parts.push_back(row.Text(column));
		}
		if (!row.IsNull(3))
			parts.push_back(row.Text(3) + " since " + row.Text(4));
		blockers.push_back(
			{static_cast<int>(row.Integer(0)),
			 "process " + row.Text(0) + (parts.empty() ? "" : " (" + Join(parts, ", ") + ")")});
	}
	return blockers;
}

Trouble
StewardTrouble()
{
	char error[kReasonLength] = "";
	bool launcher = false;

	if (Shared() == nullptr)
		return {"pg_steward is not preloaded",
				"SELECT * FROM steward.status(); has the line for postgresql.conf"};
	{
		SharedLock lock(LW_SHARED);

		launcher = Shared()->launcher_pid != 0;
		for (const DatabaseSlot &slot : Shared()->databases)
		{
			if (slot.database == CurrentDatabase())
				memcpy(error, slot.last_error, sizeof(error));
		}
	}
	if (!launcher)
		return {"the launcher does not run; is max_worker_processes large enough?",
				"raise max_worker_processes, then restart"};
	return {error, *error == '\0' ? "" : "it tries again by itself; the server's log has all such messages"};
}

double
SecondsSinceRound()
{
	TimestampTz last = 0;
	long seconds = 0;
	int microseconds = 0;

	if (Shared() == nullptr)
		return -1;
	{
		SharedLock lock(LW_SHARED);

		for (const DatabaseSlot &slot : Shared()->databases)
		{
			if (slot.database == MyDatabaseId && slot.has_extension)
				last = Max(slot.last_round_at, slot.started_at);
		}
	}
	if (last == 0)
		return -1;
	TimestampDifference(last, GetCurrentTimestamp(), &seconds, &microseconds);
	return static_cast<double>(seconds);
}

void
WantSteward(Oid database)
{
	{
		SharedLock lock(LW_EXCLUSIVE);

		if (DatabaseSlot *slot = SlotOf(database))
		{
			slot->has_extension = true;
			slot->wanted = true;
		}
	}
	Wake(database);
}

std::string
NextRound(Spi &spi)
{
	TimestampTz last = 0;

	if (Shared() == nullptr || CurrentMode() < Mode::kAdvise)
		return "";
	{
		SharedLock lock(LW_SHARED);

		for (const DatabaseSlot &slot : Shared()->databases)
		{
			if (slot.database == MyDatabaseId && slot.steward_pid != 0)
				last = slot.last_round_at;
		}
	}
	if (last == 0)
		return "";
	return spi
		.QueryOne("SELECT to_char(to_timestamp($1::float8), 'HH24:MI')",
				  {std::to_string(static_cast<double>(last) / USECS_PER_SEC +
								  (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * SECS_PER_DAY +
								  settings::round_interval_s)})
		.Text(0);
}

} // namespace steward::pg
