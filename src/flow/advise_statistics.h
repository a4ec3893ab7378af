/*-------------------------------------------------------------------------
 *
 * advise_statistics.h
 *	  Extended statistics, where conditions on several columns find other
 *	  numbers of rows than the planner expects.
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

/* Of the samples of a statement those that read the table, with what the planner expects of it now. */
struct Expectation
{
	RowCount count;
	uint64_t plan = 0; /* the same number for plans that do the same */
};

/* Nothing where the planner knows the table more than once in it, or cannot plan it. */
std::optional<Expectation> ExpectOf(Variant &variant, ObjectId table);

/* CREATE STATISTICS on columns of tables that are not excluded. */
std::vector<Advice> AdviseStatisticsObjects(pg::Spi &spi, const std::vector<std::string> &exclusions);

} // namespace steward
