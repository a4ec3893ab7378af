/*-------------------------------------------------------------------------
 *
 * remember_prices.cpp
 *	  A cost oracle that asks another one only what it cannot know itself.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#include "core/index/remember_prices.h"

#include <algorithm>
#include <limits>

#include "core/index/candidate_sets.h"

namespace steward
{

namespace
{

/* The planner itself takes plans that differ by less than 1 % for equal at places (add_path). */
constexpr double kAsGood = 1.002;

bool
Contains(const CandidateSet &larger, const CandidateSet &smaller)
{
	return std::includes(larger.begin(), larger.end(), smaller.begin(), smaller.end());
}

} // namespace

void
RememberingOracle::LearnMerges(const std::vector<CandidateMerge> &merges)
{
	merges_.clear();
	for (const CandidateMerge &merge : merges)
		merges_[merge.first].push_back(merge);
}

CandidateSet
RememberingOracle::WithMerged(CandidateSet set) const
{
	CandidateSet merged;

	for (CandidateId id : set)
	{
		auto of_first = merges_.find(id);

		if (of_first == merges_.end())
			continue;
		for (const CandidateMerge &merge : of_first->second)
		{
			if (std::binary_search(set.begin(), set.end(), merge.second))
				merged.push_back(merge.merged);
		}
	}
	if (merged.empty())
		return set;
	std::sort(merged.begin(), merged.end());
	merged.erase(std::unique(merged.begin(), merged.end()), merged.end());
	return Unite(set, merged);
}

Price
RememberingOracle::PriceStatement(size_t statement, const CandidateSet &set)
{
	const Price *cheapest = nullptr; /* of the plans that are possible with the set */
	double least = 0;                /* that any plan costs, even with more than the set */

	for (const auto &[known_set, price] : remembered_[statement])
	{
		bool possible = Contains(set, price.used);
		bool larger = Contains(known_set, set);

		if (possible && larger)
		{
			answered_++;
			return price;
		}
		if (possible && (cheapest == nullptr || price.cost < cheapest->cost))
			cheapest = &price;
		if (larger)
			least = std::max(least, price.cost);
	}
	if (cheapest != nullptr && cheapest->cost <= least * kAsGood)
	{
		answered_++;
		return *cheapest;
	}

	Price price = oracle_.PriceStatement(statement, set);

	asked_++;
	remembered_[statement].emplace_back(WithMerged(set), price);
	return price;
}

double
RememberingOracle::EffortAtMost(size_t statement, const CandidateSet &set) const
{
	const Price *cheapest = nullptr;

	for (const auto &[known_set, price] : remembered_[statement])
	{
		if ((cheapest == nullptr || price.cost < cheapest->cost) && Contains(set, price.used))
			cheapest = &price;
	}
	return cheapest == nullptr ? std::numeric_limits<double>::infinity() : cheapest->Effort();
}

std::vector<Price>
RememberingOracle::PlansOf(size_t statement) const
{
	std::vector<Price> plans;

	for (const auto &[known_set, price] : remembered_[statement])
		plans.push_back(price);
	return plans;
}

} // namespace steward
