/*-------------------------------------------------------------------------
 *
 * rebuildable.h
 *	  Which indexes can be built again from their definitions, and how.
 *
 * What stands in an expression or a predicate is evaluated for each row: it has to
 * be the server's own code, and to fail for no row that may have come since.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "pg/guard.h"

#include <string>

#include "model/object_id.h"
#include "model/relation.h"

namespace steward::pg
{

/* Of an index of an unpartitioned table. */
bool IsRebuildable(steward::ObjectId index);

/*
 * CREATE INDEX CONCURRENTLY from a definition of pg_get_indexdef().  Empty
 * where the text is anything else than one index of this very table.
 */
std::string RebuildStatement(const std::string &definition, const Relation &relation);

} // namespace steward::pg
