/*-------------------------------------------------------------------------
 *
 * scan_counts.cpp
 *	  How many rows of each table an execution read, and how many groups it
 *	  made of rows, beside what the planner expected.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/scan_counts.h"

#include "pg/compat.h"
#include "pg/plan_tree.h"

extern "C"
{
#include "executor/instrument.h"
#include "nodes/nodeFuncs.h"
#include "utils/rel.h"
}

namespace steward::pg
{

namespace
{

/* As of what is worth statistics. */
constexpr double kFarOff = 10;

struct Walk
{
	ScanCount *counts;
	int used;
	const Plan *grouping; /* null: there is no such node, or more than one */
	bool may_stop;        /* a node above may have had enough before the last row */
};

void
CountScan(PlanState *state, Walk *walk)
{
	const Plan *plan = state->plan;
	const auto *scan = reinterpret_cast<ScanState *>(state);
	double actual;

	/* With a parameter of a join or a subquery it is not the number of rows that the conditions find. */
	if (state->instrument == nullptr || scan->ss_currentRelation == nullptr || plan->parallel_aware ||
		!bms_is_empty(plan->allParam))
		return;
	InstrEndLoop(state->instrument);
	actual = state->instrument->ntuples;
	/* A scan that came to its end has left its slot empty; one that did not may have found more. */
	if (state->instrument->nloops != 1 ||
		((walk->may_stop || !TupIsNull(scan->ss_ScanTupleSlot)) && actual <= plan->plan_rows))
		return;
	walk->counts[walk->used++] = {RelationGetRelid(scan->ss_currentRelation),
								  static_cast<float>(plan->plan_rows), static_cast<float>(actual)};
}

bool
IsAtEnd(const PlanState *state)
{
	switch (nodeTag(state))
	{
		case T_AggState:
			return reinterpret_cast<const AggState *>(state)->agg_done;
		case T_GroupState:
			return reinterpret_cast<const GroupState *>(state)->grp_done;
		default:
			return TupIsNull(state->ps_ResultTupleSlot);
	}
}

/* Then it is not by what they are grouped that there are more groups or fewer. */
bool
IsInputFarOff(PlanState *input)
{
	double planned;
	double actual;

	if (input == nullptr || input->instrument == nullptr)
		return true;
	InstrEndLoop(input->instrument);
	planned = Max(input->plan->plan_rows, 1);
	actual = Max(input->instrument->ntuples, 1);
	return Max(planned / actual, actual / planned) >= kFarOff;
}

void
CountGroups(PlanState *state, Walk *walk)
{
	double planned = state->plan->plan_rows;
	double actual;

	if (state->instrument == nullptr || !bms_is_empty(state->plan->allParam) ||
		IsInputFarOff(outerPlanState(state)))
		return;
	InstrEndLoop(state->instrument);
	actual = state->instrument->ntuples;
	if (state->instrument->nloops != 1 || (!IsAtEnd(state) && actual <= planned))
		return;
	walk->counts[walk->used++] = {InvalidOid, static_cast<float>(planned), static_cast<float>(actual)};
}

bool
IsScan(const PlanState *state)
{
	switch (nodeTag(state))
	{
		case T_SeqScanState:
		case T_IndexScanState:
		case T_IndexOnlyScanState:
		case T_BitmapHeapScanState:
			return true;
		default:
			return false;
	}
}

/* Whether the node may leave rows of those below it unread. */
bool
MayStop(const PlanState *state)
{
	return IsA(state, LimitState) || IsA(state, MergeJoinState) || IsA(state, NestLoopState) ||
		   IsA(state, GroupState) || IsA(state, SubqueryScanState);
}

} // namespace

extern "C"
{
static bool
OnPlanState(PlanState *state, void *argument)
{
	auto *walk = static_cast<Walk *>(argument);
	bool outer = walk->may_stop;
	bool enough;

	if (walk->used == kMostScans)
		return true;
	if (IsScan(state))
		CountScan(state, walk);
	else if (state->plan == walk->grouping)
		CountGroups(state, walk);
	walk->may_stop = outer || MayStop(state);
	enough = compat::WalkPlanState(state, OnPlanState, argument);
	walk->may_stop = outer;
	return enough;
}
}

bool
IsWorthCounting(const PlannedStmt *statement)
{
	const Plan *plan = statement->planTree;
	int conditions = list_length(plan->qual);

	switch (nodeTag(plan))
	{
		case T_IndexScan:
			conditions += list_length(reinterpret_cast<const IndexScan *>(plan)->indexqual);
			break;
		case T_IndexOnlyScan:
			conditions += list_length(reinterpret_cast<const IndexOnlyScan *>(plan)->indexqual);
			break;
		case T_SeqScan:
			break;
		default:
			return true;
	}
	return conditions > 1;
}

int
CountScans(const QueryDesc *query, ScanCount *counts)
{
	Walk walk = {counts, 0, GroupingPlan(query->plannedstmt), false};

	if (query->planstate != nullptr)
		OnPlanState(query->planstate, &walk);
	return walk.used;
}

} // namespace steward::pg
