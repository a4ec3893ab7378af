/*-------------------------------------------------------------------------
 *
 * preflight.cpp
 *	  What has to be so before an index is built or dropped.
 *
 * CREATE INDEX CONCURRENTLY waits for every older snapshot in the database
 * and for every prepared transaction, holding back the xmin horizon all the
 * while.  We wait before it instead, and hold nothing.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/preflight.h"

extern "C"
{
#include "utils/guc.h"
}

#include <filesystem>

#include "base/text.h"
#include "pg/settings.h"

namespace steward::pg
{

namespace
{

constexpr double kMegabyte = 1024.0 * 1024.0;

/* The build writes sorted runs beside the index itself. */
constexpr double kSpaceFactor = 2;

} // namespace

std::string
WhatWouldStall(Spi &spi)
{
	Rows rows = spi.Query("SELECT pid, extract(epoch FROM clock_timestamp() - xact_start), state"
						  "  FROM pg_stat_activity"
						  " WHERE datname = current_database() AND pid <> pg_backend_pid()"
						  "   AND backend_type <> 'autovacuum worker'"
						  "   AND (backend_xmin IS NOT NULL OR backend_xid IS NOT NULL)"
						  "   AND xact_start < clock_timestamp() - make_interval(secs => $1::integer)"
						  " ORDER BY xact_start LIMIT 1",
						  {std::to_string(settings::old_transaction_limit_s)});

	if (!rows.empty())
		return "process " + rows.front().Text(0) + " (" + rows.front().Text(2) +
			   ") has a transaction open for " + FormatMilliseconds(rows.front().Number(1) * 1000) +
			   ", for which the build would wait";
	rows = spi.Query("SELECT gid, extract(epoch FROM clock_timestamp() - prepared) FROM pg_prepared_xacts"
					 " WHERE database = current_database() ORDER BY prepared LIMIT 1");
	if (!rows.empty())
		return "transaction \"" + rows.front().Text(0) + "\", prepared " +
			   FormatMilliseconds(rows.front().Number(1) * 1000) +
			   " ago, is neither committed nor rolled back";
	return "";
}

std::string
WhatLagsBehind(Spi &spi)
{
	if (settings::max_replica_lag_mb == 0)
		return "";

	/* A base backup replays nothing. */
	Rows rows = spi.Query("SELECT coalesce(nullif(application_name, ''), 'process ' || pid), lag"
						  "  FROM pg_stat_replication,"
						  "       pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn) AS l (lag)"
						  " WHERE state <> 'backup' AND lag > $1::float8 ORDER BY lag DESC LIMIT 1",
						  {std::to_string(settings::max_replica_lag_mb * kMegabyte)});

	if (rows.empty())
		return "";
	return "standby \"" + rows.front().Text(0) + "\" has " + FormatBytes(rows.front().Number(1)) +
		   " of WAL to replay, more than pg_steward.max_replica_lag";
}

bool
UseTablespace(Spi &spi, const std::string &name)
{
	if (!spi.QueryOne("SELECT EXISTS (SELECT FROM pg_tablespace WHERE spcname = $1)", {name}).Bool(0))
		return false;
	Guarded([&] { SetConfigOption("default_tablespace", name.c_str(), PGC_USERSET, PGC_S_SESSION); });
	return true;
}

std::string
WhatIsTooLarge(double index_bytes)
{
	double most = settings::max_index_size_mb * kMegabyte;

	if (most == 0 || index_bytes <= most)
		return "";
	return "the index would take about " + FormatBytes(index_bytes) + ", more than pg_steward.max_index_size";
}

std::string
WhatLacksSpace(Spi &spi, double index_bytes, const std::string &index)
{
	std::string folder =
		spi.QueryOne(
			   "SELECT coalesce(nullif(pg_tablespace_location(coalesce("
			   "           CASE WHEN $1 <> '' THEN (SELECT nullif(reltablespace, 0) FROM pg_class WHERE oid = to_regclass($1))"
			   "                ELSE (SELECT oid FROM pg_tablespace WHERE spcname = current_setting('default_tablespace')) END,"
			   "           d.dattablespace)), ''), current_setting('data_directory'))"
			   "  FROM pg_database AS d WHERE datname = current_database()",
			   {index})
			.Text(0);
	std::error_code error;
	std::filesystem::space_info space = std::filesystem::space(folder, error);
	double wanted = kSpaceFactor * index_bytes + settings::min_free_space_mb * kMegabyte;

	if (error)
		return "the free space in \"" + folder + "\" is not known: " + error.message();
	if (static_cast<double>(space.available) >= wanted)
		return "";
	return FormatBytes(static_cast<double>(space.available)) + " are free in \"" + folder + "\", " +
		   FormatBytes(wanted) + " are wanted: twice the index, and pg_steward.min_free_space";
}

} // namespace steward::pg
