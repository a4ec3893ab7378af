/*-------------------------------------------------------------------------
 *
 * find_parameters.h
 *	  The parameters of a statement, and the columns they are compared with.
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

#include "model/parameter_use.h"
#include "pg/column_values.h"

namespace steward::pg
{

/* What a parameter of a pattern becomes of the beginning of a value. */
struct PatternForm
{
	const char *before;
	const char *after;
	const char *special; /* characters that need a backslash */
};

/* A parameter and what it is compared with. */
struct FoundUse
{
	int number;
	ParameterUseKind kind;
	Oid type;
	const RangeTblEntry *entry; /* of the column's table; null for LIMIT and OFFSET */
	const ColumnStatistics *column;
	ColumnValues common; /* of the type of the parameter, or of its elements */
	ColumnValues bounds;
	int position;
	bool paired;
	bool counts_rows;
	const PatternForm *form;
};

/* A List of FoundUse by number, one for each parameter for which there are values. */
List *FindParameters(Query *tree);

} // namespace steward::pg
