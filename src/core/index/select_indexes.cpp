/*-------------------------------------------------------------------------
 *
 * select_indexes.cpp
 *	  Choose the set of indexes that serves a workload best within a budget.
 *
 * First each statement is asked for its best plans, with fewer and fewer indexes
 * to choose from.  What such a plan uses is a move: one index, or several that
 * may help only together.  Then greedy: moves are compared by the plans that came
 * up so far, and only the one that is made is priced, which brings up further
 * plans.  Prices are calls of the planner, so that few are asked for.
 *
 * Two orders are tried, gain per byte and gain alone, because neither is best at
 * every budget; what turned out superfluous is dropped, and the better set wins.  In that each index may
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

/* So many plans of a statement are looked at, and none that leaves more than this of its cost. */
constexpr int kMostPlans = 6;
constexpr int kBestPlans = 2;
constexpr double kNoGain = 0.98;

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
	Selector(const SelectionProblem &problem, RememberingOracle &oracle);

	Selection Run();

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

	Price PriceOf(size_t statement, const CandidateSet &set);
	double EffortOf(size_t statement, const CandidateSet &set);
	double EffortAtMost(size_t statement, const CandidateSet &set) const;
	double Objective(const CandidateSet &set);
	std::set<size_t> AffectedBy(const CandidateSet &set) const;
	std::vector<Price> NotePlans(size_t statement);
	std::set<size_t> UsersOf(const CandidateSet &set) const;
	double GainOf(const CandidateSet &added, const CandidateSet &current);
	double KnownGainOf(const CandidateSet &added, const CandidateSet &current) const;
	bool OutOfTime();
	double LeastGain() const { return problem_.min_gain * base_objective_; }
	double SizeOf(const CandidateSet &set) const;
	double UpkeepOf(const CandidateSet &set) const;
	double RoomBeside(const CandidateSet &set) const { return problem_.budget - SizeOf(set); }
	double ValueOf(const Move &move, const CandidateSet &current, Preference preference) const;
	void LookAhead(size_t statement);
	void TakeMoves(size_t statement, Growth &growth);
	CandidateSet Grow(Preference preference);
	CandidateSet Prune(CandidateSet set);
	CandidateSet BestInsteadOf(CandidateId id, const CandidateSet &others);
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
	RememberingOracle &oracle_;
	std::vector<std::vector<size_t>> affected_; /* for each candidate, the statements it could serve */
	std::vector<std::set<size_t>> users_;       /* for each candidate, those with a plan that uses it */
	std::vector<double> base_efforts_;
	double base_objective_ = 0;
	bool cut_off_ = false;
};

Selector::Selector(const SelectionProblem &problem, RememberingOracle &oracle)
	: problem_(problem), oracle_(oracle), affected_(problem.sizes.size()), users_(problem.sizes.size())
{
	for (size_t statement = 0; statement < problem_.relevant.size(); statement++)
	{
		for (CandidateId id : problem_.relevant[statement])
			affected_[static_cast<size_t>(id)].push_back(statement);
		base_efforts_.push_back(EffortOf(statement, {}));
		base_objective_ += problem_.weights[statement] * base_efforts_.back();
	}
}

bool
Selector::OutOfTime()
{
	cut_off_ = cut_off_ || (problem_.out_of_time && problem_.out_of_time());
	return cut_off_;
}

Price
Selector::PriceOf(size_t statement, const CandidateSet &set)
{
	return oracle_.PriceStatement(statement, Intersect(set, problem_.relevant[statement]));
}

double
Selector::EffortOf(size_t statement, const CandidateSet &set)
{
	return PriceOf(statement, set).Effort();
}

/* Without asking. */
double
Selector::EffortAtMost(size_t statement, const CandidateSet &set) const
{
	return oracle_.EffortAtMost(statement, Intersect(set, problem_.relevant[statement]));
}

double
Selector::Objective(const CandidateSet &set)
{
	double objective = UpkeepOf(set);

	for (size_t statement = 0; statement < problem_.relevant.size(); statement++)
		objective += problem_.weights[statement] * EffortOf(statement, set);
	return objective;
}

std::set<size_t>
Selector::AffectedBy(const CandidateSet &set) const
{
	std::set<size_t> statements;

	for (CandidateId id : set)
		statements.insert(affected_[static_cast<size_t>(id)].begin(),
						  affected_[static_cast<size_t>(id)].end());
	return statements;
}

