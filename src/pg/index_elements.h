/*-------------------------------------------------------------------------
 *
 * index_elements.h
 *	  What an index can hold beside a plain column with its default operator
 *	  class: expressions, and columns with another operator class.
 *
 * Each gets a column number of its own, above those of real columns, so that
 * whoever chooses columns for an index chooses among them just the same.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "pg/guard.h"

extern "C"
{
#include "nodes/nodes.h"
}

#include <map>
#include <vector>

#include "model/relation.h"
#include "pg/raii.h"

namespace steward::pg
{

struct IndexElement
{
	Oid relation = InvalidOid;
	Node *expression = nullptr; /* its Vars are of relation number 1; a Var itself for a column */
	Oid opclass = InvalidOid;   /* InvalidOid: the default one of btree */
	bool is_condition = false;  /* of a partial index: `expression` is what its rows fulfil */
};

class IndexElements
{
public:
	IndexElements();

	/* The number of the element; equal ones have the same.  0 where there are too many. */
	ColumnNumber Register(Oid relation, Node *expression, Oid opclass);

	/* The same for the condition of a partial index. */
	ColumnNumber RegisterCondition(Oid relation, Node *condition);

	/* Null for the number of a real column. */
	const IndexElement *Find(ColumnNumber number) const;

	/* Those of the numbers from kFirstElement on. */
	const std::vector<IndexElement> &all() const { return elements_; }

	/* Adds them to the columns of their tables, those that can be read now; and finds them in the indexes that are there. */
	void AddTo(Catalog &catalog) const;

private:
	ColumnNumber Take(const IndexElement &element);

	OwnedMemoryContext context_;
	std::vector<IndexElement> elements_;
	std::map<Oid, std::vector<size_t>> by_relation_;
};

/*
 * Takes an index that is there for what it is where its expressions and
 * operator classes are among the relation's columns.
 */
void RecognizeIndexes(steward::Relation &relation);

} // namespace steward::pg
