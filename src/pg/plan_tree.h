/*-------------------------------------------------------------------------
 *
 * plan_tree.h
 *	  Walk a finished plan and tell which indexes it uses.
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

} // namespace steward::pg
