/*-------------------------------------------------------------------------
 *
 * plan_tree.h
 *	  Walk a finished plan: which indexes and how many workers it uses, and whether it is like another one.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "pg/guard.h"

extern "C"
{
#include "nodes/plannodes.h"
}

namespace steward::pg
{

/* Calls note(index OID, argument) for each index scan of the plan, subplans included; C-like. */
void WalkIndexScans(PlannedStmt *plan, void (*note)(Oid index, void *argument), void *argument);

/* Each plan right below this one, but for those of its expressions; C-like. */
void VisitBelow(Plan *plan, void (*visit)(Plan *plan, void *argument), void *argument);

/* The same for plans that read the same tables and indexes by the same nodes in the same order; C-like. */
uint64 PlanShape(PlannedStmt *plan);

/* Whether the plan makes one row of all those that are equal, and leaves none of these out; C-like. */
bool IsGrouping(const Plan *plan);

/* The plan in it that groups; null where none does, or more than one; C-like. */
const Plan *GroupingPlan(PlannedStmt *plan);

/* Parallel workers that the plan asks for, of the Gather that asks for most; C-like. */
int PlannedWorkers(PlannedStmt *plan);

} // namespace steward::pg
