/*-------------------------------------------------------------------------
 *
 * cost_oracle.h
 *	  The port through which a decision asks what a statement would cost.
 *
 * The planner answers it (pg/what_if), a unit test fakes it, and a recorded
 * case replays it.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <cstddef>
#include <vector>

namespace steward
{

using CandidateId = int;

/* Always sorted and without duplicates. */
using CandidateSet = std::vector<CandidateId>;

struct Price
{
	double cost = 0;   /* planner units of the whole statement */
	CandidateSet used; /* those of the set that the plan uses */

	/* How much more than an average unit of cost one of this plan is worth, where that is known. */
	double correction = 1;

	/* By what factor it takes more than that on average, since what nobody has measured may be told wrong. */
	double doubt = 1;

	/* By what factor it may take more at worst, where something speaks for that. */
	double risk = 1;

	/* What the plan is likely to be worth. */
	double Likely() const { return cost * correction; }

	/* What it is judged by; the planner chooses it by its cost. */
	double Effort() const { return Likely() * doubt; }

	/* What no statement is to be worse off by. */
	double AtWorst() const { return Likely() * risk; }

	bool operator==(const Price &) const = default;
};

class CostOracle
{
public:
	virtual ~CostOracle() = default;

	/* The price of statement number `statement` if exactly the candidates of `set` were there. */
	virtual Price PriceStatement(size_t statement, const CandidateSet &set) = 0;
};

} // namespace steward
