/*-------------------------------------------------------------------------
 *
 * limit_storage.cpp
 *	  What the steward's own tables give up to stay within a size.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#include "core/workload/limit_storage.h"

#include <algorithm>

namespace steward
{

namespace
{

constexpr double kShareOfActions = 0.5;

/* What is beyond its share is cut down to this part of it. */
constexpr double kCutTo = 0.8;

/* Beside much that cannot be given up, intervals still have this share. */
constexpr double kLeastShareOfIntervals = 0.25;

} // namespace

Forgotten
LimitStorage(const Storage &storage, double limit)
{
	Forgotten forgotten;
	double actions = storage.kept_bytes;
	double intervals = 0;

	for (const StoredAction &action : storage.ended)
		actions += action.bytes;
	if (actions > limit * kShareOfActions)
	{
		for (const StoredAction &action : storage.ended)
		{
			if (actions <= limit * kShareOfActions * kCutTo)
				break;
			actions -= action.bytes;
			forgotten.actions.push_back(action.id);
		}
	}

	double share = std::max(limit - actions, limit * kLeastShareOfIntervals);

	for (const StoredInterval &interval : storage.intervals)
		intervals += interval.rows * storage.row_bytes;
	if (intervals <= share)
		return forgotten;

	double kept = 0;

	for (size_t i = 0; i < storage.intervals.size(); i++)
	{
		kept += storage.intervals[i].rows * storage.row_bytes;
		if (i > 0 && kept > share * kCutTo)
		{
			forgotten.until = storage.intervals[i].until;
			break;
		}
	}
	return forgotten;
}

} // namespace steward
