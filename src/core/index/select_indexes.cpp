/*-------------------------------------------------------------------------
 *
 * select_indexes.cpp
 *	  Choose the set of indexes that serves a workload best within a budget.
 *
 * Greedy, with lazy evaluation: a move (one index, or the indexes that one
 * statement's best plan uses together, since some help only as a pair) is
 * priced again only when it comes to the top.  Two orders are tried, gain per
 * byte and gain alone, because neither is best at every budget; what turned
 * out superfluous is dropped, and the better set wins.  In that each index may
 * give way to another one that gains more beside the rest, as one does that was
 * good for the first of its statements only.  At last a much smaller index that
 * does the same takes the place of a larger one.
 *
 * Pure and deterministic: ties go to the lower candidate number.
 *
 *-------------------------------------------------------------------------
 */
#include "core/index/select_indexes.h"

#include <algorithm>
#include <iterator>
#include <set>

namespace steward
{

namespace
{

CandidateSet
Intersect(const CandidateSet &a, const CandidateSet &b)
{
	CandidateSet both;

	std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
	return both;
}

CandidateSet
Unite(const CandidateSet &a, const CandidateSet &b)
{
	CandidateSet all;

	std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(all));
	return all;
}

CandidateSet
Subtract(const CandidateSet &a, const CandidateSet &b)
{
	CandidateSet rest;

	std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(rest));
	return rest;
}

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

enum class Preference
{
	kGainPerByte,
	kGain,
};

class Selector
{
public:
	Selector(const SelectionProblem &problem, CostOracle &oracle);

	Selection Run();

private:
	struct Move
	{
		CandidateSet indexes;
		double gain = 0;
		bool fresh = true; /* priced against the set as it is now */
	};

	double CostOf(size_t statement, const CandidateSet &set);
	double Objective(const CandidateSet &set);
	double GainOf(const CandidateSet &added, const CandidateSet &current);
	double SizeOf(const CandidateSet &set) const;
	double ValueOf(const Move &move, const CandidateSet &current, Preference preference) const;
	std::vector<Move> InitialMoves();
	CandidateSet Grow(std::vector<Move> moves, Preference preference);
	CandidateSet Prune(CandidateSet set);
	CandidateId BestInsteadOf(CandidateId id, const CandidateSet &others);
	CandidateSet Exchange(CandidateSet set);
	bool IsNoticed(CandidateId id, const CandidateSet &without);
	bool IsOtherKind(CandidateId a, CandidateId b) const;
	bool StandsIn(CandidateId other, CandidateId id) const;
	CandidateSet Shrink(CandidateSet set);
	bool DoesAsMuch(const CandidateSet &other, const CandidateSet &set, const std::vector<size_t> &statements,
					bool stands_in);
	CandidateSet RemoveHarm(CandidateSet set);
	CandidateSet NextInRank(const CandidateSet &left, const CandidateSet &placed);
	ChosenIndex Describe(CandidateId id, const CandidateSet &group, const CandidateSet &placed);
	Selection Rank(CandidateSet set);

	const SelectionProblem &problem_;
	CostOracle &oracle_;
	std::vector<std::vector<size_t>> affected_; /* for each candidate, the statements it could serve */
	std::vector<double> base_costs_;
	double base_objective_ = 0;
};

Selector::Selector(const SelectionProblem &problem, CostOracle &oracle)
	: problem_(problem), oracle_(oracle), affected_(problem.sizes.size())
{
	for (size_t statement = 0; statement < problem_.relevant.size(); statement++)
	{
		for (CandidateId id : problem_.relevant[statement])
			affected_[static_cast<size_t>(id)].push_back(statement);
		base_costs_.push_back(CostOf(statement, {}));
		base_objective_ += problem_.weights[statement] * base_costs_.back();
	}
}

double
Selector::CostOf(size_t statement, const CandidateSet &set)
{
	return oracle_.PriceStatement(statement, Intersect(set, problem_.relevant[statement])).cost;
}

