/*-------------------------------------------------------------------------
 *
 * find_duplicates.h
 *	  Indexes that do exactly what another index of the table does.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <string>
#include <vector>

#include "model/relation.h"

namespace steward
{

struct DuplicateIndex
{
	ExistingIndex index; /* may go */
	ExistingIndex twin;  /* stays */
};

/*
 * Of a set of exact duplicates (same access method, columns, operator
 * classes, collations, order, INCLUDE, expressions, predicate, options) one
 * stays: one that may not be dropped if there is such, else the oldest.
 */
std::vector<DuplicateIndex> FindDuplicates(const Relation &relation);

/* Those that only their expression or predicate keeps: they could not be built again for sure. */
std::vector<DuplicateIndex> FindDuplicatesToDropByHand(const Relation &relation);

/*
 * Btrees whose columns, in their order, are the first ones of another: that one
 * finds the same rows, out of more pages.  Of those only whose whole definition
 * is known here, and which may be dropped.
 */
std::vector<DuplicateIndex> FindCovered(const Relation &relation);

} // namespace steward
