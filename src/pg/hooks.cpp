/*-------------------------------------------------------------------------
 *
 * hooks.cpp
 *	  The planner and EXPLAIN hooks, chained to those of others.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/hooks.h"

extern "C"
{
#include "optimizer/paths.h"
#include "optimizer/plancat.h"
}

namespace steward::pg
{

namespace
{

const PlannerWatch *active = nullptr;
get_relation_info_hook_type previous_relation_info = nullptr;
set_rel_pathlist_hook_type previous_pathlist = nullptr;
const Call *explained = nullptr;

} // namespace

extern "C"
{
static void
OnRelationInfo(PlannerInfo *root, Oid relation, bool inhparent, RelOptInfo *rel)
{
	if (previous_relation_info != nullptr)
		previous_relation_info(root, relation, inhparent, rel);
	if (active != nullptr && active->on_relation != nullptr)
		active->on_relation(root, relation, inhparent, rel, active->argument);
}

static void
OnPathlist(PlannerInfo *root, RelOptInfo *rel, Index rti, RangeTblEntry *entry)
{
	if (previous_pathlist != nullptr)
		previous_pathlist(root, rel, rti, entry);
	if (active != nullptr && active->on_paths != nullptr)
		active->on_paths(root, rel, entry, active->argument);
}

static void
OnExplain([[maybe_unused]] Query *query, [[maybe_unused]] int cursor_options,
		  [[maybe_unused]] IntoClause *into, [[maybe_unused]] ExplainState *state,
		  [[maybe_unused]] const char *text, [[maybe_unused]] ParamListInfo parameters,
		  [[maybe_unused]] QueryEnvironment *environment)
{
	explained->function(explained->argument);
}
}

WatchingPlanner::WatchingPlanner(const PlannerWatch *watch) : outer_(active)
{
	active = watch;
}

WatchingPlanner::~WatchingPlanner()
{
	active = outer_;
}

TakingExplain::TakingExplain(const Call *call) : outer_hook_(ExplainOneQuery_hook), outer_(explained)
{
	explained = call;
	ExplainOneQuery_hook = OnExplain;
}

TakingExplain::~TakingExplain()
{
	ExplainOneQuery_hook = outer_hook_;
	explained = outer_;
}

void
InstallHooks()
{
	previous_relation_info = get_relation_info_hook;
	get_relation_info_hook = OnRelationInfo;
	previous_pathlist = set_rel_pathlist_hook;
	set_rel_pathlist_hook = OnPathlist;
}

} // namespace steward::pg
