/*-------------------------------------------------------------------------
 *
 * row_count.h
 *	  How many rows of a table a statement reads, by its conditions, or how
 *	  many groups it makes of rows.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "model/object_id.h"

namespace steward
{

struct RowCount
{
	ObjectId relation = 0; /* 0: groups */
	double planned = 0;    /* what the planner expects */
	double actual = 0;     /* what an execution found */
	double at = 0;         /* when that was, in seconds since 1970 */
};

} // namespace steward
