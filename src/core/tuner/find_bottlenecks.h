/*-------------------------------------------------------------------------
 *
 * find_bottlenecks.h
 *	  The statements a person would look at first.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "model/statement.h"

namespace steward
{

struct BottleneckLimits
{
	double mean_ms = 1000; /* a call that takes longer than this is one by itself */
	double share = 0.05;   /* so is a statement with this share of all time */
};

struct Bottleneck
{
	size_t statement = 0; /* position in the workload */
	double share = 0;     /* of all measured time, 0-1 */
	std::string reason;
};

/* Largest share first. */
std::vector<Bottleneck> FindBottlenecks(const std::vector<Statement> &workload,
										const BottleneckLimits &limits);

} // namespace steward
