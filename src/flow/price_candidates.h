/*-------------------------------------------------------------------------
 *
 * price_candidates.h
 *	  What the candidates take, and what each statement of the workload is worth.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <vector>

#include "flow/tuning.h"
#include "pg/what_if.h"

namespace steward
{

/*
 * Looks at rows of the tables, and says how large each candidate is and where it
 * lies; fills sizes and heights, and takes back those that could not be built.
 */
std::vector<pg::HypotheticalIndex> SizeCandidates(Tuning &tuning);

/* The variants that have candidates. */
PricedWorkload SelectPriced(const Tuning &tuning);

/* What one unit of planner cost of each of them is worth. */
void Weigh(const Tuning &tuning, PricedWorkload &priced, CostOracle &oracle);

/* Bytes that all new indexes together may take. */
double BudgetOf(const IndexRequest &request, pg::Spi &spi);

} // namespace steward
