/*-------------------------------------------------------------------------
 *
 * make_model.h
 *	  Short ways to say what a table, an index or a statement is, so that a
 *	  test shows only what it is about.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "model/index_definition.h"
#include "model/query_shape.h"
#include "model/relation.h"

namespace steward::test
{

inline Column
MakeColumn(ColumnNumber number, std::string name, double width = 4, double distinct_values = 0)
{
	Column column;

	column.number = number;
	column.name = std::move(name);
	column.indexable = true;
	column.deduplicates = true;
	column.average_width = width;
	column.measured_width = width;
	column.largest_width = width;
	column.alignment = width == 8 ? 8 : width == 4 ? 4 : width == 2 ? 2 : 1;
	column.distinct_values = distinct_values;
	return column;
}

/* public.name with the columns a, b, c, ... of four bytes each, numbered from 1. */
inline Relation
MakeRelation(ObjectId oid, std::string name, int columns = 8)
{
	Relation relation;

	relation.oid = oid;
	relation.schema = "public";
	relation.name = std::move(name);
	relation.quoted = "public." + relation.name;
	relation.label = relation.quoted;
	relation.pages = 10000;
	relation.tuples = 1000000;
	relation.analyzed = true;
	for (int i = 0; i < columns; i++)
	{
		auto number = static_cast<ColumnNumber>(i + 1);

		relation.columns[number] = MakeColumn(number, std::string(1, static_cast<char>('a' + i)));
	}
	return relation;
}

inline Catalog
MakeCatalog(const std::vector<Relation> &relations)
{
	Catalog catalog;

	for (const Relation &relation : relations)
		catalog[relation.oid] = relation;
	return catalog;
}

/* What an index of that access method can have as a key, for the column `base`. */
inline Column
MakeElement(ColumnNumber number, std::string name, std::string method, ColumnNumber base)
{
	Column column = MakeColumn(number, std::move(name));

	column.method = std::move(method);
	column.opclass = column.method + "_ops";
	column.indexable = false;
	column.base = base;
	return column;
}

/* column = constant, which so many of the rows fulfil. */
inline Condition
MakeCondition(ColumnNumber number, ColumnNumber column, double fraction)
{
	Condition condition;

	condition.number = number;
	condition.name = std::string(1, static_cast<char>('a' + column - 1));
	condition.sql = condition.name + " = 1";
	condition.column = column;
	condition.fraction = fraction;
	condition.fixes = true;
	condition.compares = true;
	condition.values = 1;
	return condition;
}

/* column IS NULL */
inline Condition
MakeNullCondition(ColumnNumber number, ColumnNumber column, double fraction)
{
	Condition condition = MakeCondition(number, column, fraction);

	condition.sql = condition.name + " IS NULL";
	condition.compares = false;
	condition.values = 0;
	return condition;
}

inline IndexKey
Ascending(ColumnNumber column)
{
	return {column, false, false};
}

inline IndexKey
Descending(ColumnNumber column)
{
	return {column, true, true};
}

inline ColumnUse
Equal(ColumnNumber column, double selectivity = 0.01)
{
	return {column, ColumnUseKind::kEquality, selectivity, 0};
}

inline ColumnUse
Range(ColumnNumber column, double selectivity = 0.1)
{
	return {column, ColumnUseKind::kRange, selectivity, 0};
}

inline ColumnUse
Joined(ColumnNumber column, int partner)
{
	return {column, ColumnUseKind::kJoin, 1, partner};
}

/* A search that only an index of another access method than btree serves. */
inline SearchUse
Search(ColumnNumber column, double selectivity = 0.01)
{
	return {column, selectivity, false, false};
}

/* ORDER BY column <-> value */
inline SearchUse
Distance(ColumnNumber column)
{
	return {column, 1, true, false};
}

/* A condition that a btree serves, too. */
inline SearchUse
AlsoBtree(ColumnNumber column, double selectivity = 0.01)
{
	return {column, selectivity, false, true};
}

inline RelationUse
MakeUse(ObjectId relation, std::vector<ColumnUse> columns, std::vector<std::vector<IndexKey>> orders = {})
{
	RelationUse use;

	use.relation = relation;
	use.columns = std::move(columns);
	use.orders = std::move(orders);
	return use;
}

inline ExistingIndex
MakeExisting(ObjectId oid, std::string name, std::vector<IndexKey> keys)
{
	ExistingIndex index;

	index.oid = oid;
	index.name = "public." + name;
	index.recognized = true;
	index.valid = true;
	index.droppable = true;
	index.rebuildable = true;
	index.signature = "btree";
	for (const IndexKey &key : keys)
	{
		index.signature += "|";
		index.signature += std::to_string(key.column);
		index.signature += key.descending ? " desc" : "";
	}
	index.keys = std::move(keys);
	return index;
}

/* "a, b desc": how the keys of an index read in a failure. */
inline std::string
KeysText(const std::vector<IndexKey> &keys)
{
	std::string text;

	for (const IndexKey &key : keys)
	{
		text += text.empty() ? "" : ", ";
		text += static_cast<char>('a' + key.column - 1);
		text += key.descending ? " desc" : "";
		if (key.nulls_first != key.descending)
			text += key.nulls_first ? " nulls first" : " nulls last";
	}
	return text;
}

/* "gist: a, place + c where b = 1": a whole index, with the names that the table has for its parts. */
inline std::string
IndexText(const IndexDefinition &index, const Relation &relation)
{
	std::string text = index.method == "btree" ? "" : index.method + ": ";

	for (const IndexKey &key : index.keys)
	{
		text += &key == &index.keys.front() ? "" : ", ";
		text += relation.columns.at(key.column).name;
		text += key.descending ? " desc" : "";
	}
	text += index.included.empty() ? "" : " +";
	for (ColumnNumber number : index.included)
		text += " " + relation.columns.at(number).name;
	if (index.predicate != 0)
		text += " where " + relation.conditions.at(index.predicate).sql;
	return text;
}

} // namespace steward::test
