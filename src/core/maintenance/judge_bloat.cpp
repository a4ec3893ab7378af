/*-------------------------------------------------------------------------
 *
 * judge_bloat.cpp
 *	  How much of an index would be gone after a rebuild.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#include "core/maintenance/judge_bloat.h"

#include <algorithm>

namespace steward
{

namespace
{

/* Rows of other lengths, or other duplicates, make an index larger without any bloat. */
constexpr double kMargin = 0.5;

} // namespace

std::optional<double>
BtreeBloat(const PageSample &sample)
{
	if (sample.looked_at <= 0 || sample.fillfactor <= 0)
		return std::nullopt;
	/* Nothing but pages that nobody uses. */
	if (sample.leaf_bytes <= 0)
		return sample.unused / sample.looked_at;

	double density = 1 - sample.free_bytes / sample.leaf_bytes;
	double used = 1 - sample.unused / sample.looked_at;

	return std::clamp(1 - density / (sample.fillfactor / 100) * used, 0.0, 1.0);
}

std::optional<double>
BloatSinceRebuild(double bytes_per_row, double rebuilt_bytes_per_row)
{
	if (bytes_per_row <= 0 || rebuilt_bytes_per_row <= 0)
		return std::nullopt;
	return std::clamp(1 - rebuilt_bytes_per_row / bytes_per_row, 0.0, 1.0);
}

bool
IsWorthMeasuring(double bytes_per_row, std::optional<double> rebuilt_bytes_per_row, double threshold)
{
	std::optional<double> bloat;

	if (rebuilt_bytes_per_row)
		bloat = BloatSinceRebuild(bytes_per_row, *rebuilt_bytes_per_row);
	return !bloat || *bloat >= threshold * kMargin;
}

} // namespace steward
