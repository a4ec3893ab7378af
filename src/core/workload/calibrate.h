/*-------------------------------------------------------------------------
 *
 * calibrate.h
 *	  Learn from what statements took what each thing that plans consume takes.
 *
 * The planner's cost constants are those of a disk; where the data lies in
 * memory a page costs a fraction, and a plan may be cheaper and yet slower.
 * The prices in milliseconds are those by which the statements that were
 * measured, and the plans they have, agree best.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <vector>

#include "model/consumption.h"

namespace steward
{

/* A statement that was measured. */
struct MeasuredPlan
{
	Consumption consumption = {}; /* the touched pages are those that were counted */
	double cost = 0;              /* planner units */
	double milliseconds = 0;      /* an execution, on average */
};

struct Calibration
{
	bool better = false; /* tells times better than planner cost does */
	Prices prices = {};  /* milliseconds */
	double unit_ms = 0;  /* what a unit of planner cost takes, where nothing better is known */
	double error =
		0; /* factor by which a time is told wrong, the geometric mean, each from the other statements */
	double cost_error = 0; /* the same by planner cost */

	/* For each statement: milliseconds told from the other statements, by these prices and by planner cost. */
	std::vector<double> told;
	std::vector<double> told_by_cost;
};

/*
 * `constants` are the planner's cost constants in force, `read_share` the share
 * of pages that had to be read and were not in the buffers.  Too few statements
 * to learn from: not better.
 */
Calibration Calibrate(const std::vector<MeasuredPlan> &measured, const Prices &constants, double read_share);

} // namespace steward
