/*-------------------------------------------------------------------------
 *
 * sql_maintenance.cpp
 *	  The SQL functions about what the steward looks after.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "flow/maintain.h"
#include "flow/watch_usage.h"
#include "pg/extension.h"
#include "pg/function_call.h"
#include "pg/raii.h"
#include "pg/session.h"

namespace steward
{

STEWARD_FUNCTION(steward_list_indexes)
{
	pg::ResultSet results(fcinfo);
	pg::Spi spi;
	pg::ActingAs owner(pg::RequireExtension("pg_steward").owner, 0);

	for (const JudgedIndex &judged : JudgeIndexes(spi))
	{
		const IndexUsage &index = judged.index;

		results.AddRow({pg::IntegerValue(index.relation), pg::IntegerValue(index.oid),
						VerdictName(judged.judgement.verdict), judged.judgement.reason,
						pg::IntegerValue(static_cast<int64_t>(index.size_bytes)),
						index.bloat ? pg::NumberValue(*index.bloat) : pg::Value(), index.watched_since,
						pg::IntegerValue(static_cast<int64_t>(index.scans + index.standby_scans)),
						index.used_at, pg::IntegerValue(static_cast<int64_t>(index.table_reads)),
						pg::IntegerValue(static_cast<int64_t>(index.table_writes)), index.definition});
	}
	return (Datum) 0;
}

STEWARD_FUNCTION(steward_maintain)
{
	bool dry_run = pg::Arguments(fcinfo).Bool(0).value_or(true);

	pg::RequireNoTransactionBlock(fcinfo, "steward.maintain");
	pg::RequireWritable();
	if (!dry_run)
		pg::RequirePreload();

	MaintenanceReport report = Maintain(dry_run);

	return pg::MakeRow(fcinfo, {report.text, DumpJson(report.json)});
}

} // namespace steward
