/*-------------------------------------------------------------------------
 *
 * propose_search_indexes.h
 *	  The indexes of other access methods than btree worth pricing.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <vector>

#include "model/index_definition.h"
#include "model/query_shape.h"
#include "model/relation.h"

namespace steward
{

/* For one appearance of a table. */
std::vector<IndexDefinition> ProposeSearchIndexes(const RelationUse &use, const Relation &relation);

} // namespace steward
