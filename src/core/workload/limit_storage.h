/*-------------------------------------------------------------------------
 *
 * limit_storage.h
 *	  What the steward's own tables give up to stay within a size.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace steward
{

/* What the statements added within one interval. */
struct StoredInterval
{
	double until = 0; /* seconds since 1970 */
	double rows = 0;
};

/* An action that has ended, with its entries in the journal. */
struct StoredAction
{
	int64_t id = 0;
	double bytes = 0;
};

struct Storage
{
	double row_bytes = 0;                  /* of an interval's row, with its index entry */
	double kept_bytes = 0;                 /* of what is never given up: open actions, decisions, counters */
	std::vector<StoredInterval> intervals; /* the newest first */
	std::vector<StoredAction> ended;       /* the least worth first */
};

struct Forgotten
{
	std::optional<double> until; /* intervals that end then or before */
	std::vector<int64_t> actions;
};

/*
 * The first of the ended actions beyond half of `limit` bytes, then the oldest
 * intervals beyond what is left; somewhat more, so that it is not again at once.
 * The newest interval always stays.
 */
Forgotten LimitStorage(const Storage &storage, double limit);

} // namespace steward
