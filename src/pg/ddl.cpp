/*-------------------------------------------------------------------------
 *
 * ddl.cpp
 *	  Index DDL, made from definitions at the moment it is needed.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/ddl.h"

extern "C"
{
#include "nodes/parsenodes.h"
#include "tcop/tcopprot.h"
#include "utils/builtins.h"
}

namespace steward::pg
{

namespace
{

Json
ColumnToJson(const Relation &relation, ColumnNumber number)
{
	return Json{{"column", number}, {"name", relation.columns.at(number).name}};
}

/* 0 where the column is not the one that was meant. */
ColumnNumber
ColumnFromJson(const Json &json, const Relation &relation)
{
	auto number = json.at("column").get<ColumnNumber>();
	auto column = relation.columns.find(number);

	if (column == relation.columns.end() || column->second.name != json.at("name").get<std::string>())
		return 0;
	return number;
}

} // namespace

std::string
QuoteIdentifier(const std::string &name)
{
	const char *quoted = nullptr;

	Guarded([&] { quoted = quote_identifier(name.c_str()); });
	return quoted;
}

std::string
QualifiedName(const std::string &schema, const std::string &name)
{
	return QuoteIdentifier(schema) + "." + QuoteIdentifier(name);
}

std::string
IndexColumns(const Relation &relation, const IndexDefinition &index)
{
	std::string columns;

	for (const IndexKey &key : index.keys)
	{
		if (!columns.empty())
			columns += ", ";
		columns += QuoteIdentifier(relation.columns.at(key.column).name);
		if (key.descending)
			columns += " DESC";
		if (key.nulls_first != key.descending)
			columns += key.nulls_first ? " NULLS FIRST" : " NULLS LAST";
	}
	return columns;
}

std::string
CreateIndexStatement(const Relation &relation, const IndexDefinition &index, const std::string &name,
					 Building building)
{
	std::string statement = "CREATE INDEX ";
	std::string included;

	if (building == Building::kConcurrently)
		statement += "CONCURRENTLY " + QuoteIdentifier(name) + " ";
	statement += "ON " + relation.quoted + " USING btree (" + IndexColumns(relation, index) + ")";
	for (ColumnNumber number : index.included)
		included += (included.empty() ? "" : ", ") + QuoteIdentifier(relation.columns.at(number).name);
	if (!included.empty())
		statement += " INCLUDE (" + included + ")";
	return statement;
}

std::string
DropIndexStatement(const std::string &target)
{
	return "DROP INDEX CONCURRENTLY " + target;
}

std::string
RebuildStatement(const std::string &definition, const Relation &relation)
{
	static const std::string kBeginning = "CREATE INDEX ";
	bool is_index = false;

	Guarded(
		[&]
		{
			List *statements = pg_parse_query(definition.c_str());

			if (list_length(statements) == 1)
			{
				Node *statement = linitial_node(RawStmt, statements)->stmt;

				if (IsA(statement, IndexStmt))
				{
					auto *index = reinterpret_cast<IndexStmt *>(statement);
					RangeVar *table = index->relation;
					ListCell *cell;

					is_index = table->schemaname != nullptr && relation.schema == table->schemaname &&
							   relation.name == table->relname && index->whereClause == nullptr;
					/* What stands in an expression may run its owner's code while it is parsed. */
					foreach (cell, index->indexParams)
						is_index = is_index && lfirst_node(IndexElem, cell)->expr == nullptr;
				}
			}
		});
	if (!is_index || definition.compare(0, kBeginning.size(), kBeginning) != 0)
		return "";
	return kBeginning + "CONCURRENTLY " + definition.substr(kBeginning.size());
}

std::string
CommentStatement(const std::string &target, const std::string &comment)
{
	const char *literal = nullptr;

	Guarded([&] { literal = quote_literal_cstr(comment.c_str()); });
	return "COMMENT ON INDEX " + target + " IS " + literal;
}

Json
IndexToJson(const Relation &relation, const IndexDefinition &index, const std::string &name)
{
	Json keys = Json::array();
	Json included = Json::array();

	for (const IndexKey &key : index.keys)
	{
		Json column = ColumnToJson(relation, key.column);

		column["descending"] = key.descending;
		column["nulls_first"] = key.nulls_first;
		keys.push_back(std::move(column));
	}
	for (ColumnNumber number : index.included)
		included.push_back(ColumnToJson(relation, number));
	return Json{{"name", name}, {"schema", relation.schema}, {"keys", keys}, {"included", included}};
}

std::optional<IndexDefinition>
IndexFromJson(const Json &arguments, const Relation &relation)
{
	IndexDefinition index;

	index.relation = relation.oid;
	for (const Json &key : arguments.at("keys"))
	{
		ColumnNumber number = ColumnFromJson(key, relation);

		if (number == 0)
			return std::nullopt;
		index.keys.push_back({number, key.at("descending").get<bool>(), key.at("nulls_first").get<bool>()});
	}
	for (const Json &column : arguments.at("included"))
	{
		ColumnNumber number = ColumnFromJson(column, relation);

		if (number == 0)
			return std::nullopt;
		index.included.push_back(number);
	}
	return index;
}

} // namespace steward::pg
