/*-------------------------------------------------------------------------
 *
 * touched_pages.h
 *	  How many pages of tables and indexes an execution of a plan touches.
 *
 * The planner's cost counts the pages that have to be fetched; one that is
 * looked at again and again counts once.  What an execution of a statement
 * looks at, in the buffers or not, the server counts (shared blocks hit and
 * read of pg_stat_statements): this is the same figure for a plan, if its
 * rows are those that the planner expects.
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

struct IndexExtent
{
	double pages;
	double tuples;
};

/* False where the index is one that the catalog knows; C-like. */
using FindExtent = bool (*)(Oid index, Oid relation, IndexExtent *extent, void *argument);

/* Subplans included, what rows that are written touch is not; C-like. */
double PagesTouched(PlannedStmt *plan, FindExtent hypothetical, void *argument);

} // namespace steward::pg
