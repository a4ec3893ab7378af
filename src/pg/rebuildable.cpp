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

#include "pg/raii.h"
#include "pg/trust.h"

extern "C"
{
#include "catalog/pg_index.h"
#include "nodes/parsenodes.h"
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

bool
IsHarmless(HeapTuple tuple, AttrNumber attribute)
{
	bool is_null;
	Datum tree = SysCacheGetAttr(INDEXRELID, tuple, attribute, &is_null);

	return is_null || HarmOf(static_cast<Node *>(stringToNode(TextDatumGetCString(tree)))) == Harm::kNone;
}

} // namespace

bool
IsRebuildable(steward::ObjectId index)
{
	/* An index after the other may be looked at in one call. */
	OwnedMemoryContext memory("pg_steward expressions");
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
					   relation.name == index->relation->relname;
		});
	if (!is_index)
		return "";
	for (const std::string &beginning : {std::string("CREATE INDEX "), std::string("CREATE UNIQUE INDEX ")})
	{
		if (definition.starts_with(beginning))
			return beginning + "CONCURRENTLY " + definition.substr(beginning.size());
	}
	return "";
}

} // namespace steward::pg
