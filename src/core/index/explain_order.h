/*-------------------------------------------------------------------------
 *
 * explain_order.h
 *	  Say in words why the columns of an index stand in their order.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <string>
#include <vector>

#include "model/query_shape.h"
#include "model/relation.h"

namespace steward
{

/* `served` are the shapes of the statements that gain. */
std::string ExplainOrder(const IndexDefinition &index, const Relation &relation,
						 const std::vector<const QueryShape *> &served);

} // namespace steward
