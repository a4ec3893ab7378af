/*-------------------------------------------------------------------------
 *
 * judge_estimate.h
 *	  How far the planner's expectations of rows are from what is there.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <vector>

#include "model/row_count.h"

namespace steward
{

/*
 * By which factor an expectation is off, in either direction; 1 at least.  Less
 * than a row is taken as one, as the planner does.
 */
double MisestimateOf(double planned, double actual);

/* Whether it is off by more than statistics of single columns are, and by enough rows to change a plan. */
bool IsFarOff(const RowCount &count);

/* The geometric mean of the factors: that of what is typical, where one is out of all proportion. */
double TypicalMisestimate(const std::vector<RowCount> &counts);

/* Whether statistics made expectations so much better that they are worth having. */
bool IsBetterExpected(const std::vector<RowCount> &before, const std::vector<RowCount> &after);

} // namespace steward
