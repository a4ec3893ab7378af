/*-------------------------------------------------------------------------
 *
 * refine_set.cpp
 *	  Make a set of indexes better: without what is superfluous, with others in place of some.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#include "core/index/refine_set.h"

#include <algorithm>
#include <set>

#include "core/index/candidate_sets.h"
#include "core/index/grow_set.h"

namespace steward
{

namespace
{

/*
 * A statement that becomes dearer by no more than these shares, of its cost (or
 * by few units) and of what it gained, is as well off; and an index that is smaller than
 * this share of another is much smaller.
 */
constexpr double kNoticeable = 0.2;
constexpr double kOfTheGain = 0.01;
constexpr double kFewUnits = 10;
constexpr double kOfTheSame = 0.05;
constexpr double kMuchSmaller = 0.8;

/* Exchanges go on for as long as they gain, but not for ever. */
constexpr int kMostRounds = 4;

/* What else there is room for is looked for after so many merges, which looks at all statements each time. */
constexpr int kMostGrown = 20;

class Refiner
{
public:
	explicit Refiner(SetWeighing &weighing) : weighing_(weighing) {}

	CandidateSet Prune(CandidateSet set);
	CandidateSet Exchange(CandidateSet set);
	CandidateSet Merge(CandidateSet set);
	CandidateSet Shrink(CandidateSet set);
	CandidateSet RemoveHarm(CandidateSet set);

private:
	CandidateSet WithoutHarm(size_t statement, const CandidateSet &set);
	CandidateSet BestInsteadOf(CandidateId id, const CandidateSet &others);
	bool IsNoticed(CandidateId id, const CandidateSet &without);
	bool IsOtherKind(CandidateId a, CandidateId b) const;
	bool StandsIn(CandidateId other, CandidateId id) const;
	bool DoesAsMuch(const CandidateSet &other, const CandidateSet &set, const std::vector<size_t> &statements,
					bool stands_in);

	SetWeighing &weighing_;
};

/* Whether any statement gains so much that somebody would see it. */
bool
Refiner::IsNoticed(CandidateId id, const CandidateSet &without)
{
	const std::vector<size_t> &statements = weighing_.AffectedBy(id);
	CandidateSet with = Unite(without, {id});

	return std::any_of(statements.begin(), statements.end(),
					   [&](size_t statement)
					   {
						   double before = weighing_.EffortOf(statement, without);
						   double saved = before - weighing_.EffortOf(statement, with);

						   return saved >=
									  weighing_.problem().min_of_base * weighing_.BaseEffort(statement) &&
								  (saved >= weighing_.problem().min_saving * before ||
								   saved >= weighing_.problem().small_saving);
					   });
}

bool
Refiner::IsOtherKind(CandidateId a, CandidateId b) const
{
	return !weighing_.problem().kinds.empty() && weighing_.problem().kinds[static_cast<size_t>(a)] !=
													 weighing_.problem().kinds[static_cast<size_t>(b)];
}

/* Drop what the others made superfluous, the least useful first. */
CandidateSet
Refiner::Prune(CandidateSet set)
{
	for (;;)
	{
		(void) weighing_.OutOfTime(); /* what is pruned is known already, but somebody may want to end it */

		CandidateId least = 0;
		double least_gain = weighing_.LeastGain();
		bool found = false;

		for (CandidateId id : set)
		{
			double gain = weighing_.GainOf({id}, Subtract(set, {id}));

			if (!IsNoticed(id, Subtract(set, {id})))
				gain = std::min(gain, least_gain);
			if (gain <= least_gain)
			{
				least = id;
				least_gain = gain;
				found = true;
			}
		}
		if (!found)
			return set;
		set = Subtract(set, {least});
	}
}

/*
 * What gains most beside the others, by the plans that came up: `id` itself
 * where nothing gains more than it.
 */
CandidateSet
Refiner::BestInsteadOf(CandidateId id, const CandidateSet &others)
{
	double room = weighing_.RoomBeside(others);
	double best_gain = weighing_.GainOf({id}, others) + weighing_.LeastGain();
	CandidateSet best = {id};
	std::set<CandidateSet> rivals;

	for (size_t statement : weighing_.AffectedBy(id))
	{
		for (const Price &plan : weighing_.NotePlans(statement))
			rivals.insert(Subtract(plan.used, others));
	}
	for (const CandidateSet &rival : rivals)
	{
		if (rival.empty() || weighing_.SizeOf(rival) > room ||
			weighing_.KnownGainOf(rival, others) <= best_gain)
			continue;

		double gain = weighing_.GainOf(rival, others);

		if (gain > best_gain)
		{
			best = rival;
			best_gain = gain;
		}
	}
	return best;
}

CandidateSet
Refiner::Exchange(CandidateSet set)
{
	for (int round = 0; round < kMostRounds; round++)
	{
		CandidateSet before = set;

		for (CandidateId id : before)
		{
			CandidateSet others = Subtract(set, {id});

			if (others.size() < set.size() && !weighing_.OutOfTime())
				set = Unite(others, BestInsteadOf(id, others));
		}
		if (set == before)
			break;
		set = Prune(std::move(set));
	}
	return set;
}

