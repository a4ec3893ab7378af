/*-------------------------------------------------------------------------
 *
 * plan_tree.cpp
 *	  Walk a finished plan: which indexes and how many workers it uses, and whether it is like another one.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/plan_tree.h"

extern "C"
{
#include "common/hashfn.h"
#include "nodes/pg_list.h"
}

#include <algorithm>

namespace steward::pg
{

namespace
{

void
VisitPlans(List *plans, void (*visit)(Plan *plan, void *argument), void *argument)
{
	ListCell *cell;

	foreach (cell, plans)
		visit(static_cast<Plan *>(lfirst(cell)), argument);
}

} // namespace

void
VisitBelow(Plan *plan, void (*visit)(Plan *plan, void *argument), void *argument)
{
	switch (nodeTag(plan))
	{
		case T_Append:
			VisitPlans(reinterpret_cast<Append *>(plan)->appendplans, visit, argument);
			break;
		case T_MergeAppend:
			VisitPlans(reinterpret_cast<MergeAppend *>(plan)->mergeplans, visit, argument);
			break;
		case T_BitmapAnd:
			VisitPlans(reinterpret_cast<BitmapAnd *>(plan)->bitmapplans, visit, argument);
			break;
		case T_BitmapOr:
			VisitPlans(reinterpret_cast<BitmapOr *>(plan)->bitmapplans, visit, argument);
			break;
		case T_SubqueryScan:
			visit(reinterpret_cast<SubqueryScan *>(plan)->subplan, argument);
			break;
		case T_CustomScan:
			VisitPlans(reinterpret_cast<CustomScan *>(plan)->custom_plans, visit, argument);
			break;
		default:
			break;
	}
	if (plan->lefttree != nullptr)
		visit(plan->lefttree, argument);
	if (plan->righttree != nullptr)
		visit(plan->righttree, argument);
}

namespace
{

struct Walk
{
	void (*visit)(Plan *plan, void *argument);
	void *argument;
};

void
WalkPlan(const Walk &walk, Plan *plan)
{
	if (plan == nullptr)
		return;
	walk.visit(plan, walk.argument);
	VisitBelow(
		plan, [](Plan *below, void *argument) { WalkPlan(*static_cast<const Walk *>(argument), below); },
		const_cast<Walk *>(&walk));
}

void
WalkStatement(PlannedStmt *plan, void (*visit)(Plan *plan, void *argument), void *argument)
{
	Walk walk = {visit, argument};

	WalkPlan(walk, plan->planTree);
	VisitPlans(
		plan->subplans,
		[](Plan *subplan, void *inner) { WalkPlan(*static_cast<const Walk *>(inner), subplan); }, &walk);
}

/* InvalidOid where it scans none. */
Oid
ScannedIndex(Plan *plan)
{
	switch (nodeTag(plan))
	{
		case T_IndexScan:
			return reinterpret_cast<IndexScan *>(plan)->indexid;
		case T_IndexOnlyScan:
			return reinterpret_cast<IndexOnlyScan *>(plan)->indexid;
		case T_BitmapIndexScan:
			return reinterpret_cast<BitmapIndexScan *>(plan)->indexid;
		default:
			return InvalidOid;
	}
}

/* Zero where it scans none. */
Index
ScannedRelation(Plan *plan)
{
	switch (nodeTag(plan))
	{
		case T_SeqScan:
		case T_IndexScan:
		case T_IndexOnlyScan:
		case T_BitmapHeapScan:
			return reinterpret_cast<Scan *>(plan)->scanrelid;
		default:
			return 0;
	}
}

struct IndexNote
{
	void (*note)(Oid index, void *argument);
	void *argument;
};

void
NoteIndexOf(Plan *plan, void *argument)
{
	auto *note = static_cast<IndexNote *>(argument);
	Oid index = ScannedIndex(plan);

	if (OidIsValid(index))
		note->note(index, note->argument);
}

void
AddToShape(Plan *plan, void *argument)
{
	auto *shape = static_cast<uint64 *>(argument);

	*shape = hash_combine64(*shape, nodeTag(plan));
	*shape = hash_combine64(*shape, ScannedIndex(plan));
	*shape = hash_combine64(*shape, ScannedRelation(plan));
}

struct Groupings
{
	const Plan *first;
	int count;
};

void
NoteGrouping(Plan *plan, void *argument)
{
	auto *groupings = static_cast<Groupings *>(argument);

	if (IsGrouping(plan) && groupings->count++ == 0)
		groupings->first = plan;
}

void
NoteWorkers(Plan *plan, void *argument)
{
	auto *most = static_cast<int *>(argument);

	if (nodeTag(plan) == T_Gather)
		*most = std::max(*most, reinterpret_cast<Gather *>(plan)->num_workers);
	if (nodeTag(plan) == T_GatherMerge)
		*most = std::max(*most, reinterpret_cast<GatherMerge *>(plan)->num_workers);
}

} // namespace

void
WalkIndexScans(PlannedStmt *plan, void (*note)(Oid index, void *argument), void *argument)
{
	IndexNote each = {note, argument};

	WalkStatement(plan, NoteIndexOf, &each);
}

uint64
PlanShape(PlannedStmt *plan)
{
	uint64 shape = 0;

	WalkStatement(plan, AddToShape, &shape);
	return shape;
}

bool
IsGrouping(const Plan *plan)
{
	if (nodeTag(plan) == T_Agg)
	{
		const auto *aggregate = reinterpret_cast<const Agg *>(plan);

		/* One of a parallel worker groups a part of the rows. */
		return aggregate->numCols > 0 && !DO_AGGSPLIT_SKIPFINAL(aggregate->aggsplit) && plan->qual == NIL &&
			   aggregate->groupingSets == NIL && aggregate->chain == NIL;
	}
	return (nodeTag(plan) == T_Group || nodeTag(plan) == T_Unique) && plan->qual == NIL;
}

const Plan *
GroupingPlan(PlannedStmt *plan)
{
	Groupings groupings = {nullptr, 0};

	WalkStatement(plan, NoteGrouping, &groupings);
	return groupings.count == 1 ? groupings.first : nullptr;
}

int
PlannedWorkers(PlannedStmt *plan)
{
	int most = 0;

	WalkStatement(plan, NoteWorkers, &most);
	return most;
}

} // namespace steward::pg
