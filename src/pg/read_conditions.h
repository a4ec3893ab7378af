/*-------------------------------------------------------------------------
 *
 * read_conditions.h
 *	  Conditions that may become the predicate of a partial index.
 *
 * C-like, as read_clauses.h is.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "pg/read_clauses.h"

namespace steward::pg
{

/* Notes the restriction if it is one: a comparison with a constant, a truth value, IS [NOT] NULL. */
void ReadCondition(const Reading &reading, RestrictInfo *info);

/* What a predicate is, besides its text; Vars are of relation number 1. */
struct ConditionFacts
{
	AttrNumber column; /* that it is on; 0: an expression */
	bool fixes;        /* the column has one value in all rows that fulfil it */
	bool compares;     /* with a constant; not a truth value or NULL */
	int values;        /* that an equality or a list admits; 0: it is neither */
	bool tells_value;  /* the constant may be a value of somebody's rows */
};

ConditionFacts DescribeCondition(Node *clause);

} // namespace steward::pg