double
Selector::Objective(const CandidateSet &set)
{
	double objective = 0;

	for (size_t statement = 0; statement < problem_.relevant.size(); statement++)
		objective += problem_.weights[statement] * CostOf(statement, set);
	return objective;
}

/* What adding `added` to `current` takes off the objective. */
double
Selector::GainOf(const CandidateSet &added, const CandidateSet &current)
{
	std::set<size_t> statements;
	CandidateSet larger = Unite(current, added);
	double gain = 0;

	for (CandidateId id : added)
		statements.insert(affected_[static_cast<size_t>(id)].begin(),
						  affected_[static_cast<size_t>(id)].end());
	for (size_t statement : statements)
		gain += problem_.weights[statement] * (CostOf(statement, current) - CostOf(statement, larger));
	return gain;
}

double
Selector::SizeOf(const CandidateSet &set) const
{
	double size = 0;

	for (CandidateId id : set)
		size += problem_.sizes[static_cast<size_t>(id)];
	return size;
}

double
Selector::ValueOf(const Move &move, const CandidateSet &current, Preference preference) const
{
	if (preference == Preference::kGain)
		return move.gain;
	return move.gain / std::max(1.0, SizeOf(Subtract(move.indexes, current)));
}

std::vector<Selector::Move>
Selector::InitialMoves()
{
	std::set<CandidateSet> sets;
	std::vector<Move> moves;

	for (size_t statement = 0; statement < problem_.relevant.size(); statement++)
	{
		/* Asked with everything on first: if nothing of it is used, no subset needs asking. */
		Price best = oracle_.PriceStatement(statement, problem_.relevant[statement]);

		if (best.used.size() > 1)
			sets.insert(best.used);
		for (CandidateId id : problem_.relevant[statement])
			sets.insert({id});
	}
	for (const CandidateSet &set : sets)
	{
		if (SizeOf(set) > problem_.budget)
			continue;

		Move move{set, GainOf(set, {}), true};

		if (move.gain > problem_.min_gain * base_objective_)
			moves.push_back(std::move(move));
	}
	return moves;
}

CandidateSet
Selector::Grow(std::vector<Move> moves, Preference preference)
{
	CandidateSet current;

	while (!moves.empty())
	{
		double room = problem_.budget - SizeOf(current);

		std::erase_if(moves,
					  [&](const Move &move)
					  {
						  CandidateSet missing = Subtract(move.indexes, current);

						  return missing.empty() || SizeOf(missing) > room ||
								 (move.fresh && move.gain <= problem_.min_gain * base_objective_);
					  });
		if (moves.empty())
			break;

		auto best =
			std::max_element(moves.begin(), moves.end(),
							 [&](const Move &a, const Move &b)
							 {
								 double value_a = ValueOf(a, current, preference);
								 double value_b = ValueOf(b, current, preference);

								 return value_a != value_b ? value_a < value_b : a.indexes > b.indexes;
							 });

		if (!best->fresh)
		{
			best->gain = GainOf(best->indexes, current);
			best->fresh = true;
			continue;
		}
		current = Unite(current, best->indexes);
		moves.erase(best);
		for (Move &move : moves)
			move.fresh = false;
	}
	return current;
}

/* Whether any statement gains so much that somebody would see it. */
bool
Selector::IsNoticed(CandidateId id, const CandidateSet &without)
{
	const std::vector<size_t> &statements = affected_[static_cast<size_t>(id)];
	CandidateSet with = Unite(without, {id});

	return std::any_of(statements.begin(), statements.end(),
					   [&](size_t statement)
					   {
						   double before = CostOf(statement, without);
						   double saved = before - CostOf(statement, with);

						   return saved >= problem_.min_of_base * base_costs_[statement] &&
								  (saved >= problem_.min_saving * before || saved >= problem_.small_saving);
					   });
}

