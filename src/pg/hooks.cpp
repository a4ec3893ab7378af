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

#include "pg/quarantine.h"

extern "C"
{
#include "optimizer/paths.h"
#include "optimizer/plancat.h"
#include "optimizer/planner.h"
}

namespace steward::pg
{

namespace
{

const PlannerWatch *active = nullptr;
get_relation_info_hook_type previous_relation_info = nullptr;
set_rel_pathlist_hook_type previous_pathlist = nullptr;
get_index_stats_hook_type previous_index_stats = nullptr;
const Call *explained = nullptr;
ExplainOneQuery_hook_type previous_explain = nullptr;
planner_hook_type previous_planner = nullptr;
bool planning_ourselves = false;

} // namespace

extern "C"
{
static void
OnRelationInfo(PlannerInfo *root, Oid relation, bool inhparent, RelOptInfo *rel)
{
	if (previous_relation_info != nullptr)
		previous_relation_info(root, relation, inhparent, rel);
	/* What we ask the planner ourselves is what it would do with them. */
	if (!planning_ourselves)
		LeaveOutQuarantined(rel);
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

static bool
OnIndexStats(PlannerInfo *root, Oid index, AttrNumber position, VariableStatData *variable)
{
	if (active != nullptr && active->on_index_stats != nullptr &&
		active->on_index_stats(root, index, position, variable, active->argument))
		return true;
	return previous_index_stats != nullptr && previous_index_stats(root, index, position, variable);
}

/* Somebody plans something while we do. */
static PlannedStmt *
OnNestedPlanning(Query *query, const char *text, int cursor_options, ParamListInfo parameters)
{
	get_relation_info_hook_type const relation_info = get_relation_info_hook;
	const PlannerWatch *const watch = active;
	bool const ourselves = planning_ourselves;
	PlannedStmt *plan;

	PG_TRY();
	{
		active = nullptr;
		planning_ourselves = false;
		get_relation_info_hook = nullptr;
		plan = previous_planner != nullptr ? previous_planner(query, text, cursor_options, parameters)
										   : standard_planner(query, text, cursor_options, parameters);
	}
	PG_FINALLY();
	{
		active = watch;
		planning_ourselves = ourselves;
		get_relation_info_hook = relation_info;
	}
	PG_END_TRY();
	return plan;
}

static void
OnExplain([[maybe_unused]] Query *query, [[maybe_unused]] int cursor_options,
		  [[maybe_unused]] IntoClause *into, [[maybe_unused]] ExplainState *state,
		  [[maybe_unused]] const char *text, [[maybe_unused]] ParamListInfo parameters,
		  [[maybe_unused]] QueryEnvironment *environment)
{
	const Call *call = explained;
	ExplainOneQuery_hook_type const hook = ExplainOneQuery_hook;

	/* An EXPLAIN inside of this one is somebody else's. */
	PG_TRY();
	{
		ExplainOneQuery_hook = previous_explain;
		call->function(call->argument);
	}
	PG_FINALLY();
	{
		ExplainOneQuery_hook = hook;
	}
	PG_END_TRY();
}
}

PlannedStmt *
CallWatchedPlanner(Query *query, const char *text, ParamListInfo parameters)
{
	PlannedStmt *plan;
	planner_hook_type const hook = planner_hook;
	bool const ourselves = planning_ourselves;

	/* A function that we call may call us. */
	if (hook != OnNestedPlanning)
		previous_planner = hook;
	PG_TRY();
	{
		planner_hook = OnNestedPlanning;
		planning_ourselves = true;
		plan = previous_planner != nullptr
				   ? previous_planner(query, text, CURSOR_OPT_PARALLEL_OK, parameters)
				   : standard_planner(query, text, CURSOR_OPT_PARALLEL_OK, parameters);
	}
	PG_FINALLY();
	{
		planner_hook = hook;
		planning_ourselves = ourselves;
	}
	PG_END_TRY();
	return plan;
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
	previous_explain = outer_hook_;
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
	previous_index_stats = get_index_stats_hook;
	get_index_stats_hook = OnIndexStats;
}

} // namespace steward::pg
