/*-------------------------------------------------------------------------
 *
 * advise_statistics.h
 *	  Extended statistics, or larger targets of columns, where conditions find
 *	  other numbers of rows than the planner expects, or groups are others.
 *
 * Server.  Locks: see AnalyzedQuery::Plan.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <string>
#include <vector>

#include "flow/observe_workload.h"
#include "model/action.h"
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

/* Statistics to try, or ANALYZE, of tables that are not excluded. */
std::vector<Advice> AdviseStatisticsTrials(pg::Spi &spi, const std::vector<std::string> &exclusions);

} // namespace steward
