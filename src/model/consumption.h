/*-------------------------------------------------------------------------
 *
 * consumption.h
 *	  What a plan consumes, by the planner's reckoning, and what that is worth.
 *
 * The planner's cost of a plan is the sum of quantities, each times one of its
 * cost constants.  The same quantities times milliseconds are a time, together
 * with what the planner has no constant for: each page that is looked at takes
 * time even where it lies in the buffers.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <array>
#include <cstddef>

namespace steward
{

/* What the planner's cost constants price, in their order, and then what they do not. */
enum class Resource
{
	kSequentialPage,
	kRandomPage,
	kTuple,
	kIndexTuple,
	kOperator,
	kParallelTuple,
	kParallelSetup,
	kTouchedPage,
};

constexpr size_t kCostConstants = 7;
constexpr size_t kResources = 8;

/* One number for each resource: how much of it a plan takes, or the price of one. */
using Consumption = std::array<double, kResources>;
using Prices = std::array<double, kResources>;

inline double
Worth(const Consumption &consumption, const Prices &prices)
{
	double worth = 0;

	for (size_t i = 0; i < kResources; i++)
		worth += consumption[i] * prices[i];
	return worth;
}

} // namespace steward
