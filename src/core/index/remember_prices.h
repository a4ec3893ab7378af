/*-------------------------------------------------------------------------
 *
 * remember_prices.h
 *	  A cost oracle that asks another one only what it cannot know itself.
 *
 * Three rules answer most questions: the same question has the same answer; a
 * plan chosen under the set S that uses only U costs the same under every set
 * between U and S, since the planner preferred it to all that the smaller set
 * allows; and where a plan that is possible costs hardly more than what is
 * possible with more indexes, there is no room for a better one.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "core/index/candidate_merge.h"
#include "model/cost_oracle.h"

namespace steward
{

class RememberingOracle : public CostOracle
{
public:
	RememberingOracle(CostOracle &oracle, size_t statements) : oracle_(oracle), remembered_(statements) {}

	/* No plan takes a merged index where both are there that it does the work of: it need not be asked about then. */
	void LearnMerges(const std::vector<CandidateMerge> &merges);

	Price PriceStatement(size_t statement, const CandidateSet &set) override;

	/*
	 * Of the plans that came up so far, what the cheapest one is worth that is
	 * possible with the set; infinite where none came up.
	 */
	double EffortAtMost(size_t statement, const CandidateSet &set) const;

	/* The plans that came up so far. */
	std::vector<Price> PlansOf(size_t statement) const;

	int64_t asked() const { return asked_; }       /* questions passed on */
	int64_t answered() const { return answered_; } /* questions answered from memory */

private:
	CandidateSet WithMerged(CandidateSet set) const;

	CostOracle &oracle_;
	std::map<CandidateId, std::vector<CandidateMerge>> merges_; /* by the first */
	std::vector<std::vector<std::pair<CandidateSet, Price>>> remembered_;
	int64_t asked_ = 0;
	int64_t answered_ = 0;
};

} // namespace steward
