/*-------------------------------------------------------------------------
 *
 * plan_tree.cpp
 *	  Walk a finished plan and tell which indexes it uses.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/plan_tree.h"

extern "C"
{
#include "nodes/pg_list.h"
}

namespace steward::pg
{

namespace
{

struct Walk
{
	void (*note)(Oid index, void *argument);
	void *argument;
};

void WalkPlan(const Walk &walk, Plan *plan);

void
WalkPlans(const Walk &walk, List *plans)
{
	ListCell *cell;

	foreach (cell, plans)
		WalkPlan(walk, static_cast<Plan *>(lfirst(cell)));
}

void
WalkPlan(const Walk &walk, Plan *plan)
{
	if (plan == nullptr)
		return;
	switch (nodeTag(plan))
	{
		case T_IndexScan:
			walk.note(reinterpret_cast<IndexScan *>(plan)->indexid, walk.argument);
			break;
		case T_IndexOnlyScan:
			walk.note(reinterpret_cast<IndexOnlyScan *>(plan)->indexid, walk.argument);
			break;
		case T_BitmapIndexScan:
			walk.note(reinterpret_cast<BitmapIndexScan *>(plan)->indexid, walk.argument);
			break;
		case T_Append:
			WalkPlans(walk, reinterpret_cast<Append *>(plan)->appendplans);
			break;
		case T_MergeAppend:
			WalkPlans(walk, reinterpret_cast<MergeAppend *>(plan)->mergeplans);
			break;
		case T_BitmapAnd:
			WalkPlans(walk, reinterpret_cast<BitmapAnd *>(plan)->bitmapplans);
			break;
		case T_BitmapOr:
			WalkPlans(walk, reinterpret_cast<BitmapOr *>(plan)->bitmapplans);
			break;
		case T_SubqueryScan:
			WalkPlan(walk, reinterpret_cast<SubqueryScan *>(plan)->subplan);
			break;
		case T_CustomScan:
			WalkPlans(walk, reinterpret_cast<CustomScan *>(plan)->custom_plans);
			break;
		default:
			break;
	}
	WalkPlan(walk, plan->lefttree);
	WalkPlan(walk, plan->righttree);
}

} // namespace

void
WalkIndexScans(PlannedStmt *plan, void (*note)(Oid index, void *argument), void *argument)
{
	Walk walk = {note, argument};

	WalkPlan(walk, plan->planTree);
	WalkPlans(walk, plan->subplans);
}

} // namespace steward::pg
