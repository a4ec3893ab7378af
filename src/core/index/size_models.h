/*-------------------------------------------------------------------------
 *
 * size_models.h
 *	  The size of an index right after CREATE INDEX, by access method.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "core/index/estimate_size.h"
#include "core/index/indexed_rows.h"

namespace steward
{

namespace page
{

constexpr double kSize = 8192;
constexpr double kHeader = 24;
constexpr double kLinePointer = 4;
constexpr double kTupleId = 6;

} // namespace page

IndexSize EstimateBtree(const IndexedRows &rows);

/* In pages. */
double EstimateHash(const IndexedRows &rows);
double EstimateBrin(const IndexedRows &rows);
double EstimateGin(const IndexedRows &rows);
double EstimateGist(const IndexedRows &rows);
double EstimateSpgist(const IndexedRows &rows);

} // namespace steward
