/*-------------------------------------------------------------------------
 *
 * table_activity.h
 *	  What has become of people's tables and indexes, as the server counts it.
 *
 * Server.  Reads only.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "pg/guard.h"

#include <string>
#include <vector>

#include "model/table_activity.h"
#include "model/vacuum_health.h"
#include "pg/spi.h"

namespace steward::pg
{

/* Of all tables that have rows, but temporary, foreign and the system's, and partitions that are partitioned. */
std::vector<TableActivity> ReadTableActivity(Spi &spi);

/* When the table was analysed last, by whomever, in seconds since 1970; 0: never, as far as the server remembers. */
double LastAnalyzed(Spi &spi, ObjectId table);

/* Of all tables that are not temporary, what may be worth a word, the oldest first. */
std::vector<VacuumHealth> ReadVacuumHealth(Spi &spi);

FreezeLimits ReadFreezeLimits(Spi &spi);

/* The share of the table's rows that were modified since it was analysed; 1 where it has none, or was never. */
double ModifiedShare(Spi &spi, ObjectId table);

/* The tables of which it is a partition, the nearest first. */
std::vector<ObjectId> TablesAbove(Spi &spi, ObjectId table);

/* Whether somebody is just vacuuming or analysing the table, or keeps others from that by a lock. */
bool IsBeingMaintained(Spi &spi, ObjectId table);

/* Tables that have valid indexes of the same definition, those of partitioned tables' indexes aside. */
std::vector<ObjectId> TablesWithDuplicates(Spi &spi);

/* An index that is not valid, and which nobody is just building. */
struct InvalidIndex
{
	ObjectId oid = 0;
	ObjectId relation = 0;
	std::string name;   /* unquoted */
	std::string target; /* schema-qualified, quoted where needed */
	std::string label;  /* schema.table */
};

/* What kept it from becoming valid. */
enum class LeftBy
{
	kBuild,   /* REINDEX CONCURRENTLY can make it valid */
	kReindex, /* it stands beside the one that it was to become: it is only to be dropped */
};

std::vector<InvalidIndex> ReadInvalidIndexes(Spi &spi, LeftBy left);

} // namespace steward::pg
