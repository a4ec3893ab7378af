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

namespace steward
{

namespace
{

bool
Contains(const CandidateSet &larger, const CandidateSet &smaller)
{
	return std::includes(larger.begin(), larger.end(), smaller.begin(), smaller.end());
}

} // namespace

Price
RememberingOracle::PriceStatement(size_t statement, const CandidateSet &set)
{
	for (const auto &[known_set, price] : remembered_[statement])
	{
		if (Contains(known_set, set) && Contains(set, price.used))
		{
			answered_++;
			return price;
		}
	}

	Price price = oracle_.PriceStatement(statement, set);

	asked_++;
	remembered_[statement].emplace_back(set, price);
	return price;
}

} // namespace steward
