/*-------------------------------------------------------------------------
 *
 * query_shape.h
 *	  What the planner knows of a statement that an index could serve.
 *
 * Taken from the planner's own structures (base restrictions, join clauses
 * and equivalence classes, pathkeys), so that views, casts, operator classes
 * and collations are right.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <vector>

#include "model/index_definition.h"
#include "model/object_id.h"

namespace steward
{

enum class ColumnUseKind
{
	kEquality, /* column = value, IN, IS NULL */
	kRange,    /* column < value and the like */
	kJoin,     /* column = column of another relation */
};

struct ColumnUse
{
	ColumnNumber column = 0;
	ColumnUseKind kind = ColumnUseKind::kEquality;
	double selectivity = 1; /* of the clause; joins: 1 */
	int partner = 0;        /* joins: which other relation of the statement, any number */
	bool repeated = false;  /* the value comes from an outer query, so it is asked for again and again */

	bool operator==(const ColumnUse &) const = default;
};

/* A condition or an order by distance that an index of another access method than btree can serve. */
struct SearchUse
{
	ColumnNumber column = 0; /* an element with the operator class, see Column::method */
	double selectivity = 1;  /* of the condition; orders: 1 */
	bool orders = false;     /* ORDER BY column <-> value */
	bool also_btree = false; /* a btree serves it, too */

	bool operator==(const SearchUse &) const = default;
};

/* A condition whose constant stands in the text of the statement: a partial index may hold just its rows. */
struct ConditionUse
{
	ColumnNumber condition = 0; /* the number of a Condition */
	double selectivity = 1;

	bool operator==(const ConditionUse &) const = default;
};

/* One appearance of a table in a statement; a self-join has two. */
struct RelationUse
{
	ObjectId relation = 0;
	std::vector<ColumnUse> columns;
	std::vector<std::vector<IndexKey>> orders; /* ORDER BY, GROUP BY, DISTINCT, windows */
	std::vector<ColumnNumber> referenced;      /* every column the statement reads here */
	std::vector<SearchUse> searches = {};
	std::vector<ConditionUse> conditions = {};
	std::vector<ColumnNumber> grouped = {}; /* GROUP BY or DISTINCT, where all of it is of this table */

	bool operator==(const RelationUse &) const = default;
};

/* A column that the statement sets in rows that are there. */
struct ColumnWrite
{
	ObjectId relation = 0;
	ColumnNumber column = 0;

	auto operator<=>(const ColumnWrite &) const = default;
};

struct QueryShape
{
	std::vector<RelationUse> relations;
	std::vector<ColumnWrite> writes = {}; /* of UPDATE, ON CONFLICT DO UPDATE and MERGE */

	bool operator==(const QueryShape &) const = default;
};

} // namespace steward
