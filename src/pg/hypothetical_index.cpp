/*-------------------------------------------------------------------------
 *
 * hypothetical_index.cpp
 *	  The planner's description of an index that is not there.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/hypothetical_index.h"

#include "pg/compat.h"
#include "pg/index_elements.h"

extern "C"
{
#include "access/amapi.h"
#include "access/relation.h"
#include "catalog/pg_am.h"
#include "commands/defrem.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "storage/lmgr.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
}

#include <algorithm>

namespace steward::pg
{

namespace
{

template <typename T>
T *
NewArray(int length)
{
	return static_cast<T *>(palloc0(sizeof(T) * std::max(1, length)));
}

/*
 * Whether the index gives a column's value back: a btree does; of others only
 * what the server says of a real one is known, and here none is there.
 */
bool
GivesBack(const IndexOptInfo *info)
{
	return info->relam == BTREE_AM_OID;
}

/* Fills what describes one column, key or included. */
void
DescribeColumn(IndexOptInfo *info, int position, Node *expression, Oid opclass, const IndexKey *key)
{
	bool is_column = IsA(expression, Var);

	info->indexkeys[position] = is_column ? reinterpret_cast<Var *>(expression)->varattno : 0;
	info->canreturn[position] = GivesBack(info);
	info->indextlist =
		lappend(info->indextlist, makeTargetEntry(reinterpret_cast<Expr *>(compat::CopyNode(expression)),
												  position + 1, nullptr, false));
	if (!is_column)
		info->indexprs = lappend(info->indexprs, compat::CopyNode(expression));
	if (key == nullptr)
		return;
	if (!OidIsValid(opclass))
		opclass = GetDefaultOpClass(exprType(expression), info->relam);
	if (!OidIsValid(opclass))
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
						errmsg("key %d of an index has no operator class", position + 1)));
	info->indexcollations[position] = exprCollation(expression);
	info->opfamily[position] = get_opclass_family(opclass);
	info->opcintype[position] = get_opclass_input_type(opclass);
	if (info->sortopfamily == nullptr)
		return;
	info->sortopfamily[position] = info->opfamily[position];
	info->reverse_sort[position] = key->descending;
	info->nulls_first[position] = key->nulls_first;
}

/* What the access method says of each of its indexes. */
void
DescribeMethod(IndexOptInfo *info, bool as_hypopg)
{
	IndexAmRoutine *am = GetIndexAmRoutineByAmId(info->relam, false);

	info->amcanorderbyop = am->amcanorderbyop;
	info->amoptionalkey = am->amoptionalkey;
	info->amsearcharray = am->amsearcharray;
	info->amsearchnulls = am->amsearchnulls;
	info->amhasgettuple = am->amgettuple != nullptr;
	info->amhasgetbitmap = am->amgetbitmap != nullptr;
	info->amcanparallel = am->amcanparallel;
	info->amcanmarkpos = !as_hypopg && am->ammarkpos != nullptr && am->amrestrpos != nullptr;
	info->amcostestimate = reinterpret_cast<decltype(info->amcostestimate)>(am->amcostestimate);
	/* What cannot be ordered has no directions. */
	if (am->amcanorder)
	{
		info->sortopfamily = NewArray<Oid>(info->nkeycolumns);
		info->reverse_sort = NewArray<bool>(info->nkeycolumns);
		info->nulls_first = NewArray<bool>(info->nkeycolumns);
	}
}

} // namespace

IndexOptInfo *
DescribeIndex(const IndexDefinition &definition, bool as_hypopg, const IndexElements &elements, Oid oid)
{
	auto keys = static_cast<int>(definition.keys.size());
	int columns = keys + static_cast<int>(definition.included.size());
	IndexOptInfo *info = makeNode(IndexOptInfo);
	::Relation relation;
	TupleDesc descriptor;

	/* Locked by somebody: then there is no such index now.  The lock is given back with the subtransaction. */
	if (!ConditionalLockRelationOid(definition.relation, AccessShareLock))
		return nullptr;
	relation = try_relation_open(definition.relation, NoLock);
	if (relation == nullptr)
		return nullptr;
	descriptor = RelationGetDescr(relation);
	info->indexoid = oid;
	info->ncolumns = columns;
	info->nkeycolumns = keys;
	info->indexkeys = NewArray<int>(columns);
	info->indexcollations = NewArray<Oid>(keys);
	info->opfamily = NewArray<Oid>(keys);
	info->opcintype = NewArray<Oid>(keys);
	info->opclassoptions = NewArray<bytea *>(columns);
	info->canreturn = NewArray<bool>(columns);
	info->relam = get_am_oid(definition.method.c_str(), false);
	info->immediate = true;
	info->hypothetical = true;
	DescribeMethod(info, as_hypopg);
	if (const IndexElement *predicate = elements.Find(definition.predicate))
		info->indpred = make_ands_implicit(reinterpret_cast<Expr *>(compat::CopyNode(predicate->expression)));
	for (int i = 0; i < columns; i++)
	{
		const IndexKey *key = i < keys ? &definition.keys[i] : nullptr;
		ColumnNumber number = key != nullptr ? key->column : definition.included[i - keys];
		const IndexElement *element = elements.Find(number);

		if (element != nullptr)
		{
			DescribeColumn(info, i, element->expression, element->opclass, key);
			continue;
		}
		if (number < 1 || number > descriptor->natts || TupleDescAttr(descriptor, number - 1)->attisdropped)
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_COLUMN), errmsg("table \"%s\" has no column %d any more",
															   RelationGetRelationName(relation), number)));

		const FormData_pg_attribute *attribute = TupleDescAttr(descriptor, number - 1);
		Var *column =
			makeVar(1, number, attribute->atttypid, attribute->atttypmod, attribute->attcollation, 0);

		DescribeColumn(info, i, reinterpret_cast<Node *>(column), InvalidOid, key);
	}
	relation_close(relation, NoLock);
	return info;
}

IndexOptInfo *
DescribeCarrier(List *expressions, Oid oid)
{
	IndexOptInfo *info = makeNode(IndexOptInfo);
	int columns = list_length(expressions);
	ListCell *cell;

	info->indexoid = oid;
	info->relam = BTREE_AM_OID;
	info->pages = 1;
	info->tree_height = -1;
	info->ncolumns = info->nkeycolumns = columns;
	info->indexkeys = NewArray<int>(columns);
	info->indexcollations = NewArray<Oid>(columns);
	info->opfamily = NewArray<Oid>(columns);
	info->opcintype = NewArray<Oid>(columns);
	info->opclassoptions = NewArray<bytea *>(columns);
	info->canreturn = NewArray<bool>(columns);
	info->immediate = true;
	info->hypothetical = true;
	foreach (cell, expressions)
	{
		auto *expression = compat::CopyNode(static_cast<Node *>(lfirst(cell)));

		info->indexprs = lappend(info->indexprs, expression);
		info->indextlist = lappend(info->indextlist,
								   makeTargetEntry(reinterpret_cast<Expr *>(compat::CopyNode(expression)),
												   static_cast<AttrNumber>(foreach_current_index(cell) + 1),
												   nullptr, false));
	}
	/* Neither way to read it, no key that a clause matches, no order: no path is made of it. */
	return info;
}

} // namespace steward::pg