bool
Selector::IsOtherKind(CandidateId a, CandidateId b) const
{
	return !problem_.kinds.empty() &&
		   problem_.kinds[static_cast<size_t>(a)] != problem_.kinds[static_cast<size_t>(b)];
}

/* Drop what the others made superfluous, the least useful first. */
CandidateSet
Selector::Prune(CandidateSet set)
{
	for (;;)
	{
		CandidateId least = 0;
		double least_gain = problem_.min_gain * base_objective_;
		bool found = false;

		for (CandidateId id : set)
		{
			double gain = GainOf({id}, Subtract(set, {id}));

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
 * The candidate that gains most beside the others, `id` itself where none gains
 * more than it.  By itself an index hardly gains less than beside others, so
 * those that do not gain enough even so, which is known, need no price.
 */
CandidateId
Selector::BestInsteadOf(CandidateId id, const CandidateSet &others)
{
	double room = problem_.budget - SizeOf(others);
	double best_gain = GainOf({id}, others) + problem_.min_gain * base_objective_;
	CandidateId best = id;
	CandidateSet rivals;

	for (size_t statement : affected_[static_cast<size_t>(id)])
		rivals = Unite(rivals, problem_.relevant[statement]);
	for (CandidateId rival : Subtract(rivals, Unite(others, {id})))
	{
		if (SizeOf({rival}) > room || GainOf({rival}, {}) <= best_gain)
			continue;

		double gain = GainOf({rival}, others);

		if (gain > best_gain)
		{
			best = rival;
			best_gain = gain;
		}
	}
	return best;
}

CandidateSet
Selector::Exchange(CandidateSet set)
{
	for (int round = 0; round < kMostRounds; round++)
	{
		CandidateSet before = set;

		for (CandidateId id : before)
		{
			CandidateSet others = Subtract(set, {id});

			set = Unite(others, {BestInsteadOf(id, others)});
		}
		if (set == before)
			break;
		set = Prune(std::move(set));
	}
	return set;
}

/*
 * Whether none of the statements is noticeably dearer with the other set.  Of
 * one that stands in for another it is known that it finds the same rows: the
 * planner only reckons otherwise with the order in which they lie.
 */
bool
Selector::DoesAsMuch(const CandidateSet &other, const CandidateSet &set,
					 const std::vector<size_t> &statements, bool stands_in)
{
	return std::all_of(statements.begin(), statements.end(),
					   [&](size_t statement)
					   {
						   double cost = CostOf(statement, set);
						   double loss = CostOf(statement, other) - cost;
						   double gain = base_costs_[statement] - cost;

						   if (stands_in)
							   return loss <= gain * kOfTheSame;
						   return loss <= std::max(cost * kNoticeable, kFewUnits) &&
								  loss <= gain * kOfTheGain;
					   });
}

bool
Selector::StandsIn(CandidateId other, CandidateId id) const
{
	if (problem_.stand_ins.empty())
		return false;

	const CandidateSet &all = problem_.stand_ins[static_cast<size_t>(id)];

	return std::find(all.begin(), all.end(), other) != all.end();
}

/*
 * An index that does the same and is much smaller takes the place of one that
 * was chosen for the last bit of gain: a partial one, one of hashes.  Asked
 * first is what is known already, how they compare by themselves.
 */
CandidateSet
Selector::Shrink(CandidateSet set)
{
	for (CandidateId id : CandidateSet(set))
	{
		const std::vector<size_t> &statements = affected_[static_cast<size_t>(id)];
		CandidateSet smaller;

		for (size_t statement : statements)
		{
			for (CandidateId other : problem_.relevant[statement])
			{
				if (IsOtherKind(other, id) && SizeOf({other}) < kMuchSmaller * SizeOf({id}))
					smaller = Unite(smaller, {other});
			}
		}
		smaller = Subtract(smaller, set);
		std::stable_sort(smaller.begin(), smaller.end(),
						 [&](CandidateId a, CandidateId b) { return SizeOf({a}) < SizeOf({b}); });
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

/* A statement that the set makes too dear costs the set the indexes its plan took. */
CandidateSet
Selector::RemoveHarm(CandidateSet set)
{
	for (size_t statement = 0; statement < problem_.relevant.size(); statement++)
	{
		for (;;)
		{
			Price price = oracle_.PriceStatement(statement, Intersect(set, problem_.relevant[statement]));

			if (price.used.empty() || price.cost <= base_costs_[statement] * problem_.max_harm)
				break;
			set = Subtract(set, price.used);
		}
	}
	return set;
}

/*
 * The one that adds most to those placed already; where none adds anything by
 * itself, those that one statement's plan uses together.
 */
CandidateSet
Selector::NextInRank(const CandidateSet &left, const CandidateSet &placed)
{
	CandidateSet best = {left.front()};
	double best_gain = GainOf(best, placed);

	auto consider = [&](const CandidateSet &group)
	{
		double gain = group.empty() ? 0 : GainOf(group, placed);

		if (gain > best_gain)
		{
			best = group;
			best_gain = gain;
		}
	};

	for (CandidateId id : left)
		consider({id});
	if (best_gain > problem_.min_gain * base_objective_)
		return best;
	for (size_t statement = 0; statement < problem_.relevant.size(); statement++)
	{
		CandidateSet all = Intersect(Unite(placed, left), problem_.relevant[statement]);

		consider(Subtract(oracle_.PriceStatement(statement, all).used, placed));
	}
	return best;
}

/* One of a group that is ranked together, with the statements that gain. */
ChosenIndex
Selector::Describe(CandidateId id, const CandidateSet &group, const CandidateSet &placed)
{
	ChosenIndex chosen;
	CandidateSet with = Unite(placed, group);

	chosen.candidate = id;
	chosen.with = Subtract(group, {id});
	if (base_objective_ > 0)
		chosen.benefit = GainOf(group, placed) / base_objective_ / static_cast<double>(group.size());
	for (size_t statement : affected_[static_cast<size_t>(id)])
	{
		double before = CostOf(statement, placed);
		double after = CostOf(statement, with);

		if (after < before)
			chosen.served.push_back({statement, before, after});
	}
	std::stable_sort(chosen.served.begin(), chosen.served.end(),
					 [&](const ServedStatement &a, const ServedStatement &b)
					 {
						 return problem_.weights[a.statement] * (a.cost_before - a.cost_after) >
								problem_.weights[b.statement] * (b.cost_before - b.cost_after);
					 });
	return chosen;
}

/* Best first by what each adds to those before it. */
Selection
Selector::Rank(CandidateSet set)
{
	Selection selection;
	CandidateSet placed;

	selection.base_costs = base_costs_;
	while (!set.empty())
	{
		CandidateSet next = NextInRank(set, placed);

		for (CandidateId id : next)
			selection.indexes.push_back(Describe(id, next, placed));
		placed = Unite(placed, next);
		set = Subtract(set, next);
	}
	for (size_t statement = 0; statement < problem_.relevant.size(); statement++)
		selection.final_costs.push_back(CostOf(statement, placed));
	return selection;
}

Selection
Selector::Run()
{
	std::vector<Move> moves = InitialMoves();
	CandidateSet by_byte = Prune(Grow(moves, Preference::kGainPerByte));
	CandidateSet by_gain = Prune(Grow(std::move(moves), Preference::kGain));
	CandidateSet best = Objective(by_gain) <= Objective(by_byte) ? by_gain : by_byte;

	return Rank(RemoveHarm(Shrink(Exchange(std::move(best)))));
}

} // namespace

Selection
SelectIndexes(const SelectionProblem &problem, CostOracle &oracle)
{
	return Selector(problem, oracle).Run();
}

} // namespace steward
