/*-------------------------------------------------------------------------
 *
 * rebuildable.cpp
 *	  Which indexes can be built again from their definitions, and how.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/rebuildable.h"

#include "pg/compat.h"
#include "pg/raii.h"
#include "pg/trust.h"

extern "C"
{
#include "catalog/pg_index.h"
#include "nodes/parsenodes.h"
#include "parser/parse_type.h"
#include "tcop/tcopprot.h"
#include "utils/builtins.h"
#include "utils/syscache.h"
}

namespace steward::pg
{

namespace
{

/* An index's definition, as it is before anything in it is looked up. */
const IndexStmt *
ParseDefinition(const std::string &definition)
{
	List *statements = pg_parse_query(definition.c_str());

	if (list_length(statements) != 1)
		return nullptr;

	Node *statement = linitial_node(RawStmt, statements)->stmt;

	return IsA(statement, IndexStmt) ? reinterpret_cast<IndexStmt *>(statement) : nullptr;
}

/* With our search_path, a name without a schema is one of pg_catalog. */
bool
IsServersName(const List *name)
{
	return list_length(name) == 1 || strcmp(strVal(linitial(name)), "pg_catalog") == 0;
}

bool
IsPlainTypeName(const TypeName *name)
{
	Oid type = LookupTypeNameOid(nullptr, name, true);

	return OidIsValid(type) && IsPlainType(type);
}

/* Ends at what is not the server's own, or of no kind that is known here. */
bool
NamesOthers(Node *node, void *)
{
	if (node == nullptr)
		return false;
	switch (nodeTag(node))
	{
		case T_ColumnRef:
		case T_A_Const:
			return false;
		case T_TypeName:
			return !IsPlainTypeName(reinterpret_cast<TypeName *>(node));
		case T_FuncCall:
			if (!IsServersName(reinterpret_cast<FuncCall *>(node)->funcname))
				return true;
			break;
		case T_A_Expr:
			if (!IsServersName(reinterpret_cast<A_Expr *>(node)->name))
				return true;
			break;
		case T_List:
		case T_TypeCast:
		case T_A_ArrayExpr:
		case T_A_Indirection:
		case T_A_Indices:
		case T_CollateClause:
		case T_BoolExpr:
		case T_NullTest:
		case T_BooleanTest:
		case T_CaseExpr:
		case T_CaseWhen:
		case T_CoalesceExpr:
		case T_MinMaxExpr:
			break;
		default:
			return true;
	}
	return compat::WalkRawTree(node, NamesOthers, nullptr);
}

bool
IsServersOwn(const IndexStmt *index)
{
	ListCell *cell;

	foreach (cell, index->indexParams)
	{
		if (NamesOthers(lfirst_node(IndexElem, cell)->expr, nullptr))
			return false;
	}
	return !NamesOthers(index->whereClause, nullptr);
}

bool
IsHarmless(HeapTuple tuple, AttrNumber attribute)
{
	bool is_null;
	Datum tree = SysCacheGetAttr(INDEXRELID, tuple, attribute, &is_null);

	return is_null || HarmOf(static_cast<Node *>(stringToNode(TextDatumGetCString(tree)))) == Harm::kNone;
}

} // namespace

bool
IsRebuildable(steward::ObjectId index, const std::string &definition)
{
	/* An index after the other may be looked at in one call. */
	OwnedMemoryContext memory("pg_steward definition");
	SwitchedContext within(memory.get());
	bool is = false;

	Guarded(
		[&]
		{
			HeapTuple tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(index));

			if (!HeapTupleIsValid(tuple))
				return;
			is = IsHarmless(tuple, Anum_pg_index_indexprs) && IsHarmless(tuple, Anum_pg_index_indpred);
			ReleaseSysCache(tuple);
			if (!is)
				return;

			const IndexStmt *statement = ParseDefinition(definition);

			is = statement != nullptr && IsServersOwn(statement);
		});
	return is;
}

std::string
RebuildStatement(const std::string &definition, const Relation &relation)
{
	bool is_index = false;

	Guarded(
		[&]
		{
			const IndexStmt *index = ParseDefinition(definition);

			is_index = index != nullptr && index->relation->schemaname != nullptr &&
					   relation.schema == index->relation->schemaname &&
					   relation.name == index->relation->relname && IsServersOwn(index);
		});
	if (!is_index)
		return "";
	for (const std::string beginning : {"CREATE INDEX ", "CREATE UNIQUE INDEX "})
	{
		if (definition.starts_with(beginning))
			return beginning + "CONCURRENTLY " + definition.substr(beginning.size());
	}
	return "";
}

} // namespace steward::pg
