/*-------------------------------------------------------------------------
 *
 * judge_estimate.cpp
 *	  How far the planner's expectations of rows are from what is there.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#include "core/maintenance/judge_estimate.h"

#include <algorithm>
#include <cmath>

namespace steward
{

namespace
{

/* A factor of less is within what any sample of a table would do. */
constexpr double kBetter = 2;

/* Less is what statistics of single columns do, too. */
constexpr double kFarOff = 10;

/* Few rows more or less change no plan. */
constexpr double kMostFewRows = 100;

} // namespace

double
MisestimateOf(double planned, double actual)
{
	double expected = std::max(1.0, planned);
	double found = std::max(1.0, actual);

	return std::max(expected / found, found / expected);
}

bool
IsFarOff(const RowCount &count)
{
	return MisestimateOf(count.planned, count.actual) >= kFarOff &&
		   std::max(count.planned, count.actual) >= kMostFewRows;
}

double
TypicalMisestimate(const std::vector<RowCount> &counts)
{
	double sum = 0;

	for (const RowCount &count : counts)
		sum += std::log(MisestimateOf(count.planned, count.actual));
	return counts.empty() ? 1 : std::exp(sum / static_cast<double>(counts.size()));
}

bool
IsBetterExpected(const std::vector<RowCount> &before, const std::vector<RowCount> &after)
{
	return !after.empty() && TypicalMisestimate(after) * kBetter <= TypicalMisestimate(before);
}

} // namespace steward
