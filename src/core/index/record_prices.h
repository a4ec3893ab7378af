/*-------------------------------------------------------------------------
 *
 * record_prices.h
 *	  A cost oracle that passes every question on and keeps the answer.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <utility>
#include <vector>

#include "core/index/advice_case.h"

namespace steward
{

class RecordingOracle : public CostOracle
{
public:
	/* `answers` may be null: then nothing is kept. */
	RecordingOracle(CostOracle &oracle, std::vector<PricedSet> *answers) : oracle_(oracle), answers_(answers)
	{}

	Price PriceStatement(size_t statement, const CandidateSet &set) override
	{
		Price price = oracle_.PriceStatement(statement, set);

		if (answers_ != nullptr)
			answers_->push_back({statement, set, price});
		return price;
	}

private:
	CostOracle &oracle_;
	std::vector<PricedSet> *answers_;
};

} // namespace steward
