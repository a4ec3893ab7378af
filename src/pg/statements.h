/*-------------------------------------------------------------------------
 *
 * statements.h
 *	  Read pg_stat_statements, and keep its counters over time.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "pg/guard.h"

#include <map>
#include <set>
#include <string>
#include <vector>

#include "model/statement.h"
#include "pg/spi.h"

namespace steward::pg
{

/*
 * The statements of this database as pg_stat_statements shows them this
 * moment.  Those of others are left out unless the current role may read all
 * statistics.  Texts are read only if asked for: they lie in a file.
 */
std::vector<LiveStatement> ReadStatements(Spi &spi, bool with_texts);

/* The counters as the steward worker last noted them. */
std::map<StatementKey, SeenCounters> ReadSeenCounters(Spi &spi);

struct NotedWorkload
{
	std::map<StatementKey, SeenCounters> seen;   /* as of the last look */
	std::map<StatementKey, WindowPart> recorded; /* within pg_steward.workload_window, up to then */
};

/* What the steward worker noted; to be read before the live counters, which go on. */
NotedWorkload ReadNotedWorkload(Spi &spi);

/*
 * What statements added in each hour (its number since 1970) since that moment,
 * as far as it is noted.
 */
std::map<StatementKey, std::map<int64_t, StatementCounters>> ReadHours(Spi &spi,
																	   const std::vector<StatementKey> &keys,
																	   double since);

/* When each ran last, in seconds since 1970, as far as it is noted. */
std::map<StatementKey, double> LastRuns(Spi &spi);

/* Records what statements added, as of this moment, and the counters they have now. */
void RecordParts(Spi &spi, const std::vector<LiveStatement> &live,
				 const std::map<StatementKey, WindowPart> &added);

/* Forgets what is older than the window. */
void ForgetOldParts(Spi &spi);

} // namespace steward::pg
