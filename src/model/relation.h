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
#include "model/row_sample.h"

namespace steward
{

/* The numbers of elements that are no plain columns start here, above those of any real column. */
constexpr ColumnNumber kFirstElement = 2000;

/*
 * What an index can have as a key: a column with its default btree operator
 * class or, with a number from kFirstElement on, an expression on columns, or
 * either with another operator class, which may be one of another access method.
 */
struct Column
{
	ColumnNumber number = 0;
	std::string name;       /* of an expression: one to call its index by */
	std::string expression; /* SQL, all names qualified; empty for a column */
	bool is_call = false;   /* the expression is a function call, which needs no parentheses */
	bool may_fail =
		false; /* the expression raises an error for some values: with an index no row may have them */
	std::string method = "btree"; /* pg_am.amname of the operator class */
	std::string opclass;          /* SQL; empty for the default one of its access method */
	bool multi_column = true;     /* the access method can have other keys beside it */
	ColumnNumber base = 0;        /* of a column with another operator class: the real column */
	bool indexable = false;       /* its type has a default btree operator class */
	bool deduplicates = false;    /* equal values are equal bytes, so btree may share them */
	double average_width = 0;     /* bytes, from pg_statistic, or the type's guess */
	double measured_width = 0;    /* bytes, from pg_statistic alone; 0 = no statistics */
	double largest_width = 0;     /* bytes, of any value the type allows; 0 = without bound */
	int alignment = 1;            /* bytes */
	double distinct_values = 0;   /* estimated number, from pg_statistic; 0 = unknown */
	double null_fraction = 0;
	double correlation = 0;     /* of values and places in the table, -1 to 1; 0 = none or unknown */
	bool unique_values = false; /* no value occurs twice, as far as is known */

	bool operator==(const Column &) const = default;
};

/* Which rows a partial index holds. */
struct Condition
{
	ColumnNumber number = 0;  /* from kFirstElement on; no column has it */
	std::string sql;          /* all names qualified */
	std::string name;         /* of the column it is on, to call an index by */
	ColumnNumber column = 0;  /* that it is on; 0: an expression */
	double fraction = 1;      /* of the rows that fulfil it, 0-1 */
	bool fixes = false;       /* the column has one value in all these rows */
	bool compares = false;    /* with a constant; not a truth value or NULL */
	int values = 0;           /* that an equality or a list admits; 0: it is neither */
	bool tells_value = false; /* the constant may be a value of somebody's rows */

	bool operator==(const Condition &) const = default;
};

/* A key of an index that is there, beside its column number and order. */
struct KeyText
{
	std::string expression; /* as pg_get_indexdef() has it; empty for a column */
	std::string opclass;    /* as Column has it */

	bool operator==(const KeyText &) const = default;
};

struct ExistingIndex
{
	ObjectId oid = 0;
	std::string name;             /* schema-qualified, quoted where needed */
	std::string signature;        /* all that makes two indexes exact duplicates */
	std::string definition;       /* pg_get_indexdef */
	std::string method = "btree"; /* pg_am.amname */
	std::string condition;        /* of a partial index, as pg_get_expr() has it; else empty */
	bool recognized = false;      /* an IndexDefinition can say all that it is */
	bool elements_only = false; /* so it would if all its keys and its condition were among the relation's */
	std::vector<IndexKey> keys;
	ColumnNumber predicate = 0;     /* of one that is recognized, as IndexDefinition has it */
	std::vector<KeyText> key_texts; /* one for each key */
	std::vector<ColumnNumber> included;
	bool valid = false;
	bool being_built = false; /* by somebody just now */
	bool droppable = false;   /* no constraint, replica identity, cluster or index above hangs on it */
	bool rebuildable = false; /* by one statement, which runs nobody's code and fails for no row */
	double size_bytes = 0;

	bool operator==(const ExistingIndex &) const = default;
};

/* A partition of a partitioned table, on whichever level. */
struct Partition
{
	ObjectId oid = 0;
	ObjectId parent = 0;      /* the partitioned table just above it */
	bool partitioned = false; /* it holds no rows itself */
	std::string schema;
	std::string name;
	std::string quoted; /* schema-qualified, quoted where needed */
	double pages = 0;
	double tuples = 0;

	bool operator==(const Partition &) const = default;
};

/* What happened to a table's rows, per hour. */
struct WriteRates
{
	double inserts = 0;
	double updates = 0;
	double hot_updates = 0; /* of the updates: those that wrote no index */
	double deletes = 0;

	bool operator==(const WriteRates &) const = default;
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
	bool busy = false; /* a part of it is locked by somebody, so that it is unfit for now */
	bool partitioned = false;
	bool foreign_partitions = false;   /* it has some, beside those here */
	std::vector<Partition> partitions; /* of a partitioned table, upper levels first; no foreign ones */
	std::map<ColumnNumber, Column> columns;
	std::map<ColumnNumber, Condition> conditions;
	std::vector<ExistingIndex> indexes;
	WriteRates writes;
	RowSample sample; /* rows that were looked at; empty where none were */

	bool operator==(const Relation &) const = default;
};

using Catalog = std::map<ObjectId, Relation>;

} // namespace steward
