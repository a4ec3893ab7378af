/*-------------------------------------------------------------------------
 *
 * find_superfluous.h
 *	  Indexes that a new one makes superfluous.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <vector>

#include "model/relation.h"

namespace steward
{

/*
 * Btrees whose keys are the first ones of the new index and whose included
 * columns it has too: what they find it finds as well.  Only such on which
 * nothing but speed depends.
 */
std::vector<ExistingIndex> FindSuperfluous(const Relation &relation, const IndexDefinition &index);

} // namespace steward
