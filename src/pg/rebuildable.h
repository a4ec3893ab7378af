/*-------------------------------------------------------------------------
 *
 * rebuildable.h
 *	  Which indexes can be built again from their definitions, and how.
 *
 * One of plain columns always can.  While the text of an expression or of a
 * predicate is read, and for each row when it is built, what stands there runs:
 * that has to be the server's own code, and to fail for no row.
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

/* Of an index of an unpartitioned table; `definition` as pg_get_indexdef() has it with our search_path. */
bool IsRebuildable(steward::ObjectId index, const std::string &definition);

/*
 * CREATE INDEX CONCURRENTLY from a definition of pg_get_indexdef().  Empty
 * where the text is anything else than one index of this very table, or
 * names what is not the server's own.
 */
std::string RebuildStatement(const std::string &definition, const Relation &relation);

} // namespace steward::pg
