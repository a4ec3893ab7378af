/*-------------------------------------------------------------------------
 *
 * read_index.cpp
 *	  A CREATE INDEX statement as the definition that the advice deals with.
 *
 * Any access method, operator class, expression and condition that the server
 * takes; options, collations and UNIQUE are refused.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "read_index.h"

extern "C"
{
#include "catalog/namespace.h"
#include "catalog/pg_am.h"
#include "commands/defrem.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/parsenodes.h"
#include "optimizer/optimizer.h"
#include "optimizer/prep.h"
#include "parser/parse_utilcmd.h"
#include "tcop/tcopprot.h"
#include "utils/lsyscache.h"
}

namespace steward
{

namespace
{

/* What an element of the statement is, looked up in the catalog. */
struct ParsedElement
{
	AttrNumber column; /* 0 for what has to be registered */
	Node *expression;
	Oid opclass;
	IndexKey key;
};

struct ParsedIndex
{
	Oid relation;
	const char *method;
	Node *condition;
	int keys;
	int columns; /* keys and included columns */
	ParsedElement elements[INDEX_MAX_KEYS];
};

void
AddElement(ParsedIndex *parsed, const IndexElem *element, Oid method, bool is_key)
{
	if (element->collation != NIL)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("collations cannot be priced")));
	if (parsed->columns >= INDEX_MAX_KEYS)
		ereport(ERROR, (errcode(ERRCODE_TOO_MANY_COLUMNS), errmsg("too many columns")));

	ParsedElement *one = &parsed->elements[parsed->columns++];

	one->expression = element->expr;
	if (element->name != nullptr)
	{
		Oid type;
		int32 modifier;
		Oid collation;

		one->column = get_attnum(parsed->relation, element->name);
		if (one->column <= 0)
			ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
							errmsg("there is no column \"%s\" to index", element->name)));
		get_atttypetypmodcoll(parsed->relation, one->column, &type, &modifier, &collation);
		one->expression = reinterpret_cast<Node *>(makeVar(1, one->column, type, modifier, collation, 0));
	}
	else
		one->expression = eval_const_expressions(nullptr, one->expression);
	if (!is_key)
		return;

	Oid type = exprType(one->expression);

	one->opclass = ResolveOpClass(element->opclass, type, parsed->method, method);
	if (method == BTREE_AM_OID && one->opclass == GetDefaultOpClass(type, method))
		one->opclass = InvalidOid;
	if (OidIsValid(one->opclass))
		one->column = 0;
	one->key.descending = element->ordering == SORTBY_DESC;
	one->key.nulls_first = element->nulls_ordering == SORTBY_NULLS_DEFAULT
							   ? one->key.descending
							   : element->nulls_ordering == SORTBY_NULLS_FIRST;
}

void
ParseIndex(const char *text, ParsedIndex *parsed)
{
	List *statements = pg_parse_query(text);
	Node *statement = list_length(statements) == 1 ? linitial_node(RawStmt, statements)->stmt : nullptr;
	ListCell *cell;

	if (statement == nullptr || !IsA(statement, IndexStmt))
		ereport(ERROR, (errcode(ERRCODE_SYNTAX_ERROR), errmsg("not one CREATE INDEX statement: %s", text)));

	auto *index = reinterpret_cast<IndexStmt *>(statement);

	if (index->unique || index->options != NIL)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("only an index with default options can be priced")));
	parsed->relation = RangeVarGetRelid(index->relation, AccessShareLock, false);
	index = transformIndexStmt(parsed->relation, index, text);
	parsed->method = index->accessMethod;

	Oid method = get_am_oid(index->accessMethod, false);

	foreach (cell, index->indexParams)
		AddElement(parsed, lfirst_node(IndexElem, cell), method, true);
	parsed->keys = parsed->columns;
	foreach (cell, index->indexIncludingParams)
		AddElement(parsed, lfirst_node(IndexElem, cell), method, false);
	if (index->whereClause != nullptr)
		parsed->condition = reinterpret_cast<Node *>(canonicalize_qual(
			reinterpret_cast<Expr *>(eval_const_expressions(nullptr, index->whereClause)), false));
}

} // namespace

IndexDefinition
ReadIndex(const std::string &text, pg::IndexElements &elements)
{
	ParsedIndex parsed = {};
	IndexDefinition index;

	pg::Guarded([&] { ParseIndex(text.c_str(), &parsed); });
	index.relation = parsed.relation;
	index.method = parsed.method;
	for (int i = 0; i < parsed.columns; i++)
	{
		ParsedElement &one = parsed.elements[i];
		ColumnNumber number = one.column;

		if (number == 0)
			number = elements.Register(parsed.relation, one.expression, one.opclass);
		one.key.column = number;
		if (i < parsed.keys)
			index.keys.push_back(one.key);
		else
			index.included.push_back(number);
	}
	if (parsed.condition != nullptr)
		index.predicate = elements.RegisterCondition(parsed.relation, parsed.condition);
	return index;
}

} // namespace steward
