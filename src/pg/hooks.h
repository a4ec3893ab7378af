/*-------------------------------------------------------------------------
 *
 * hooks.h
 *	  The planner and EXPLAIN hooks, chained to those of others.
 *
 * On a statement of a user each planner hook costs one comparison with a null
 * pointer: they work only while we plan something ourselves.  The EXPLAIN
 * hook is in place only then.
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
};

/* Has the planner watched for a scope. */
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

/* Has EXPLAIN do nothing for a scope. */
class SkippingExplain
{
public:
	SkippingExplain();
	~SkippingExplain();
	SkippingExplain(const SkippingExplain &) = delete;
	SkippingExplain &operator=(const SkippingExplain &) = delete;

private:
	ExplainOneQuery_hook_type outer_;
};

/* Called once by _PG_init. */
void InstallHooks();

} // namespace steward::pg
