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

struct Column
{
	ColumnNumber number = 0;
	std::string name;
	bool indexable = false;     /* its type has a default btree operator class */
	bool deduplicates = false;  /* equal values are equal bytes, so btree may share them */
	double average_width = 0;   /* bytes, from pg_statistic, or the type's guess */
	double measured_width = 0;  /* bytes, from pg_statistic alone; 0 = no statistics */
	int alignment = 1;          /* bytes */
	double distinct_values = 0; /* estimated number, from pg_statistic; 0 = unknown */
	double null_fraction = 0;
};

struct ExistingIndex
{
	ObjectId oid = 0;
	std::string name;           /* schema-qualified, quoted where needed */
	std::string signature;      /* all that makes two indexes exact duplicates */
	std::string definition;     /* pg_get_indexdef */
	bool plain_btree = false;   /* btree, whole table, plain columns, default operator classes */
	std::vector<IndexKey> keys; /* of a plain btree */
	std::vector<ColumnNumber> included;
	bool valid = false;
	bool droppable =
		false; /* of plain columns, and no constraint, replica identity, cluster or partition hangs on it */
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
