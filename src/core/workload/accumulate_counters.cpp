/*-------------------------------------------------------------------------
 *
 * accumulate_counters.cpp
 *	  Turn the ever-growing counters of pg_stat_statements into what a
 *	  statement did within the window.
 *
 * pg_stat_statements only ever adds up; a reset, an eviction or a crash makes
 * a counter start anew.  The steward notes the counters at intervals, and the
 * window is the sum of the differences, the newest one taken this moment.
 *
 * Pure: the caller brings the counters.
 *
 *-------------------------------------------------------------------------
 */
#include "core/workload/accumulate_counters.h"

#include <algorithm>

namespace steward
{

namespace
{

constexpr double kRounding = 1e-9;

} // namespace

StatementCounters
CountersSince(const StatementCounters &now, const SeenCounters *seen)
{
	if (seen == nullptr)
		return now;

	const StatementCounters &then = seen->counters;

	/* What was written down as text may have lost the last digits. */
	if (now.calls < then.calls || now.total_ms < then.total_ms * (1 - kRounding))
		return now;
	return {now.calls - then.calls,
			std::max(0.0, now.total_ms - then.total_ms),
			std::max<int64_t>(0, now.rows - then.rows),
			std::max<int64_t>(0, now.blocks_hit - then.blocks_hit),
			std::max<int64_t>(0, now.blocks_read - then.blocks_read),
			std::max(0.0, now.sum_squares - then.sum_squares)};
}

std::map<StatementKey, WindowPart>
PartsSince(const std::vector<LiveStatement> &live, const std::map<StatementKey, SeenCounters> &seen)
{
	std::map<StatementKey, WindowPart> parts;

	for (const LiveStatement &statement : live)
	{
		auto last = seen.find(statement.key);

		/* Counting that began after the last look owes nothing to what was seen then. */
		bool known = last != seen.end() && statement.since <= last->second.seen_at;
		WindowPart part;

		part.counters = CountersSince(statement.counters, known ? &last->second : nullptr);
		part.since = known ? last->second.seen_at : statement.since;
		if (part.counters.calls > 0)
			parts[statement.key] = part;
	}
	return parts;
}

std::vector<Statement>
AccumulateWindow(const std::vector<LiveStatement> &live, const std::map<StatementKey, SeenCounters> &seen,
				 const std::map<StatementKey, WindowPart> &recorded)
{
	std::vector<Statement> window;
	std::map<StatementKey, WindowPart> newest = PartsSince(live, seen);

	for (const LiveStatement &statement : live)
	{
		auto part = recorded.find(statement.key);
		auto added = newest.find(statement.key);
		Statement total{statement.key, statement.text, {}, 0};

		if (part != recorded.end())
		{
			total.counters = part->second.counters;
			total.since = part->second.since;
		}
		if (added != newest.end())
		{
			total.counters += added->second.counters;
			if (part == recorded.end())
				total.since = added->second.since;
		}
		if (total.counters.calls > 0)
			window.push_back(std::move(total));
	}
	std::stable_sort(window.begin(), window.end(),
					 [](const Statement &a, const Statement &b)
					 { return a.counters.total_ms > b.counters.total_ms; });
	return window;
}

} // namespace steward
