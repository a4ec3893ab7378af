/*-------------------------------------------------------------------------
 *
 * included_columns.h
 *	  Which columns an index may hold beside its keys.
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

/* Bytes of a row's values. */
double RowWidth(const Relation &relation);

/*
 * Whether they are few enough, hold no more than a part of the row, and fit
 * into an entry whatever their values: a row with a value that does not could
 * not be written at all.
 */
bool MayInclude(const Relation &relation, const std::vector<ColumnNumber> &columns);

} // namespace steward
