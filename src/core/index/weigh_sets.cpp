/*-------------------------------------------------------------------------
 *
 * weigh_sets.cpp
 *	  What sets of candidates gain, and take: what the steps of the selection ask.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#include "core/index/weigh_sets.h"

#include "core/index/candidate_sets.h"

namespace steward
{

namespace
{

/*
 * What a statement loses weighs so much more than what others gain, so that a
 * set without harm is found on the way: with harm none is taken in the end.
 */
constexpr double kMoreThanGain = 3;

} // namespace

SetWeighing::SetWeighing(const SelectionProblem &problem, RememberingOracle &oracle)
	: problem_(problem), oracle_(oracle), affected_(problem.sizes.size()), users_(problem.sizes.size())
{
	oracle_.LearnMerges(problem_.merges);
	for (size_t statement = 0; statement < problem_.relevant.size(); statement++)
	{
		for (CandidateId id : problem_.relevant[statement])
			affected_[static_cast<size_t>(id)].push_back(statement);
		base_efforts_.push_back(EffortOf(statement, {}));
		base_objective_ += problem_.weights[statement] * base_efforts_.back();
	}
}

bool
SetWeighing::OutOfTime()
{
	cut_off_ = cut_off_ || (problem_.out_of_time && problem_.out_of_time());
	return cut_off_;
}

Price
SetWeighing::PriceOf(size_t statement, const CandidateSet &set)
{
	return oracle_.PriceStatement(statement, Intersect(set, problem_.relevant[statement]));
}

bool
SetWeighing::IsHarm(size_t statement, const Price &price) const
{
	return !price.used.empty() && price.AtWorst() > BaseEffort(statement) * problem_.max_harm;
}

bool
SetWeighing::IsHarmed(size_t statement, const CandidateSet &set)
{
	return IsHarm(statement, PriceOf(statement, set));
}

double
SetWeighing::EffortOf(size_t statement, const CandidateSet &set)
{
	Price price = PriceOf(statement, set);

	if (!IsHarm(statement, price))
		return price.Effort();
	return price.Effort() + kMoreThanGain * (price.AtWorst() - BaseEffort(statement));
}

double
SetWeighing::EffortAtMost(size_t statement, const CandidateSet &set) const
{
	return oracle_.EffortAtMost(statement, Intersect(set, problem_.relevant[statement]));
}

double
SetWeighing::Objective(const CandidateSet &set)
{
	double objective = UpkeepOf(set);

	for (size_t statement = 0; statement < problem_.relevant.size(); statement++)
		objective += problem_.weights[statement] * EffortOf(statement, set);
	return objective;
}

std::set<size_t>
SetWeighing::AffectedBy(const CandidateSet &set) const
{
	std::set<size_t> statements;

	for (CandidateId id : set)
		statements.insert(affected_[static_cast<size_t>(id)].begin(),
						  affected_[static_cast<size_t>(id)].end());
	return statements;
}

std::vector<Price>
SetWeighing::NotePlans(size_t statement)
{
	std::vector<Price> plans = oracle_.PlansOf(statement);

	for (const Price &plan : plans)
	{
		for (CandidateId id : plan.used)
			users_[static_cast<size_t>(id)].insert(statement);
	}
	return plans;
}

std::set<size_t>
SetWeighing::UsersOf(const CandidateSet &set) const
{
	std::set<size_t> statements;

	for (CandidateId id : set)
		statements.insert(users_[static_cast<size_t>(id)].begin(), users_[static_cast<size_t>(id)].end());
	return statements;
}

double
SetWeighing::GainOf(const CandidateSet &added, const CandidateSet &current)
{
	CandidateSet larger = Unite(current, added);
	double gain = -UpkeepOf(Subtract(added, current));

	for (size_t statement : AffectedBy(added))
		gain += problem_.weights[statement] * (EffortOf(statement, current) - EffortOf(statement, larger));
	return gain;
}

double
SetWeighing::KnownGainOf(const CandidateSet &added, const CandidateSet &current) const
{
	CandidateSet larger = Unite(current, added);
	double gain = -UpkeepOf(Subtract(added, current));

	for (size_t statement : UsersOf(added))
		gain += problem_.weights[statement] *
				(EffortAtMost(statement, current) - EffortAtMost(statement, larger));
	return gain;
}

double
SetWeighing::SizeOf(const CandidateSet &set) const
{
	double size = 0;

	for (CandidateId id : set)
		size += problem_.sizes[static_cast<size_t>(id)];
	return size;
}

double
SetWeighing::UpkeepOf(const CandidateSet &set) const
{
	double upkeep = 0;

	for (CandidateId id : set)
		upkeep += problem_.upkeep.empty() ? 0 : problem_.upkeep[static_cast<size_t>(id)];
	return upkeep;
}

} // namespace steward
