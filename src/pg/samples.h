/*-------------------------------------------------------------------------
 *
 * samples.h
 *	  Real texts and bind values of statements, a few of each, in shared
 *	  memory.
 *
 * Values of people's rows: they leave shared memory only to be planned with,
 * by the process that plans.  The store is one table of fixed size, eight
 * places for each hash; a statement that finds them taken takes the place of
 * the one that was sampled longest ago.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "pg/guard.h"

extern "C"
{
#include "nodes/params.h"
}

#include <cstdint>
#include <string>
#include <vector>

#include "model/row_count.h"
#include "model/statement.h"
#include "pg/scan_counts.h"

namespace steward::pg
{

/* A bind value as it was passed. */
struct SampledValue
{
	enum class Kind
	{
		kUnknown, /* too long, or not in one piece */
		kNull,
		kValue,
	};

	Oid type = InvalidOid;
	Kind kind = Kind::kUnknown;
	std::string bytes; /* of the datum, as a by-value datum or as what it points to */

	bool operator==(const SampledValue &) const = default;
};

struct StatementSample
{
	std::string text;
	std::string search_path;
	std::vector<SampledValue> values; /* of $1, $2, ... */
	std::vector<RowCount> rows;       /* of tables that it read, where they were counted */

	/* The same statement with the same values. */
	bool operator==(const StatementSample &other) const
	{
		return text == other.text && search_path == other.search_path && values == other.values;
	}
};

/* What is kept of a statement of this database; empty where there is nothing. */
std::vector<StatementSample> ReadSamples(const StatementKey &key);

struct SampleCounts
{
	int64_t statements = 0;
	int64_t samples = 0;
	int64_t contended = 0; /* dropped since start: somebody else was writing */
	int64_t not_kept = 0;  /* dropped since start: too long, or with too many values */
};

SampleCounts CountSamples();

/* Whether the server keeps samples at all. */
bool KeepsSamples();

/* Called once by _PG_init while shared_preload_libraries is loaded. */
void RequestSampleMemory();

/* The parts for the hook on the path of people's statements: C-like, no ERROR, no wait. */

/* Whether the statement, run now by the current role, is one to sample. */
bool WantsSample(uint64_t queryid);

/* Which sample an execution is, so that its rows can be added when it ends. */
struct SampleTicket
{
	uint32 place;
	int number; /* -1: none was kept */
	uint32 seen;
	Oid role;
};

/*
 * Keeps a sample, or counts it as dropped.  `length` is that of the statement
 * within `text`; 0: to the end.
 */
SampleTicket KeepSample(uint64_t queryid, const char *text, int length, ParamListInfo parameters);

/* Adds the rows that it read, unless another sample has taken its place. */
void KeepRowCounts(const SampleTicket &ticket, uint64_t queryid, const ScanCount *counts, int used);

} // namespace steward::pg
