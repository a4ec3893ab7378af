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

#include "base/text.h"
#include "pg/session.h"
#include "pg/shared_memory.h"
#include "pg/worker.h"

namespace steward::pg
{

std::string
BuildProgress(Spi &spi, Oid relation)
{
	Rows rows = spi.Query("SELECT phase, blocks_done::float8 / nullif(blocks_total, 0),"
						  "       tuples_done::float8 / nullif(tuples_total, 0), current_locker_pid"
						  "  FROM pg_stat_progress_create_index"
						  " WHERE datname = current_database() AND relid = $1::oid LIMIT 1",
						  {std::to_string(relation)});

	if (rows.empty())
		return "";

	const Row &row = rows.front();
	std::string text = row.Text(0);

	/* In steps of 25 %, so that a quick build is not a flood of lines. */
	for (size_t column : {1, 2})
	{
		if (!row.IsNull(column))
			text += ", " + FormatPercent(static_cast<int>(row.Number(column) * 4) / 4.0);
	}
	if (row.Integer(3) > 0)
		text += ", waiting for process " + row.Text(3);
	return text;
}

size_t
CancelActionWorkers(Spi &spi)
{
	return spi
		.Query("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE backend_type = $1",
			   {kActionWorkerType})
		.size();
}

std::string
StewardTrouble()
{
	char error[kReasonLength] = "";
	bool launcher = false;

	if (Shared() == nullptr)
		return "pg_steward is not preloaded";
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
		return "the launcher does not run; is max_worker_processes large enough?";
	return error;
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

} // namespace steward::pg
