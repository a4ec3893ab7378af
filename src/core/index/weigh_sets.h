/*-------------------------------------------------------------------------
 *
 * weigh_sets.h
 *	  What sets of candidates gain, and take: what the steps of the selection ask.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <set>
#include <vector>

#include "core/index/remember_prices.h"
#include "core/index/select_indexes.h"

namespace steward
{

class SetWeighing
{
public:
	SetWeighing(const SelectionProblem &problem, RememberingOracle &oracle);

	const SelectionProblem &problem() const { return problem_; }

	/* What a statement takes without any of the candidates. */
	double BaseEffort(size_t statement) const { return base_efforts_[statement]; }
	double base_objective() const { return base_objective_; }

	/* Less than this an index must not remove. */
	double LeastGain() const { return problem_.min_gain * base_objective_; }

	Price PriceOf(size_t statement, const CandidateSet &set);

	/* Whether a statement takes more with a set than it may. */
	bool IsHarmed(size_t statement, const CandidateSet &set);

	/* What a statement takes with a set; and more where it is harmed. */
	double EffortOf(size_t statement, const CandidateSet &set);

	/* The same without asking, by the plans that came up so far. */
	double EffortAtMost(size_t statement, const CandidateSet &set) const;

	/* What the workload takes with a set. */
	double Objective(const CandidateSet &set);

	/* What adding `added` to `current` takes off the objective; the same by the plans that came up so far. */
	double GainOf(const CandidateSet &added, const CandidateSet &current);
	double KnownGainOf(const CandidateSet &added, const CandidateSet &current) const;

	/* The statements that a candidate, or one of a set, could serve. */
	const std::vector<size_t> &AffectedBy(CandidateId id) const { return affected_[static_cast<size_t>(id)]; }
	std::set<size_t> AffectedBy(const CandidateSet &set) const;

	/* The plans of the statement that came up so far. */
	std::vector<Price> NotePlans(size_t statement);

	double SizeOf(const CandidateSet &set) const;
	double RoomBeside(const CandidateSet &set) const { return problem_.budget - SizeOf(set); }

	/* Whether it is time to end with what there is; once it was, it is. */
	bool OutOfTime();
	bool cut_off() const { return cut_off_; }

private:
	bool IsHarm(size_t statement, const Price &price) const;
	std::set<size_t> UsersOf(const CandidateSet &set) const;
	double UpkeepOf(const CandidateSet &set) const;

	const SelectionProblem &problem_;
	RememberingOracle &oracle_;
	std::vector<std::vector<size_t>> affected_; /* for each candidate, the statements it could serve */
	std::vector<std::set<size_t>> users_;       /* for each candidate, those with a plan that uses it */
	std::vector<double> base_efforts_;
	double base_objective_ = 0;
	bool cut_off_ = false;
};

} // namespace steward
