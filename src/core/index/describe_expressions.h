/*-------------------------------------------------------------------------
 *
 * describe_expressions.h
 *	  What the sample of a table's rows says of its expressions.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "model/relation.h"

namespace steward
{

/*
 * Nobody has statistics of an expression before an index is on it, so it has
 * taken over what is known of its column; what was seen of it is better.
 */
void DescribeExpressions(Relation &relation);

} // namespace steward
