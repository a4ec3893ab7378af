/*-------------------------------------------------------------------------
 *
 * hypothetical_index.h
 *	  The planner's description of an index that is not there.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "pg/guard.h"

extern "C"
{
#include "nodes/pathnodes.h"
}

#include "model/index_definition.h"

namespace steward::pg
{

class IndexElements;

/*
 * All but the relation and the size, its expressions of relation number 1, in
 * the current memory context.  Null where the table is gone or locked by now;
 * an ERROR where it has changed.  C-like.
 */
IndexOptInfo *DescribeIndex(const IndexDefinition &definition, bool as_hypopg, const IndexElements &elements,
							Oid oid);

/* An index on these expressions that no plan can use; C-like. */
IndexOptInfo *DescribeCarrier(List *expressions, Oid oid);

} // namespace steward::pg
