/*-------------------------------------------------------------------------
 *
 * select_indexes.h
 *	  Choose the set of indexes that serves a workload best within a budget.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "core/index/candidate_merge.h"
#include "core/index/remember_prices.h"
#include "model/cost_oracle.h"

namespace steward
{

struct SelectionProblem
{
	std::vector<double> weights;        /* for each statement: objective per unit of what its plan is worth */
	std::vector<CandidateSet> relevant; /* for each statement */
	std::vector<double> sizes;          /* for each candidate, bytes */
	std::vector<int> kinds; /* for each candidate: access method and predicate, any number; or empty */
	std::vector<CandidateSet> stand_ins; /* for each candidate, others that do the same; or empty */
	std::vector<CandidateMerge> merges;  /* or empty */
	std::vector<double> upkeep;          /* for each candidate: objective that its writes add; or empty */
	double budget = 0;                   /* bytes */
	double min_gain = 0.0005;            /* share of the objective that an index must remove */
	double min_saving = 0.2;             /* and of the cost of at least one statement, */
	double small_saving = 100;           /* or as much of it as this, */
	double min_of_base = 0.10;           /* and this share of what it costs without any of them */
	double max_harm = 1.10;              /* no statement may become dearer by more than this */
	std::function<bool()> out_of_time;   /* whether to end with what there is; or none */
};

/* A statement that a chosen index makes cheaper. */
struct ServedStatement
{
	size_t statement = 0;
	double cost_before = 0; /* with all better-ranked indexes in place */
	double cost_after = 0;
	double likely_before = 0; /* what these plans are likely to be worth */
	double likely_after = 0;

	bool operator==(const ServedStatement &) const = default;
};

struct ChosenIndex
{
	CandidateId candidate = 0;
	double benefit = 0; /* share of the whole objective that it removes */
	CandidateSet with;  /* those without which it gains nothing, ranked beside it; they share the gain */
	std::vector<ServedStatement> served;

	bool operator==(const ChosenIndex &) const = default;
};

struct Selection
{
	std::vector<ChosenIndex> indexes; /* best first */
	std::vector<double> base_costs;   /* for each statement, planner cost without any of them */
	std::vector<double> final_costs;  /* the same with all of them */
	bool cut_off = false;             /* better ones might have been found in more time */

	bool operator==(const Selection &) const = default;
};

Selection SelectIndexes(const SelectionProblem &problem, RememberingOracle &oracle);

} // namespace steward
