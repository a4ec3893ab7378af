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
SkipExplained([[maybe_unused]] Query *query, [[maybe_unused]] int cursor_options,
			  [[maybe_unused]] IntoClause *into, [[maybe_unused]] ExplainState *state,
			  [[maybe_unused]] const char *text, [[maybe_unused]] ParamListInfo parameters,
			  [[maybe_unused]] QueryEnvironment *environment)
{}
}

WatchingPlanner::WatchingPlanner(const PlannerWatch *watch) : outer_(active)
{
	active = watch;
}

WatchingPlanner::~WatchingPlanner()
{
	active = outer_;
}

SkippingExplain::SkippingExplain() : outer_(ExplainOneQuery_hook)
{
	ExplainOneQuery_hook = SkipExplained;
}

SkippingExplain::~SkippingExplain()
{
	ExplainOneQuery_hook = outer_;
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
