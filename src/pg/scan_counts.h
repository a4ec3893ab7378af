/*-------------------------------------------------------------------------
 *
 * scan_counts.h
 *	  How many rows of each table an execution read, and how many groups it
 *	  made of rows, beside what the planner expected.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "pg/guard.h"

extern "C"
{
#include "executor/execdesc.h"
}

namespace steward::pg
{

/* As it is kept in shared memory. */
struct ScanCount
{
	Oid relation; /* InvalidOid: groups of rows */
	float planned;
	float actual;
};

constexpr int kMostScans = 4; /* of a statement */

/* Not where all there is is a row by its key: the planner knows that.  C-like. */
bool IsWorthCounting(const PlannedStmt *statement);

/*
 * Reads the counts of an execution whose nodes counted their rows, just before it
 * ends: of tables that were read once and by conditions, and of the one node that
 * groups.  Where a node above may have had enough before the last row, only more rows
 * than expected say something.  Returns how many; C-like.
 */
int CountScans(const QueryDesc *query, ScanCount *counts);

} // namespace steward::pg
