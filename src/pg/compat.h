/*-------------------------------------------------------------------------
 *
 * compat.h
 *	  What differs between PostgreSQL 15, 16, 17 and 18, and nowhere else.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "pg/guard.h"

extern "C"
{
#include "access/attmap.h"
#include "access/htup_details.h"
#include "catalog/pg_database.h"
#include "commands/vacuum.h"
#include "executor/executor.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/parsenodes.h"
#include "nodes/pathnodes.h"
#include "parser/parse_relation.h"
#include "tcop/pquery.h"
#include "utils/acl.h"
#include "utils/guc.h"
#include "utils/wait_event.h"
}

#if PG_VERSION_NUM < 150000
#error "pg_steward needs PostgreSQL 15 or newer"
#endif

namespace steward::pg::compat
{

/* copyObject() uses typeof, which C++ does not have. */
template <typename NodeType>
NodeType *
CopyNode(const NodeType *node)
{
	return static_cast<NodeType *>(copyObjectImpl(node));
}

/* 18 gave ANALYZE the word ONLY, and lets it go on to the tables below without it. */
inline constexpr bool kAnalyzeKnowsOnly = PG_VERSION_NUM >= 180000;

using TreeWalker = bool (*)(Node *node, void *argument);

/* 16 gave the walkers real prototypes. */
inline bool
WalkQuery(Query *query, TreeWalker walker, void *argument, int flags)
{
#if PG_VERSION_NUM >= 160000
	return query_tree_walker(query, walker, argument, flags);
#else
	return query_tree_walker(query, reinterpret_cast<bool (*)()>(reinterpret_cast<void *>(walker)), argument,
							 flags);
#endif
}

inline bool
WalkExpression(Node *node, TreeWalker walker, void *argument)
{
#if PG_VERSION_NUM >= 160000
	return expression_tree_walker(node, walker, argument);
#else
	return expression_tree_walker(node, reinterpret_cast<bool (*)()>(reinterpret_cast<void *>(walker)),
								  argument);
#endif
}

inline bool
WalkRawTree(Node *node, TreeWalker walker, void *argument)
{
#if PG_VERSION_NUM >= 160000
	return raw_expression_tree_walker(node, walker, argument);
#else
	return raw_expression_tree_walker(node, reinterpret_cast<bool (*)()>(reinterpret_cast<void *>(walker)),
									  argument);
#endif
}

using PlanStateWalker = bool (*)(PlanState *state, void *argument);

inline bool
WalkPlanState(PlanState *state, PlanStateWalker walker, void *argument)
{
#if PG_VERSION_NUM >= 160000
	return planstate_tree_walker(state, walker, argument);
#else
	return planstate_tree_walker(state, reinterpret_cast<bool (*)()>(reinterpret_cast<void *>(walker)),
								 argument);
#endif
}

/* 17 has JSON_TABLE. */
inline bool
IsJsonTablePath([[maybe_unused]] Node *node)
{
#if PG_VERSION_NUM >= 170000
	return IsA(node, JsonTablePathSpec);
#else
	return false;
#endif
}

/* Where a part of a statement says what type of value it makes of JSON; null for others. */
inline TypeName **
JsonOutputType([[maybe_unused]] Node *node)
{
#if PG_VERSION_NUM >= 170000
	if (IsA(node, JsonOutput))
		return &reinterpret_cast<JsonOutput *>(node)->typeName;
	if (IsA(node, JsonTableColumn))
		return &reinterpret_cast<JsonTableColumn *>(node)->typeName;
#endif
	return nullptr;
}

/*
 * 17 has JSON_VALUE(... DEFAULT x ON EMPTY), where x has to be a constant or a
 * function.  One that `is_literal` gets a cast to text.
 */
inline void
CastJsonDefault([[maybe_unused]] Node *node, [[maybe_unused]] bool (*is_literal)(Node *node))
{
#if PG_VERSION_NUM >= 170000
	if (!IsA(node, JsonBehavior))
		return;

	auto *behavior = reinterpret_cast<JsonBehavior *>(node);

	if (!is_literal(behavior->expr))
		return;

	TypeCast *cast = makeNode(TypeCast);

	cast->arg = behavior->expr;
	cast->typeName = makeTypeName(const_cast<char *>("text"));
	cast->location = behavior->location;
	behavior->expr = reinterpret_cast<Node *>(cast);
#endif
}

/* 16 moved what is to be checked from the range table into a list of its own. */
inline void
CheckPermissions(Query *query)
{
#if PG_VERSION_NUM >= 160000
	ExecCheckPermissions(query->rtable, query->rteperminfos, true);
#else
	ExecCheckRTPerms(query->rtable, true);
#endif
}

