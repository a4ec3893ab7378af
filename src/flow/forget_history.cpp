/*-------------------------------------------------------------------------
 *
 * forget_history.cpp
 *	  Keep the steward's own tables within pg_steward.max_storage.
 *
 * Files do not shrink when rows are deleted; their room is used again after a
 * vacuum.  So the size of the files only says whether to look closer, and what is
 * forgotten follows from the rows.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "flow/forget_history.h"

#include "base/text.h"
#include "core/workload/limit_storage.h"
#include "pg/session.h"
#include "pg/settings.h"
#include "pg/storage.h"

namespace steward
{

namespace
{

constexpr double kMegabyte = 1024.0 * 1024.0;

/*
 * Who looked closer does not again before an hour has passed, unless the files grew
 * so much; or before a minute, where nothing could be forgotten yet: what makes them
 * large may not have been committed.
 */
constexpr double kLookAgainSeconds = 3600;
constexpr double kLookAgainSoonSeconds = 60;
constexpr double kLookAgainGrowth = 1.05;

struct Look
{
	double until = 0;
	double size = 0;
};

Storage
ReadStorage(pg::Spi &spi)
{
	Storage storage;

	storage.row_bytes = pg::IntervalRowSize(spi);
	storage.kept_bytes = pg::SizeOfOthers(spi);
	for (const pg::IntervalRows &interval : pg::CountIntervals(spi))
		storage.intervals.push_back({interval.until, interval.rows});
	for (const pg::ActionSize &action : pg::SizesOfEnded(spi))
		storage.ended.push_back({action.id, action.bytes});
	return storage;
}

} // namespace

void
ForgetHistory()
{
	pg::Spi spi;
	double limit = pg::settings::max_storage_mb * kMegabyte;

	static Look last; /* of this steward, which looks after one database */
	double size = pg::SizeOfTables(spi);

	pg::ForgetOldActions(spi);
	if (size <= limit || (pg::SecondsSinceEpoch() < last.until && size < last.size * kLookAgainGrowth))
		return;

	Forgotten forgotten = LimitStorage(ReadStorage(spi), limit);
	bool found = forgotten.until || !forgotten.actions.empty();

	last = {pg::SecondsSinceEpoch() + (found ? kLookAgainSeconds : kLookAgainSoonSeconds), size};
	if (forgotten.until)
		pg::ForgetIntervals(spi, *forgotten.until);
	if (!forgotten.actions.empty())
		pg::ForgetActions(spi, forgotten.actions);
	if (forgotten.until || !forgotten.actions.empty())
		pg::LogMessage("the oldest intervals of the workload, and " +
					   Count(forgotten.actions.size(), "ended action") +
					   ", are forgotten: pg_steward.max_storage");
}

} // namespace steward
