/*-------------------------------------------------------------------------
 *
 * statement.h
 *	  A statement of the workload and what it did within the window.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "model/object_id.h"

namespace steward
{

/* The key of pg_stat_statements, the database aside: it is this one. */
struct StatementKey
{
	ObjectId userid = 0;
	int64_t queryid = 0;
	bool toplevel = true;

	auto operator<=>(const StatementKey &) const = default;
};

/* What is counted for a statement; times in ms, blocks of BLCKSZ. */
struct StatementCounters
{
	int64_t calls = 0;
	double total_ms = 0;
	int64_t rows = 0;
	int64_t blocks_hit = 0;
	int64_t blocks_read = 0;
	double sum_squares = 0; /* of the times of all executions, ms^2 */

	StatementCounters &operator+=(const StatementCounters &other)
	{
		calls += other.calls;
		total_ms += other.total_ms;
		rows += other.rows;
		blocks_hit += other.blocks_hit;
		blocks_read += other.blocks_read;
		sum_squares += other.sum_squares;
		return *this;
	}

	double MeanMs() const { return calls > 0 ? total_ms / static_cast<double>(calls) : 0; }

	bool operator==(const StatementCounters &) const = default;
};

struct Statement
{
	StatementKey key;
	std::string text;
	StatementCounters counters; /* within the window */
	double since = 0;           /* start of what is counted, seconds since 1970 */

	bool operator==(const Statement &) const = default;
};

/* A statement as pg_stat_statements shows it this moment. */
struct LiveStatement
{
	StatementKey key;
	StatementCounters counters;
	double since = 0; /* when its counting began, seconds since 1970 */
	std::string text;
	double least_ms = 0; /* the shortest execution since then; 0: not known */
};

/* Counters as the steward last noted them. */
struct SeenCounters
{
	StatementCounters counters;
	double seen_at = 0;
};

/* What a statement added within an interval that the steward watched. */
struct WindowPart
{
	StatementCounters counters;
	double since = 0;
};

} // namespace steward
