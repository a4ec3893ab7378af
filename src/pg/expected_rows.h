/*-------------------------------------------------------------------------
 *
 * expected_rows.h
 *	  How many rows of each table the planner expects a statement to read, and
 *	  how many groups it expects it to make of rows.
 *
 * Server.  Locks: see AnalyzedQuery::Plan.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <vector>

#include "model/row_count.h"
#include "pg/query_tree.h"

namespace steward::pg
{

struct ExpectedRows
{
	std::vector<RowCount>
		tables; /* by the conditions on each, as often as it is named, partitions too; `actual` is not set */
	uint64_t plan = 0; /* the same for plans that do the same */
};

/* Empty where it cannot be planned. */
ExpectedRows ExpectRows(AnalyzedQuery &query);

} // namespace steward::pg