/* The plans of the statement that came up so far. */
std::vector<Price>
Selector::NotePlans(size_t statement)
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
Selector::UsersOf(const CandidateSet &set) const
{
	std::set<size_t> statements;

	for (CandidateId id : set)
		statements.insert(users_[static_cast<size_t>(id)].begin(), users_[static_cast<size_t>(id)].end());
	return statements;
}

/* What adding `added` to `current` takes off the objective. */
double
Selector::GainOf(const CandidateSet &added, const CandidateSet &current)
{
	CandidateSet larger = Unite(current, added);
	double gain = -UpkeepOf(Subtract(added, current));

	for (size_t statement : AffectedBy(added))
		gain += problem_.weights[statement] * (EffortOf(statement, current) - EffortOf(statement, larger));
	return gain;
}

/* The same by the plans that came up so far. */
double
Selector::KnownGainOf(const CandidateSet &added, const CandidateSet &current) const
{
	CandidateSet larger = Unite(current, added);
	double gain = -UpkeepOf(Subtract(added, current));

	for (size_t statement : UsersOf(added))
		gain += problem_.weights[statement] *
				(EffortAtMost(statement, current) - EffortAtMost(statement, larger));
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
Selector::UpkeepOf(const CandidateSet &set) const
{
	double upkeep = 0;

	for (CandidateId id : set)
		upkeep += problem_.upkeep.empty() ? 0 : problem_.upkeep[static_cast<size_t>(id)];
	return upkeep;
}

double
Selector::ValueOf(const Move &move, const CandidateSet &current, Preference preference) const
{
	if (preference == Preference::kGain)
		return move.gain;
	return move.gain / std::max(1.0, SizeOf(Subtract(move.indexes, current)));
}

/*
 * Has the plans of the statement come up that matter: with everything there
 * that fits, without what that plan uses, and so on for as long as it gains.
 * What no such plan uses serves the statement worse than all of these, so that
 * it need not be asked for.  Of the best plans that use several, what each of
 * them does by itself is asked, too.
 */
void
Selector::LookAhead(size_t statement)
{
	CandidateSet left = problem_.relevant[statement];
	double base_cost = PriceOf(statement, {}).cost;

	std::erase_if(left, [&](CandidateId id) { return SizeOf({id}) > problem_.budget; });
	for (int i = 0; i < kMostPlans && !left.empty() && !OutOfTime(); i++)
	{
		Price price = oracle_.PriceStatement(statement, left);

		if (price.used.empty() || price.cost > base_cost * kNoGain)
			break;
		for (CandidateId id : price.used)
		{
			if (i < kBestPlans && price.used.size() > 1)
				EffortOf(statement, {id});
		}
		left = Subtract(left, price.used);
	}
}

/* Those for the plans of the statement that came up meanwhile; all that may serve it have to be reckoned again. */
void
Selector::TakeMoves(size_t statement, Growth &growth)
{
	for (const Price &plan : NotePlans(statement))
	{
		CandidateSet added = Subtract(plan.used, growth.current);

		for (CandidateId id : plan.used)
		{
			for (size_t move : growth.of_candidate[static_cast<size_t>(id)])
				growth.moves[move].stale = true;
		}
		if (added.empty() || SizeOf(added) > RoomBeside(growth.current) || !growth.known.insert(added).second)
			continue;
		for (CandidateId id : added)
			growth.of_candidate[static_cast<size_t>(id)].push_back(growth.moves.size());
		growth.moves.push_back({std::move(added), 0, true, false});
	}
}

CandidateSet
Selector::Grow(Preference preference)
{
	Growth growth;
	auto best_first = [&](const Move &a, const Move &b)
	{
		double value_a = ValueOf(a, growth.current, preference);
		double value_b = ValueOf(b, growth.current, preference);

		return value_a != value_b ? value_a < value_b : a.indexes > b.indexes;
	};

	growth.of_candidate.resize(problem_.sizes.size());
	for (size_t statement = 0; statement < problem_.relevant.size(); statement++)
		TakeMoves(statement, growth);
	for (;;)
	{
		double room = RoomBeside(growth.current);

		for (Move &move : growth.moves)
		{
			CandidateSet missing = Subtract(move.indexes, growth.current);

			if (missing.empty() || SizeOf(missing) > room || move.refused)
				move.gain = 0;
			else if (move.stale)
				move.gain = KnownGainOf(move.indexes, growth.current);
			/* However few bytes it takes. */
			if (move.gain <= LeastGain())
				move.gain = 0;
			move.stale = false;
		}

		auto best = std::max_element(growth.moves.begin(), growth.moves.end(), best_first);

		if (best == growth.moves.end() || best->gain <= 0)
			return growth.current;

		CandidateSet added = best->indexes;

		/* Other plans may come up with it, which the rest is to be seen beside. */
		double gain = OutOfTime() ? best->gain : GainOf(added, growth.current);

		best->refused = true;
		if (gain > LeastGain())
		{
			growth.current = Unite(growth.current, added);
			for (Move &move : growth.moves)
			{
				move.stale = move.stale || move.refused;
				move.refused = false;
			}
		}
		for (size_t statement : AffectedBy(added))
			TakeMoves(statement, growth);
	}
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
						   double before = EffortOf(statement, without);
						   double saved = before - EffortOf(statement, with);

						   return saved >= problem_.min_of_base * base_efforts_[statement] &&
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
		double least_gain = LeastGain();
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
 * What gains most beside the others, by the plans that came up: `id` itself
 * where nothing gains more than it.
 */
CandidateSet
Selector::BestInsteadOf(CandidateId id, const CandidateSet &others)
{
	double room = RoomBeside(others);
	double best_gain = GainOf({id}, others) + LeastGain();
	CandidateSet best = {id};
	std::set<CandidateSet> rivals;

	for (size_t statement : affected_[static_cast<size_t>(id)])
	{
		for (const Price &plan : NotePlans(statement))
			rivals.insert(Subtract(plan.used, others));
	}
	for (const CandidateSet &rival : rivals)
	{
		if (rival.empty() || SizeOf(rival) > room || KnownGainOf(rival, others) <= best_gain)
			continue;

		double gain = GainOf(rival, others);

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

			if (others.size() < set.size() && !OutOfTime())
				set = Unite(others, BestInsteadOf(id, others));
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
						   double cost = EffortOf(statement, set);
						   double loss = EffortOf(statement, other) - cost;
						   double gain = base_efforts_[statement] - cost;

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

		if (OutOfTime())
			break;

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
			Price price = PriceOf(statement, set);

			if (price.used.empty() || price.Effort() <= base_efforts_[statement] * problem_.max_harm)
				break;
			set = Subtract(set, price.used);
		}
	}
	return set;
}

/*
 * The one that adds most to those placed already; where none adds anything by
 * itself, those that one statement's plan uses together.  Asked first is the
 * one of which the plans that came up promise most, and no more of them than
 * promise more than it adds.
 */
CandidateSet
Selector::NextInRank(const CandidateSet &left, const CandidateSet &placed)
{
	CandidateSet best = {left.front()};
	double best_gain = 0;
	std::vector<std::pair<double, CandidateId>> promises;

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
		promises.emplace_back(KnownGainOf({id}, placed), id);
	std::stable_sort(promises.begin(), promises.end(),
					 [](const auto &a, const auto &b) { return a.first > b.first; });
	for (const auto &[promise, id] : promises)
	{
		if (best_gain <= LeastGain() || promise > best_gain)
			consider({id});
	}
	if (best_gain > LeastGain())
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
		Price before = PriceOf(statement, placed);
		Price after = PriceOf(statement, with);

		if (after.Effort() < before.Effort())
			chosen.served.push_back({statement, before.cost, after.cost, before.Likely(), after.Likely()});
	}
	std::stable_sort(chosen.served.begin(), chosen.served.end(),
					 [&](const ServedStatement &a, const ServedStatement &b)
					 {
						 return problem_.weights[a.statement] * (a.likely_before - a.likely_after) >
								problem_.weights[b.statement] * (b.likely_before - b.likely_after);
					 });
	return chosen;
}

/* Best first by what each adds to those before it. */
Selection
Selector::Rank(CandidateSet set)
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
	for (size_t statement = 0; statement < problem_.relevant.size(); statement++)
	{
		selection.base_costs.push_back(PriceOf(statement, {}).cost);
		selection.final_costs.push_back(PriceOf(statement, placed).cost);
	}
	return selection;
}

Selection
Selector::Run()
{
	for (size_t statement = 0; statement < problem_.relevant.size(); statement++)
		LookAhead(statement);

	CandidateSet by_byte = Grow(Preference::kGainPerByte);
	CandidateSet by_gain = Grow(Preference::kGain);
	CandidateSet best = Objective(by_gain) <= Objective(by_byte) ? by_gain : by_byte;

	Selection selection = Rank(RemoveHarm(Shrink(Exchange(Prune(std::move(best))))));

	selection.cut_off = cut_off_;
	return selection;
}

} // namespace

Selection
SelectIndexes(const SelectionProblem &problem, RememberingOracle &oracle)
{
	return Selector(problem, oracle).Run();
}

} // namespace steward
