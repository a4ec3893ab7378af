/*-------------------------------------------------------------------------
 *
 * column_values.h
 *	  Values of columns, as the server's statistics hold them.
 *
 * C-like: what is found lies in server structures, since an ERROR may jump
 * over this code.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "pg/guard.h"

extern "C"
{
#include "nodes/parsenodes.h"
}

namespace steward::pg
{

/* Where a column comes from; no entry: from nowhere that has statistics. */
struct ColumnSource
{
	RangeTblEntry *entry;
	const Query *query; /* the entry is in its range table */
	AttrNumber column;
};

/* Some values, of one type. */
struct ColumnValues
{
	Oid type;
	int count;
	Datum *values;
};

/* What the server knows of a column; no values where it may not be asked. */
struct ColumnStatistics
{
	Oid relation;
	AttrNumber column;
	bool inherited;
	ColumnValues common; /* most frequent first */
	float4 *frequencies;
	double other_frequency;
	ColumnValues bounds; /* ascending */
	bool all_common;     /* the bounds are the common values in order */
	int equal;           /* parameters that are to equal it, so far */
};

/* Whether the server itself brings the function. */
bool IsServersFunction(Oid function);

/*
 * What is known of the source, read once for each of `columns`, a List of
 * ColumnStatistics; null where the planner would not look at its statistics
 * for him who reads the table.
 */
ColumnStatistics *FindStatistics(List **columns, const ColumnSource &source);

/* As values of another type of the server's; none where some might not fit into it. */
ColumnValues Converted(const ColumnValues &values, Oid type);

} // namespace steward::pg
