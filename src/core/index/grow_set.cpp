/*-------------------------------------------------------------------------
 *
 * grow_set.cpp
 *	  Choose a set of indexes greedily, among the plans that come up.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#include "core/index/grow_set.h"

#include <algorithm>
#include <set>

#include "core/index/candidate_sets.h"

namespace steward
{

namespace
{

/* So many plans of a statement are looked at, and none that leaves more than this of its cost. */
constexpr int kMostPlans = 6;
constexpr int kBestPlans = 2;
constexpr double kNoGain = 0.98;

class Grower
{
public:
	explicit Grower(SetWeighing &weighing) : weighing_(weighing)
	{
		for (const CandidateMerge &merge : weighing.problem().merges)
			merged_.push_back(merge.merged);
		std::sort(merged_.begin(), merged_.end());
	}

	void LookAhead(size_t statement);
	CandidateSet Grow(Preference preference, CandidateSet start);

private:
	/* Indexes that a plan which came up uses, and what they would gain beside the current ones. */
	struct Move
	{
		CandidateSet indexes;
		double gain = 0;
		bool stale = true;
		bool refused = false; /* beside the current ones it gains less than was thought */
	};

	/* The moves for one way of growing. */
	struct Growth
	{
		CandidateSet current;
		std::vector<Move> moves;
		std::set<CandidateSet> known;
		std::vector<std::vector<size_t>> of_candidate; /* positions of the moves that have it */
	};

	double ValueOf(const Move &move, const CandidateSet &current, Preference preference) const;
	void TakeMoves(size_t statement, Growth &growth);

	SetWeighing &weighing_;
	CandidateSet merged_; /* no plan prefers them to those that they do the work of */
};

/*
 * Has the plans of the statement come up that matter: with everything there
 * that fits, without what that plan uses, and so on for as long as it gains.
 * What no such plan uses serves the statement worse than all of these, so that
 * it need not be asked for.  Of the best plans that use several, what each of
 * them does by itself is asked, too.
 */
void
Grower::LookAhead(size_t statement)
{
	CandidateSet left = Subtract(weighing_.problem().relevant[statement], merged_);
	double base_cost = weighing_.PriceOf(statement, {}).cost;

	std::erase_if(left, [&](CandidateId id) { return weighing_.SizeOf({id}) > weighing_.problem().budget; });
	for (int i = 0; i < kMostPlans && !left.empty() && !weighing_.OutOfTime(); i++)
	{
		Price price = weighing_.PriceOf(statement, left);

		if (price.used.empty() || price.cost > base_cost * kNoGain)
			break;
		for (CandidateId id : price.used)
		{
			if (i < kBestPlans && price.used.size() > 1)
				weighing_.EffortOf(statement, {id});
		}
		left = Subtract(left, price.used);
	}
}

double
Grower::ValueOf(const Move &move, const CandidateSet &current, Preference preference) const
{
	if (preference == Preference::kGain)
		return move.gain;
	return move.gain / std::max(1.0, weighing_.SizeOf(Subtract(move.indexes, current)));
}

/* Those for the plans of the statement that came up meanwhile; all that may serve it have to be reckoned again. */
void
Grower::TakeMoves(size_t statement, Growth &growth)
{
	for (const Price &plan : weighing_.NotePlans(statement))
	{
		CandidateSet added = Subtract(plan.used, growth.current);

		for (CandidateId id : plan.used)
		{
			for (size_t move : growth.of_candidate[static_cast<size_t>(id)])
				growth.moves[move].stale = true;
		}
		if (added.empty() || weighing_.SizeOf(added) > weighing_.RoomBeside(growth.current) ||
			!growth.known.insert(added).second)
			continue;
		for (CandidateId id : added)
			growth.of_candidate[static_cast<size_t>(id)].push_back(growth.moves.size());
		growth.moves.push_back({std::move(added), 0, true, false});
	}
}

CandidateSet
Grower::Grow(Preference preference, CandidateSet start)
{
	Growth growth;
	auto best_first = [&](const Move &a, const Move &b)
	{
		double value_a = ValueOf(a, growth.current, preference);
		double value_b = ValueOf(b, growth.current, preference);

		return value_a != value_b ? value_a < value_b : a.indexes > b.indexes;
	};

	growth.current = std::move(start);
	growth.of_candidate.resize(weighing_.problem().sizes.size());
	for (size_t statement = 0; statement < weighing_.problem().relevant.size(); statement++)
		TakeMoves(statement, growth);
	for (;;)
	{
		double room = weighing_.RoomBeside(growth.current);

		for (Move &move : growth.moves)
		{
			CandidateSet missing = Subtract(move.indexes, growth.current);

			if (missing.empty() || weighing_.SizeOf(missing) > room || move.refused)
				move.gain = 0;
			else if (move.stale)
				move.gain = weighing_.KnownGainOf(move.indexes, growth.current);
			/* However few bytes it takes. */
			if (move.gain <= weighing_.LeastGain())
				move.gain = 0;
			move.stale = false;
		}

		auto best = std::max_element(growth.moves.begin(), growth.moves.end(), best_first);

		if (best == growth.moves.end() || best->gain <= 0)
			return growth.current;

		CandidateSet added = best->indexes;

		/* Other plans may come up with it, which the rest is to be seen beside. */
		double gain = weighing_.OutOfTime() ? best->gain : weighing_.GainOf(added, growth.current);

		best->refused = true;
		if (gain > weighing_.LeastGain())
		{
			growth.current = Unite(growth.current, added);
			for (Move &move : growth.moves)
			{
				move.stale = move.stale || move.refused;
				move.refused = false;
			}
		}
		for (size_t statement : weighing_.AffectedBy(added))
			TakeMoves(statement, growth);
	}
}

} // namespace

void
LookAhead(SetWeighing &weighing)
{
	Grower grower(weighing);

	for (size_t statement = 0; statement < weighing.problem().relevant.size(); statement++)
		grower.LookAhead(statement);
}

CandidateSet
GrowSet(SetWeighing &weighing, Preference preference, CandidateSet start)
{
	return Grower(weighing).Grow(preference, std::move(start));
}

} // namespace steward
