/*-------------------------------------------------------------------------
 *
 * index_users.h
 *	  Which statements the planner would use an index for.
 *
 * Server.  Locks: see AnalyzedQuery::Plan.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <set>
#include <string>
#include <vector>

#include "flow/observe_workload.h"
#include "model/object_id.h"
#include "model/statement.h"
#include "pg/spi.h"

namespace steward
{

using ObjectIds = std::set<ObjectId>;

/* A table or an index, and what it is made of where it is partitioned. */
ObjectIds ReadTree(pg::Spi &spi, ObjectId top);

/* A table, and what a statement may name instead of it: the tables that it is a partition or a child of. */
ObjectIds ReadAncestors(pg::Spi &spi, ObjectId table);

/* Those of the indexes that are in the statement's plan; none where it cannot be planned. */
ObjectIds IndexesPlanned(Variant &variant, const ObjectIds &indexes);

/* A statement that ran, and those of the indexes asked about that its plans have in them. */
struct IndexUser
{
	StatementKey key;
	std::string text; /* without constants, as pg_stat_statements has it */
	ObjectIds indexes;
};

/* Of what ran within so many seconds, and names one of the tables, what would use one of the indexes. */
std::vector<IndexUser> FindIndexUsers(pg::Spi &spi, const ObjectIds &indexes, const ObjectIds &tables,
									  double seconds);

} // namespace steward
