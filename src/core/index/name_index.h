/*-------------------------------------------------------------------------
 *
 * name_index.h
 *	  A readable name for a new index that nothing else has.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <set>
#include <string>

#include "model/index_definition.h"
#include "model/relation.h"

namespace steward
{

/*
 * table_column_column_idx, as the server would name it, with _where_column
 * before the end for a partial index, cut to fit into 63 bytes, with a number where the name stands in `taken`.
 */
std::string NameIndex(const Relation &relation, const IndexDefinition &index,
					  const std::set<std::string> &taken);

} // namespace steward
