/*-------------------------------------------------------------------------
 *
 * find_misestimates.h
 *	  Where executions found other numbers of rows than the planner expects, or
 *	  made other numbers of groups, and by which columns it is so.
 *
 *	  rows that sampled executions read -> those far from what was expected
 *	  -> still expected so? -> the columns by which they were chosen or grouped
 *
 * Server.  Locks: see AnalyzedQuery::Plan.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "flow/observe_workload.h"
#include "model/relation.h"
#include "model/row_count.h"
#include "model/statistics_keys.h"
#include "pg/spi.h"

namespace steward
{

/* How many rows of a table a statement read, or how many groups it made, with what the planner expects now. */
struct Expectation
{
	RowCount count;
	uint64_t plan = 0; /* the same number for plans that do the same */
};

/* Of groups: table 0.  Nothing where the planner knows the table more than once in it, or cannot plan it. */
std::optional<Expectation> ExpectOf(Variant &variant, ObjectId table);

struct Misestimate
{
	StatementKey key;
	std::string text;
	RowCount count; /* of relation 0: of groups */
};

/* What statistics would be on, and what they are to mend. */
struct MisestimatedKeys
{
	Relation relation;
	StatisticsKeys keys;
	std::vector<Misestimate> found;
};

/* Of the statements that ran at least pg_steward.min_calls times, for each set of columns of a table. */
std::vector<MisestimatedKeys> FindMisestimates(pg::Spi &spi);

} // namespace steward
