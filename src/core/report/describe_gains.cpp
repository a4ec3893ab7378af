/*-------------------------------------------------------------------------
 *
 * describe_gains.cpp
 *	  The statements that gain from an index, as JSON for evidence.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#include "core/report/describe_gains.h"

namespace steward
{

Json
DescribeGains(const std::vector<AdvisedStatement> &workload, const RecommendedIndex &recommended)
{
	Json gains = Json::array();

	for (const StatementGain &gain : recommended.gains)
	{
		const AdvisedStatement &advised = workload[gain.statement];
		const StatementCounters &counters = advised.statement.counters;
		Json one = {{"userid", advised.statement.key.userid},
					{"queryid", advised.statement.key.queryid},
					{"toplevel", advised.statement.key.toplevel},
					{"query", advised.statement.text}};

		if (counters.calls > 0)
		{
			one["calls"] = counters.calls;
			one["mean_ms"] = counters.MeanMs();
			one["expected_ms"] = counters.MeanMs() * gain.left;
			one["share"] = advised.share;
		}
		one["cost_before"] = gain.cost_before;
		one["cost_after"] = gain.cost_after;
		gains.push_back(std::move(one));
	}
	return gains;
}

} // namespace steward
