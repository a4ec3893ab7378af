/*-------------------------------------------------------------------------
 *
 * relation.h
 *	  A table as the adviser sees it: columns, statistics, indexes.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <map>
#include <string>
#include <vector>

#include "model/index_definition.h"
#include "model/object_id.h"

namespace steward
{

/* The numbers of elements that are no plain columns start here, above those of any real column. */
constexpr ColumnNumber kFirstElement = 2000;

/*
 * What an index can have as a key: a column with its default operator class
 * or, with a number from kFirstElement on, an expression on columns, or a
 * column with another operator class.
 */
struct Column
{
	ColumnNumber number = 0;
	std::string name;           /* of an expression: one to call its index by */
	std::string expression;     /* SQL, all names qualified; empty for a column */
	bool is_call = false;       /* the expression is a function call, which needs no parentheses */
	std::string opclass;        /* SQL; empty for the default one */
	ColumnNumber base = 0;      /* of a column with another operator class: the real column */
	bool indexable = false;     /* its type has a default btree operator class */
	bool deduplicates = false;  /* equal values are equal bytes, so btree may share them */
	double average_width = 0;   /* bytes, from pg_statistic, or the type's guess */
	double measured_width = 0;  /* bytes, from pg_statistic alone; 0 = no statistics */
	double largest_width = 0;   /* bytes, of any value the type allows; 0 = without bound */
	int alignment = 1;          /* bytes */
	double distinct_values = 0; /* estimated number, from pg_statistic; 0 = unknown */
	double null_fraction = 0;
};

/* A key of an index that is there, beside its column number and order. */
struct KeyText
{
	std::string expression; /* as pg_get_indexdef() has it; empty for a column */
	std::string opclass;    /* as Column has it */
};

struct ExistingIndex
{
	ObjectId oid = 0;
	std::string name;               /* schema-qualified, quoted where needed */
	std::string signature;          /* all that makes two indexes exact duplicates */
	std::string definition;         /* pg_get_indexdef */
	bool plain_btree = false;       /* an IndexDefinition can say all that it is */
	bool elements_only = false;     /* so it would if all its keys were among the relation's columns */
	std::vector<IndexKey> keys;     /* of a plain btree */
	std::vector<KeyText> key_texts; /* one for each key */
	std::vector<ColumnNumber> included;
	bool valid = false;
	bool droppable = false;   /* no constraint, replica identity, cluster or partition hangs on it */
	bool rebuildable = false; /* of plain columns: built again, it runs nobody's code */
	double size_bytes = 0;
};

struct Relation
{
	ObjectId oid = 0;
	std::string schema;
	std::string name;
	std::string quoted; /* schema-qualified, quoted where needed */
	std::string label;  /* schema.table unquoted, what exclusion patterns match */
	std::string unfit;  /* why no index is proposed on it; empty where one may be */
	double pages = 0;
	double tuples = 0;
	bool analyzed = false;
	std::map<ColumnNumber, Column> columns;
	std::vector<ExistingIndex> indexes;
};

using Catalog = std::map<ObjectId, Relation>;

} // namespace steward
