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

#include "model/action.h"
#include "pg/spi.h"

namespace steward
{

/* Statistics to try, or ANALYZE, of tables that are not excluded. */
std::vector<Advice> AdviseStatisticsTrials(pg::Spi &spi, const std::vector<std::string> &exclusions);

} // namespace steward
