/*-------------------------------------------------------------------------
 *
 * hooks.h
 *	  The planner and EXPLAIN hooks, chained to those of others.
 *
 * On a statement of a user each planner hook costs one comparison with a null
 * pointer: they work only while we plan something ourselves.  The hooks of
 * planner() and EXPLAIN are in place only then.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "pg/guard.h"

extern "C"
{
#include "commands/explain.h"
#include "nodes/pathnodes.h"
#include "nodes/plannodes.h"
#include "utils/selfuncs.h"
}

namespace steward::pg
{

/*
 * What to do at a planner hook, in C-like code: no exception, no C++ object
 * with a destructor.
 */
struct PlannerWatch
{
	void (*on_relation)(PlannerInfo *root, Oid relation, bool inhparent, RelOptInfo *rel, void *argument);
	void (*on_paths)(PlannerInfo *root, RelOptInfo *rel, RangeTblEntry *entry, void *argument);
	void *argument;

	/* Fills in the statistics of an index's expression, or says false. */
	bool (*on_index_stats)(PlannerInfo *root, Oid index, AttrNumber position, VariableStatData *variable,
						   void *argument) = nullptr;
};

/*
 * Has the planner watched for a scope, but only in plans that are asked for
 * there: functions that the planner calls may plan and run statements of their
 * own, which must see nothing hypothetical, neither ours nor hypopg's.
 */
class WatchingPlanner
{
public:
	explicit WatchingPlanner(const PlannerWatch *watch);
	~WatchingPlanner();
	WatchingPlanner(const WatchingPlanner &) = delete;
	WatchingPlanner &operator=(const WatchingPlanner &) = delete;

private:
	const PlannerWatch *outer_;
};

/* Calls the planner, with what watches it; null parameters: a generic plan.  C-like. */
PlannedStmt *CallWatchedPlanner(Query *query, const char *text, ParamListInfo parameters);

/* A function in C-like code, as above, and what it is called with. */
struct Call
{
	void (*function)(void *argument);
	void *argument;
};

/* Has EXPLAIN make this call for a scope, instead of planning and printing its query. */
class TakingExplain
{
public:
	explicit TakingExplain(const Call *call);
	~TakingExplain();
	TakingExplain(const TakingExplain &) = delete;
	TakingExplain &operator=(const TakingExplain &) = delete;

private:
	ExplainOneQuery_hook_type outer_hook_;
	const Call *outer_;
};

/* Called once by _PG_init. */
void InstallHooks();

} // namespace steward::pg