/*
 * Has the tables of one query level read with the rights of a role, whoever
 * plans: the planner looks at statistics only with the right to read the
 * table.  16 moved the role from the range table into the permission list.
 */
inline void
ReadTablesAs(Query *query, Oid role)
{
	ListCell *cell;

#if PG_VERSION_NUM >= 160000
	foreach (cell, query->rteperminfos)
	{
		auto *info = lfirst_node(RTEPermissionInfo, cell);

		if (!OidIsValid(info->checkAsUser))
			info->checkAsUser = role;
	}
#else
	foreach (cell, query->rtable)
	{
		auto *entry = lfirst_node(RangeTblEntry, cell);

		if (entry->rtekind == RTE_RELATION && !OidIsValid(entry->checkAsUser))
			entry->checkAsUser = role;
	}
#endif
}

/* The role with whose rights a table of the query is read; InvalidOid where none is named. */
inline Oid
ReaderOf([[maybe_unused]] const Query *query, RangeTblEntry *entry)
{
#if PG_VERSION_NUM >= 160000
	return entry->perminfoindex == 0 ? InvalidOid
									 : getRTEPermissionInfo(query->rteperminfos, entry)->checkAsUser;
#else
	return entry->checkAsUser;
#endif
}

/* Since 18 what a query groups by has a range table entry of its own; null for any other. */
inline Node *
GroupedExpression([[maybe_unused]] const RangeTblEntry *entry, [[maybe_unused]] AttrNumber number)
{
#if PG_VERSION_NUM >= 180000
	if (entry->rtekind == RTE_GROUP && number > 0 && number <= list_length(entry->groupexprs))
		return static_cast<Node *>(list_nth(entry->groupexprs, number - 1));
#endif
	return nullptr;
}

/* 18 took the parameter run_once away. */
inline void
RunPortal(Portal portal, DestReceiver *receiver, QueryCompletion *completion)
{
#if PG_VERSION_NUM >= 180000
	PortalRun(portal, FETCH_ALL, true, receiver, receiver, completion);
#else
	PortalRun(portal, FETCH_ALL, true, true, receiver, receiver, completion);
#endif
}

/* 16 has one function for the owners of all kinds of objects. */
inline bool
OwnsDatabase(Oid database, Oid role)
{
#if PG_VERSION_NUM >= 160000
	return object_ownercheck(DatabaseRelationId, database, role);
#else
	return pg_database_ownercheck(database, role);
#endif
}

/* 17 moved what ANALYZE is asked for from a column's description into what it works with. */
inline void
PrepareForAnalysis(VacAttrStats *stats)
{
#if PG_VERSION_NUM >= 170000
	stats->attstattarget = -1;
#else
	stats->attr = static_cast<Form_pg_attribute>(palloc0(ATTRIBUTE_FIXED_PART_SIZE));
	stats->attr->attstattarget = -1;
#endif
}

/* Who reads a table in a plan; 16 moved that from the range table into the planner's view of the table. */
inline Oid
PlannedReaderOf([[maybe_unused]] const RelOptInfo *rel, [[maybe_unused]] const RangeTblEntry *entry)
{
#if PG_VERSION_NUM >= 160000
	return rel->userid;
#else
	return entry->checkAsUser;
#endif
}

/* Since 16 a Var says which outer joins may make it null. */
inline bool
IsNullable([[maybe_unused]] const Var *var)
{
#if PG_VERSION_NUM >= 160000
	return !bms_is_empty(var->varnullingrels);
#else
	return false;
#endif
}

/* 18 describes the direction of a pathkey by a comparison type. */
inline bool
IsDescending(const PathKey *pathkey)
{
#if PG_VERSION_NUM >= 180000
	return pathkey->pk_cmptype == COMPARE_GT;
#else
	return pathkey->pk_strategy == BTGreaterStrategyNumber;
#endif
}

/* Where the columns of `from` are in `to`, by name; null: at the same places.  16 asks what to do about those that are missing. */
inline AttrMap *
MapColumns(TupleDesc to, TupleDesc from)
{
#if PG_VERSION_NUM >= 160000
	return build_attrmap_by_name_if_req(to, from, false);
#else
	return build_attrmap_by_name_if_req(to, from);
#endif
}

/* 17 lets an extension name its wait events. */
inline uint32
WaitEvent()
{
#if PG_VERSION_NUM >= 170000
	static uint32 event = 0;

	if (event == 0)
		event = WaitEventExtensionNew("PgStewardMain");
	return event;
#else
	return PG_WAIT_EXTENSION;
#endif
}

} // namespace steward::pg::compat
