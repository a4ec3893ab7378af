/*-------------------------------------------------------------------------
 *
 * rank_set.cpp
 *	  Put chosen indexes into an order, best first, and say whom they serve.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#include "core/index/rank_set.h"

#include <algorithm>
#include <utility>

#include "core/index/candidate_sets.h"

namespace steward
{

namespace
{

class Ranker
{
public:
	explicit Ranker(SetWeighing &weighing) : weighing_(weighing) {}

	Selection Rank(CandidateSet set);

private:
	CandidateSet NextInRank(const CandidateSet &left, const CandidateSet &placed);
	ChosenIndex Describe(CandidateId id, const CandidateSet &group, const CandidateSet &placed);

	SetWeighing &weighing_;
};

/*
 * The one that adds most to those placed already; where none adds anything by
 * itself, those that one statement's plan uses together.  Asked first is the
 * one of which the plans that came up promise most, and no more of them than
 * promise more than it adds.
 */
CandidateSet
Ranker::NextInRank(const CandidateSet &left, const CandidateSet &placed)
{
	CandidateSet best = {left.front()};
	double best_gain = 0;
	std::vector<std::pair<double, CandidateId>> promises;

	auto consider = [&](const CandidateSet &group)
	{
		double gain = group.empty() ? 0 : weighing_.GainOf(group, placed);

		if (gain > best_gain)
		{
			best = group;
			best_gain = gain;
		}
	};

	for (CandidateId id : left)
		promises.emplace_back(weighing_.KnownGainOf({id}, placed), id);
	std::stable_sort(promises.begin(), promises.end(),
					 [](const auto &a, const auto &b) { return a.first > b.first; });
	for (const auto &[promise, id] : promises)
	{
		if (best_gain <= weighing_.LeastGain() || promise > best_gain)
			consider({id});
	}
	if (best_gain > weighing_.LeastGain())
		return best;
	for (size_t statement = 0; statement < weighing_.problem().relevant.size(); statement++)
	{
		CandidateSet all = Intersect(Unite(placed, left), weighing_.problem().relevant[statement]);

		consider(Subtract(weighing_.PriceOf(statement, all).used, placed));
	}
	return best;
}

/* One of a group that is ranked together, with the statements that gain. */
ChosenIndex
Ranker::Describe(CandidateId id, const CandidateSet &group, const CandidateSet &placed)
{
	ChosenIndex chosen;
	CandidateSet with = Unite(placed, group);

	chosen.candidate = id;
	chosen.with = Subtract(group, {id});
	if (weighing_.base_objective() > 0)
		chosen.benefit =
			weighing_.GainOf(group, placed) / weighing_.base_objective() / static_cast<double>(group.size());
	for (size_t statement : weighing_.AffectedBy(id))
	{
		Price before = weighing_.PriceOf(statement, placed);
		Price after = weighing_.PriceOf(statement, with);

		if (after.Effort() < before.Effort())
			chosen.served.push_back({statement, before.cost, after.cost, before.Likely(), after.Likely()});
	}
	std::stable_sort(chosen.served.begin(), chosen.served.end(),
					 [&](const ServedStatement &a, const ServedStatement &b)
					 {
						 return weighing_.problem().weights[a.statement] *
									(a.likely_before - a.likely_after) >
								weighing_.problem().weights[b.statement] * (b.likely_before - b.likely_after);
					 });
	return chosen;
}

/* Best first by what each adds to those before it. */
Selection
Ranker::Rank(CandidateSet set)
{
	Selection selection;
	CandidateSet placed;

	while (!set.empty())
	{
		CandidateSet next = NextInRank(set, placed);

		for (CandidateId id : next)
			selection.indexes.push_back(Describe(id, next, placed));
		placed = Unite(placed, next);
		set = Subtract(set, next);
	}
	for (size_t statement = 0; statement < weighing_.problem().relevant.size(); statement++)
	{
		selection.base_costs.push_back(weighing_.PriceOf(statement, {}).cost);
		selection.final_costs.push_back(weighing_.PriceOf(statement, placed).cost);
	}
	return selection;
}

} // namespace

Selection
RankSet(SetWeighing &weighing, CandidateSet set)
{
	return Ranker(weighing).Rank(std::move(set));
}

} // namespace steward
