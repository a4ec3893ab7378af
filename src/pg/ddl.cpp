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

#include "pg/compat.h"

#include <algorithm>

#include "pg/index_elements.h"

extern "C"
{
#include "utils/builtins.h"
}

namespace steward::pg
{

namespace
{

Json
ColumnToJson(const Relation &relation, ColumnNumber number)
{
	const Column &column = relation.columns.at(number);
	Json json = {{"column", column.base != 0 ? column.base : number}, {"name", column.name}};

	if (column.method != "btree")
		json["method"] = column.method;
	if (!column.opclass.empty())
		json["opclass"] = column.opclass;
	if (!column.expression.empty())
	{
		json["column"] = 0;
		json["expression"] = column.expression;
		json["is_call"] = column.is_call;
	}
	return json;
}

/* The number of such an element, which is added to the relation where it is not there. */
ColumnNumber
AddElement(Relation &relation, const Column &element)
{
	ColumnNumber number = kFirstElement;

	for (const auto &[known, column] : relation.columns)
	{
		if (known < kFirstElement)
			continue;
		if (column.expression == element.expression && column.opclass == element.opclass &&
			column.method == element.method && column.base == element.base)
			return known;
		number = std::max<ColumnNumber>(number, static_cast<ColumnNumber>(known + 1));
	}
	for (const auto &[known, condition] : relation.conditions)
		number = std::max<ColumnNumber>(number, static_cast<ColumnNumber>(known + 1));
	relation.columns[number] = element;
	relation.columns[number].number = number;
	return number;
}

/* The same for the predicate of a partial index. */
ColumnNumber
AddCondition(Relation &relation, const Json &json)
{
	ColumnNumber number = kFirstElement;
	Condition condition;

	condition.sql = json.at("sql").get<std::string>();
	condition.name = json.at("name").get<std::string>();
	for (const auto &[known, other] : relation.conditions)
	{
		if (other.sql == condition.sql)
			return known;
		number = std::max<ColumnNumber>(number, static_cast<ColumnNumber>(known + 1));
	}
	for (const auto &[known, column] : relation.columns)
		number = std::max<ColumnNumber>(number, static_cast<ColumnNumber>(known + 1));
	condition.number = number;
	relation.conditions[number] = condition;
	return number;
}

/* 0 where the column is not the one that was meant. */
ColumnNumber
ColumnFromJson(const Json &json, Relation &relation)
{
	auto number = json.at("column").get<ColumnNumber>();
	auto column = relation.columns.find(number);
	Column element;

	element.name = json.at("name").get<std::string>();
	element.expression = json.value("expression", "");
	element.opclass = json.value("opclass", "");
	element.method = json.value("method", "btree");
	element.is_call = json.value("is_call", false);
	/* What has become of the columns of an expression shows when it is built. */
	if (!element.expression.empty())
		return AddElement(relation, element);
	if (column == relation.columns.end() || column->second.name != element.name)
		return 0;
	if (element.opclass.empty() && element.method == "btree")
		return number;
	element.base = number;
	return AddElement(relation, element);
}

/* The key as CREATE INDEX wants it, its order aside. */
std::string
KeyText(const Column &column)
{
	std::string text = column.expression.empty() ? QuoteIdentifier(column.name)
					   : column.is_call          ? column.expression
												 : "(" + column.expression + ")";

	return column.opclass.empty() ? text : text + " " + column.opclass;
}

/* Deparsed conditions have them already, but those of a single column. */
std::string
InParentheses(const std::string &condition)
{
	return condition.front() == '(' && condition.back() == ')' ? condition : "(" + condition + ")";
}

std::string
CreateIndexOn(const std::string &table, const Relation &relation, const IndexDefinition &index,
			  const std::string &name, Building building)
{
	std::string statement = "CREATE INDEX ";

	if (building == Building::kConcurrently)
		statement += "CONCURRENTLY ";
	if (building != Building::kHypothetical)
		statement += QuoteIdentifier(name) + " ";
	return statement + "ON " + (building == Building::kOnly ? "ONLY " : "") + table + " USING " +
		   IndexText(relation, index);
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
IndexKeys(const Relation &relation, const IndexDefinition &index)
{
	std::string columns;
	std::string included;

	for (const IndexKey &key : index.keys)
	{
		if (!columns.empty())
			columns += ", ";
		columns += KeyText(relation.columns.at(key.column));
		if (key.descending)
			columns += " DESC";
		if (key.nulls_first != key.descending)
			columns += key.nulls_first ? " NULLS FIRST" : " NULLS LAST";
	}
	for (ColumnNumber number : index.included)
		included += (included.empty() ? "" : ", ") + QuoteIdentifier(relation.columns.at(number).name);

	return "(" + columns + ")" + (included.empty() ? "" : " INCLUDE (" + included + ")");
}

std::string
IndexColumns(const Relation &relation, const IndexDefinition &index)
{
	std::string text = IndexKeys(relation, index);

	if (index.pages_per_range > 0)
		text += " WITH (pages_per_range = " + std::to_string(index.pages_per_range) + ")";
	if (index.predicate != 0)
		text += " WHERE " + InParentheses(relation.conditions.at(index.predicate).sql);
	return text;
}

std::string
IndexText(const Relation &relation, const IndexDefinition &index)
{
	return QuoteIdentifier(index.method) + " " + IndexColumns(relation, index);
}

std::string
CreateIndexStatement(const Relation &relation, const IndexDefinition &index, const std::string &name,
					 Building building)
{
	return CreateIndexOn(relation.quoted, relation, index, name, building);
}

std::string
CreatePartitionIndexStatement(const Relation &relation, const Partition &partition,
							  const IndexDefinition &index, const std::string &name, Building building)
{
	return CreateIndexOn(partition.quoted, relation, index, name, building);
}

std::string
AttachIndexStatement(const std::string &above, const std::string &below)
{
	return "ALTER INDEX " + above + " ATTACH PARTITION " + below;
}

std::string
UniqueIndexStatement(const Relation &relation, const IndexDefinition &index, const std::string &name)
{
	return "CREATE UNIQUE INDEX CONCURRENTLY " + QuoteIdentifier(name) + " ON " + relation.quoted +
		   " USING " + IndexText(relation, index);
}

std::string
DropIndexStatement(const std::string &target)
{
	return "DROP INDEX CONCURRENTLY " + target;
}

std::string
ReindexStatement(const std::string &target)
{
	return "REINDEX INDEX CONCURRENTLY " + target;
}

std::string
AnalyzeStatement(const Relation &relation)
{
	return "ANALYZE " + relation.quoted;
}

bool
AnalysesOneTableOnly()
{
	return compat::kAnalyzeKnowsOnly;
}

std::string
AnalyzeInPassingStatement(const std::string &table)
{
	return std::string("ANALYZE (SKIP_LOCKED) ") + (AnalysesOneTableOnly() ? "ONLY " : "") + table;
}

bool
IsUniqueIndex(const std::string &definition)
{
	return definition.starts_with("CREATE UNIQUE INDEX ");
}

std::string
DropIndexStatement(const std::string &target, const std::string &definition)
{
	return IsUniqueIndex(definition) ? DropWholeIndexStatement(target) : DropIndexStatement(target);
}

std::string
DropWholeIndexStatement(const std::string &target)
{
	return "DROP INDEX " + target;
}

std::string
CommentStatement(const std::string &target, const std::string &comment)
{
	const char *literal = nullptr;

	Guarded([&] { literal = quote_literal_cstr(comment.c_str()); });
	return "COMMENT ON INDEX " + target + " IS " + literal;
}

std::string
StatisticsTargetStatement(const std::string &target, int column, int statistics_target)
{
	return "ALTER INDEX " + target + " ALTER COLUMN " + std::to_string(column) + " SET STATISTICS " +
		   std::to_string(statistics_target);
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

	Json json = {{"name", name},
				 {"schema", relation.schema},
				 {"method", index.method},
				 {"keys", keys},
				 {"included", included}};

	if (index.pages_per_range > 0)
		json["pages_per_range"] = index.pages_per_range;
	if (index.predicate != 0)
	{
		const Condition &condition = relation.conditions.at(index.predicate);

		json["predicate"] = Json{{"sql", condition.sql},
								 {"name", condition.name},
								 {"column", condition.column},
								 {"private", condition.tells_value}};
	}
	return json;
}

std::optional<IndexDefinition>
IndexFromJson(const Json &arguments, Relation &relation)
{
	IndexDefinition index;

	index.relation = relation.oid;
	index.method = arguments.value("method", "btree");
	index.pages_per_range = arguments.value("pages_per_range", 0);
	if (auto predicate = arguments.find("predicate"); predicate != arguments.end())
		index.predicate = AddCondition(relation, *predicate);
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
	RecognizeIndexes(relation);
	return index;
}

Json
ArgumentsForPartition(Json arguments, const Relation &partition)
{
	for (const char *list : {"keys", "included"})
	{
		for (Json &element : arguments.at(list))
		{
			auto name = element.at("name").get<std::string>();

			/* An expression has no column, and stands on names. */
			if (element.at("column").get<ColumnNumber>() == 0)
				continue;
			for (const auto &[number, column] : partition.columns)
			{
				if (number < kFirstElement && column.name == name)
					element["column"] = number;
			}
		}
	}
	return arguments;
}

} // namespace steward::pg
