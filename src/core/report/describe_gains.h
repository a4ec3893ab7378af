/*-------------------------------------------------------------------------
 *
 * describe_gains.h
 *	  The statements that gain from an index, as JSON for evidence.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "base/json.h"
#include "model/recommendation.h"

namespace steward
{

/*
 * An array, largest gain first: userid, queryid, query (as pg_stat_statements
 * normalised it: no values), calls, mean_ms, expected_ms (with all better-ranked
 * indexes in place), share, cost_before, cost_after.
 */
Json DescribeGains(const std::vector<AdvisedStatement> &workload, const RecommendedIndex &recommended);

} // namespace steward
