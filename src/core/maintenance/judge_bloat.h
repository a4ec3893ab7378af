/*-------------------------------------------------------------------------
 *
 * judge_bloat.h
 *	  How much of an index would be gone after a rebuild.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <optional>

#include "model/index_bloat.h"

namespace steward
{

/*
 * The share of a btree that a rebuild would win, 0 to 1:
 *
 *	  1 - (average density of leaf pages / fillfactor) * (pages - unused) / pages
 *
 * as pgstattuple's pgstatindex counts them.  Nothing where no page was looked at.
 */
std::optional<double> BtreeBloat(const PageSample &sample);

/* The same of any index, from its bytes for each row now, and after it was rebuilt. */
std::optional<double> BloatSinceRebuild(double bytes_per_row, double rebuilt_bytes_per_row);

/* Whether a btree may have become so bloated since it was rebuilt that its pages are worth reading. */
bool IsWorthMeasuring(double bytes_per_row, std::optional<double> rebuilt_bytes_per_row, double threshold);

} // namespace steward
