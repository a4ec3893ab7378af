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

#include "core/index/grow_set.h"
#include "core/index/rank_set.h"
#include "core/index/refine_set.h"
#include "core/index/weigh_sets.h"

namespace steward
{

Selection
SelectIndexes(const SelectionProblem &problem, RememberingOracle &oracle)
{
	SetWeighing weighing(problem, oracle);

	LookAhead(weighing);

	CandidateSet by_byte = GrowSet(weighing, Preference::kGainPerByte, {});
	CandidateSet by_gain = GrowSet(weighing, Preference::kGain, {});
	CandidateSet best = weighing.Objective(by_gain) <= weighing.Objective(by_byte) ? by_gain : by_byte;

	best = ExchangeIndexes(weighing, PruneSet(weighing, std::move(best)));
	best = PruneSet(weighing, MergeIndexes(weighing, std::move(best)));
	best = ShrinkIndexes(weighing, std::move(best));

	/* What gained only beside an index that is gone may gain nothing by itself, and without it another plan may harm. */
	for (size_t before = best.size() + 1; best.size() < before;)
	{
		before = best.size();
		best = PruneSet(weighing, RemoveHarm(weighing, std::move(best)));
	}

	Selection selection = RankSet(weighing, std::move(best));

	selection.cut_off = weighing.cut_off();
	return selection;
}

} // namespace steward