/* What is left of the gain is compared with what an index must gain at least. */
CandidateSet
Refiner::Merge(CandidateSet set)
{
	int tried = 0;

	for (const CandidateMerge &merge : weighing_.problem().merges)
	{
		CandidateSet pair = Unite({merge.first}, {merge.second});
		CandidateSet others = Subtract(set, pair);
		CandidateSet with_one = Unite(others, {merge.merged});

		if (others.size() + 2 != set.size() || weighing_.SizeOf(with_one) >= weighing_.SizeOf(set) ||
			weighing_.OutOfTime())
			continue;

		double by_two = weighing_.GainOf(pair, others);
		/* Asked before it grows, which it does by the plans that came up. */
		double by_one = weighing_.GainOf({merge.merged}, others);
		CandidateSet grown = with_one;

		if (++tried <= kMostGrown)
			grown = GrowSet(weighing_, Preference::kGainPerByte, std::move(grown));
		if (weighing_.GainOf(Subtract(grown, others), others) > by_two + weighing_.LeastGain())
			set = std::move(grown);
		else if (by_one > by_two - weighing_.LeastGain())
			set = std::move(with_one);
	}
	return set;
}

/*
 * Whether none of the statements is noticeably dearer with the other set.  Of
 * one that stands in for another it is known that it finds the same rows: the
 * planner only reckons otherwise with the order in which they lie.
 */
bool
Refiner::DoesAsMuch(const CandidateSet &other, const CandidateSet &set, const std::vector<size_t> &statements,
					bool stands_in)
{
	return std::all_of(statements.begin(), statements.end(),
					   [&](size_t statement)
					   {
						   double cost = weighing_.EffortOf(statement, set);
						   double loss = weighing_.EffortOf(statement, other) - cost;
						   double gain = weighing_.BaseEffort(statement) - cost;

						   if (stands_in)
							   return loss <= gain * kOfTheSame;
						   return loss <= std::max(cost * kNoticeable, kFewUnits) &&
								  loss <= gain * kOfTheGain;
					   });
}

bool
Refiner::StandsIn(CandidateId other, CandidateId id) const
{
	if (weighing_.problem().stand_ins.empty())
		return false;

	const CandidateSet &all = weighing_.problem().stand_ins[static_cast<size_t>(id)];

	return std::find(all.begin(), all.end(), other) != all.end();
}

/*
 * An index that does the same and is much smaller takes the place of one that
 * was chosen for the last bit of gain: a partial one, one of hashes.  Asked
 * first is what is known already, how they compare by themselves.
 */
CandidateSet
Refiner::Shrink(CandidateSet set)
{
	for (CandidateId id : CandidateSet(set))
	{
		const std::vector<size_t> &statements = weighing_.AffectedBy(id);
		CandidateSet smaller;

		if (weighing_.OutOfTime())
			break;

		for (size_t statement : statements)
		{
			for (CandidateId other : weighing_.problem().relevant[statement])
			{
				if (IsOtherKind(other, id) &&
					weighing_.SizeOf({other}) < kMuchSmaller * weighing_.SizeOf({id}))
					smaller = Unite(smaller, {other});
			}
		}
		smaller = Subtract(smaller, set);
		std::stable_sort(smaller.begin(), smaller.end(),
						 [&](CandidateId a, CandidateId b)
						 { return weighing_.SizeOf({a}) < weighing_.SizeOf({b}); });
		for (CandidateId other : smaller)
		{
			CandidateSet replaced = Unite(Subtract(set, {id}), {other});

			bool stands_in = StandsIn(other, id);

			if (DoesAsMuch({other}, {id}, statements, stands_in) &&
				DoesAsMuch(replaced, set, statements, stands_in))
			{
				set = std::move(replaced);
				break;
			}
		}
	}
	return set;
}

/*
 * Without an index that its plan took, the one that is missed least, or without
 * all of them where none alone is to blame.
 */
CandidateSet
Refiner::WithoutHarm(size_t statement, const CandidateSet &set)
{
	CandidateSet used = weighing_.PriceOf(statement, set).used;
	CandidateSet best = Subtract(set, used);
	double least = weighing_.GainOf(used, best);

	for (CandidateId id : used)
	{
		CandidateSet without = Subtract(set, {id});

		if (used.size() == 1 || weighing_.OutOfTime() || weighing_.IsHarmed(statement, without))
			continue;

		double loss = weighing_.GainOf({id}, without);

		if (loss < least)
		{
			least = loss;
			best = std::move(without);
		}
	}
	return best;
}

/* A statement that the set makes too dear costs the set an index. */
CandidateSet
Refiner::RemoveHarm(CandidateSet set)
{
	size_t before;

	/* Without an index, another statement may have a dear plan. */
	do
	{
		before = set.size();
		for (size_t statement = 0; statement < weighing_.problem().relevant.size(); statement++)
		{
			while (weighing_.IsHarmed(statement, set))
				set = WithoutHarm(statement, set);
		}
	} while (set.size() < before);
	return set;
}

} // namespace

CandidateSet
PruneSet(SetWeighing &weighing, CandidateSet set)
{
	return Refiner(weighing).Prune(std::move(set));
}

CandidateSet
ExchangeIndexes(SetWeighing &weighing, CandidateSet set)
{
	return Refiner(weighing).Exchange(std::move(set));
}

CandidateSet
MergeIndexes(SetWeighing &weighing, CandidateSet set)
{
	return Refiner(weighing).Merge(std::move(set));
}

CandidateSet
ShrinkIndexes(SetWeighing &weighing, CandidateSet set)
{
	return Refiner(weighing).Shrink(std::move(set));
}

CandidateSet
RemoveHarm(SetWeighing &weighing, CandidateSet set)
{
	return Refiner(weighing).RemoveHarm(std::move(set));
}

} // namespace steward
