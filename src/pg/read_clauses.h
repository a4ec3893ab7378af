/*-------------------------------------------------------------------------
 *
 * read_clauses.h
 *	  What the conditions on a relation have to do with an index on it.
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
#include "nodes/pathnodes.h"
}

#include <new>

#include "model/query_shape.h"

namespace steward::pg
{

/* A column, or with column 0 an expression.  Vars in expressions are of relation number 1. */
struct FoundElement
{
	AttrNumber column;
	Node *expression;
	Oid opclass; /* InvalidOid: the default one; else the expression is there for a column, too */
};

struct FoundColumn
{
	FoundElement element;
	ColumnUseKind kind;
	double selectivity;
	int partner;
	bool repeated;
};

struct FoundKey
{
	FoundElement element;
	bool descending;
	bool nulls_first;
};

/* See SearchUse; the element's operator class is never the default one of btree. */
struct FoundSearch
{
	FoundElement element;
	double selectivity;
	bool orders;
	bool also_btree;
};

/* A condition that may become the predicate of a partial index. */
struct FoundCondition
{
	Node *clause; /* its Vars are of relation number 1; null: a value in it was bound */
	double selectivity;
};

struct FoundRelation
{
	Oid relation;
	List *columns;    /* of FoundColumn */
	List *orders;     /* of List of FoundKey */
	List *referenced; /* of int */
	List *searches;   /* of FoundSearch */
	List *conditions; /* of FoundCondition */
	List *grouped;    /* of FoundElement */
};

struct Finder
{
	MemoryContext keep;
	List *relations; /* of FoundRelation */
};

/* The relation at hand while its clauses are read. */
struct Reading
{
	PlannerInfo *root;
	RelOptInfo *rel;
	Finder *finder;
	FoundRelation *found;
};

template <typename T>
T *
Make(T value)
{
	return new (palloc(sizeof(T))) T(value);
}

/* The btree operator family an index on the column would have; InvalidOid where there is none. */
Oid FamilyOf(Oid type);

/* One side of a comparison, as an index could hold it. */
struct Operand
{
	FoundElement element; /* column 0 and no expression: no index can */
	Oid type;
	Oid collation;

	bool fits() const { return element.column != 0 || element.expression != nullptr; }
};

/* Binary-compatible casts aside. */
Operand OperandOf(const Reading &reading, Node *node);

/* The same as a key with an operator class of its own. */
FoundElement WithClass(const Operand &operand, Oid opclass);

/* The btree strategy of `operand operator value`, 0 where no btree serves it. */
int StrategyOf(const Operand &operand, Oid operator_id, Oid collation);

/* The expression, with Vars of relation number 1 whoever named them how. */
Node *MoveToFirst(const Reading &reading, Node *node);

/* Notes one use of an element. */
void AddColumn(const Reading &reading, const FoundElement &element, ColumnUseKind kind, double selectivity,
			   int partner, bool repeated = false);

/* Notes what the clause, a RestrictInfo or what is in it, compares. */
void ReadClause(const Reading &reading, Node *clause, double selectivity);

} // namespace steward::pg
