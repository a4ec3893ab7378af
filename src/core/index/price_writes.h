/*-------------------------------------------------------------------------
 *
 * price_writes.h
 *	  What keeping an index up to date costs.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <vector>

#include "model/query_shape.h"
#include "model/relation.h"

namespace steward
{

struct WritePrice
{
	double entries_per_hour = 0;
	double cost_per_hour = 0;              /* planner units */
	std::vector<ColumnNumber> set_columns; /* of the index, that statements set */
};

/*
 * A row that is inserted takes an entry, and so does one that is updated, but
 * for a HOT update.  An update that sets a column of the index is none any
 * more, so where statements do that all updates count.  An entry costs what the
 * planner takes for a descent (btcostestimate: 50 operators a level, and a
 * comparison for each halving of the tuples) and for one index tuple, with the
 * constants of a server that nobody tuned; of GIN, for each part of a value.
 * `height` is that of the index; -1 where it is not known.
 */
WritePrice PriceWrites(const Relation &relation, const IndexDefinition &index, int height,
					   const std::vector<ColumnWrite> &writes);

/* What a statement writes into one table in all of its executions. */
struct WriteLoad
{
	double inserted = 0;           /* rows */
	double updated = 0;            /* rows */
	std::vector<ColumnNumber> set; /* columns that it updates */
};

/*
 * What the statements' writes would cost with the index, more than now, in
 * planner units: an entry for each row that is inserted or updated, but for a HOT
 * update.  An update that sets a column of the index can be HOT no more, so
 * that it writes an entry of each other index of the table, too.  As large a
 * share of the rest is HOT as was so far.
 */
double PriceUpkeep(const Relation &relation, const IndexDefinition &index, int height,
				   const std::vector<WriteLoad> &loads);

} // namespace steward
