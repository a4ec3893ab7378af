/*-------------------------------------------------------------------------
 *
 * find_bottlenecks.cpp
 *	  The statements a person would look at first.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#include "core/tuner/find_bottlenecks.h"

#include <algorithm>

#include "base/text.h"

namespace steward
{

std::vector<Bottleneck>
FindBottlenecks(const std::vector<Statement> &workload, const BottleneckLimits &limits)
{
	std::vector<Bottleneck> bottlenecks;
	double total_ms = 0;

	for (const Statement &statement : workload)
		total_ms += statement.counters.total_ms;
	for (size_t i = 0; i < workload.size(); i++)
	{
		const StatementCounters &counters = workload[i].counters;
		double share = total_ms > 0 ? counters.total_ms / total_ms : 0;

		if (counters.MeanMs() > limits.mean_ms)
			bottlenecks.push_back({i, share, "a call takes " + FormatMilliseconds(counters.MeanMs())});
		else if (share >= limits.share)
			bottlenecks.push_back({i, share, "takes " + FormatPercent(share) + " of all time"});
	}
	std::stable_sort(bottlenecks.begin(), bottlenecks.end(),
					 [](const Bottleneck &a, const Bottleneck &b) { return a.share > b.share; });
	return bottlenecks;
}

} // namespace steward
