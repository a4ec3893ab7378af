/*-------------------------------------------------------------------------
 *
 * touched_pages.cpp
 *	  How many pages of tables and indexes an execution of a plan touches.
 *
 *	  each node: how often it runs, and for how many rows -> pages
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/touched_pages.h"

#include "pg/compat.h"
#include "pg/plan_tree.h"

extern "C"
{
#include "access/htup_details.h"
#include "access/relation.h"
#include "catalog/pg_class.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
#include "storage/bufmgr.h"
#include "utils/rel.h"
#include "utils/syscache.h"
}

#include <algorithm>
#include <cmath>

namespace steward::pg
{

namespace
{

/* Entries of an inner page of a btree of usual keys: by how much each level has fewer pages. */
constexpr double kFanout = 250;

/* How a node is run. */
struct Run
{
	double times = 1;     /* in all processes together */
	double processes = 1; /* that share the work of a parallel scan */
	double share = 1;     /* of its rows that are asked for */
};

struct Walk
{
	PlannedStmt *statement;
	FindExtent hypothetical;
	void *argument;
	double pages;
};

struct Extent
{
	double pages = 1;
	double tuples = 1;
	double all_visible = 0; /* share of the pages */
};

Extent
ExtentOf(Oid relation)
{
	Extent extent;
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relation));

	if (!HeapTupleIsValid(tuple))
		return extent;

	const auto *row = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple));

	extent.pages = std::max<double>(1, row->relpages);
	extent.tuples = std::max<double>(1, row->reltuples);
	extent.all_visible = row->relallvisible / extent.pages;
	ReleaseSysCache(tuple);
	return extent;
}

/* As the planner looks: what the catalog has may be old.  The planner's lock is still there. */
double
PagesNow(Oid oid)
{
	::Relation relation = try_relation_open(oid, NoLock);
	double pages = 1;

	if (relation == nullptr)
		return pages;
	if (RELKIND_HAS_STORAGE(relation->rd_rel->relkind))
		pages = std::max<double>(1, RelationGetNumberOfBlocks(relation));
	relation_close(relation, NoLock);
	return pages;
}

Oid
RelationOf(const Walk &walk, const Plan *scan)
{
	return rt_fetch(reinterpret_cast<const Scan *>(scan)->scanrelid, walk.statement->rtable)->relid;
}

/* Runs of a node whose processes each do a part of one run. */
double
WholeRuns(const Plan &plan, const Run &run)
{
	return plan.parallel_aware ? run.times / run.processes : run.times;
}

double
RowsOf(const Plan &plan, const Run &run)
{
	return plan.plan_rows * run.times * run.share;
}

/* The way down, and the leaves with the entries of these rows. */
double
IndexPages(Walk *walk, Oid index, Oid relation, double runs, double rows)
{
	IndexExtent extent;

	if (!walk->hypothetical(index, relation, &extent, walk->argument))
	{
		Extent real = ExtentOf(index);

		extent = {real.pages, real.tuples};
	}

	double levels = std::ceil(std::log(std::max(1.0, extent.pages)) / std::log(kFanout));

	return runs * (1 + levels) + rows / std::max(1.0, extent.tuples) * extent.pages;
}

/* Distinct pages of a table that so many of its rows lie on. */
double
DistinctPages(double pages, double rows)
{
	return pages * (1 - std::exp(-rows / pages));
}

void
AddScan(Walk *walk, Plan *plan, const Run &run)
{
	double rows = RowsOf(*plan, run);
	double runs = WholeRuns(*plan, run);
	Oid relation;

	switch (nodeTag(plan))
	{
		case T_SeqScan:
		case T_SampleScan:
			walk->pages += runs * run.share * PagesNow(RelationOf(*walk, plan));
			break;
		case T_TidScan:
		case T_TidRangeScan:
			walk->pages += rows;
			break;
		case T_IndexScan:
			relation = RelationOf(*walk, plan);
			walk->pages +=
				rows + IndexPages(walk, reinterpret_cast<IndexScan *>(plan)->indexid, relation, runs, rows);
			break;
		case T_IndexOnlyScan:
			relation = RelationOf(*walk, plan);
			walk->pages +=
				rows * (1 - ExtentOf(relation).all_visible) +
				IndexPages(walk, reinterpret_cast<IndexOnlyScan *>(plan)->indexid, relation, runs, rows);
			break;
		case T_BitmapIndexScan:
			/* One process makes the bitmap for all of them. */
			relation = RelationOf(*walk, plan);
			walk->pages += IndexPages(walk, reinterpret_cast<BitmapIndexScan *>(plan)->indexid, relation,
									  runs, plan->plan_rows * runs);
			break;
		case T_BitmapHeapScan:
			walk->pages +=
				runs * DistinctPages(PagesNow(RelationOf(*walk, plan)), rows / std::max(1.0, runs));
			break;
		default:
			break;
	}
}

void WalkPlan(Walk *walk, Plan *plan, const Run &run);

Plan *
SubPlanOf(const Walk &walk, const SubPlan *subplan)
{
	return static_cast<Plan *>(list_nth(walk.statement->subplans, subplan->plan_id - 1));
}

struct SubPlanSearch
{
	Walk *walk;
	double rows; /* for each of which an expression is made */
};

bool
AddSubPlans(Node *node, void *argument)
{
	auto *search = static_cast<SubPlanSearch *>(argument);

	if (node == nullptr)
		return false;
	if (IsA(node, SubPlan))
	{
		const auto *subplan = reinterpret_cast<SubPlan *>(node);
		Run run;

		if (subplan->parParam != NIL && !subplan->useHashTable)
			run.times = std::max(1.0, search->rows);
		WalkPlan(search->walk, SubPlanOf(*search->walk, subplan), run);
	}
	return compat::WalkExpression(node, AddSubPlans, argument);
}

/* Those that run once at most, and those in what is made for each row. */
void
WalkSubPlans(Walk *walk, Plan *plan, const Run &run)
{
	double rows = RowsOf(*plan, run);
	ListCell *cell;

	foreach (cell, plan->initPlan)
		WalkPlan(walk, SubPlanOf(*walk, lfirst_node(SubPlan, cell)), {});

	SubPlanSearch made = {walk, rows};
	SubPlanSearch tested = {walk, plan->lefttree != nullptr ? RowsOf(*plan->lefttree, run) : rows};

	if (nodeTag(plan) == T_SeqScan)
		tested.rows = ExtentOf(RelationOf(*walk, plan)).tuples * WholeRuns(*plan, run) * run.share;
	AddSubPlans(reinterpret_cast<Node *>(plan->targetlist), &made);
	AddSubPlans(reinterpret_cast<Node *>(plan->qual), &tested);
}

/* The inner side runs for each row of the outer one, unless what it gave is kept. */
Run
InnerRun(const Plan &join, const Run &run)
{
	const Plan *inner = join.righttree;
	Run each = run;

	if (nodeTag(inner) == T_Material)
		return each;
	each.share = 1;
	each.times = std::max(1.0, RowsOf(*join.lefttree, run));
	if (nodeTag(inner) == T_Memoize)
	{
		double entries = reinterpret_cast<const Memoize *>(inner)->est_entries;

		if (entries > 0)
			each.times = std::min(each.times, entries * run.times);
	}
	return each;
}

/* How what is below a node is run. */
Run
RunBelow(Plan *plan, const Run &run)
{
	Run below = run;
	int workers = 0;

	switch (nodeTag(plan))
	{
		case T_Gather:
			workers = reinterpret_cast<Gather *>(plan)->num_workers;
			break;
		case T_GatherMerge:
			workers = reinterpret_cast<GatherMerge *>(plan)->num_workers;
			break;
		case T_Limit:
			if (plan->lefttree->plan_rows > 0)
				below.share *= std::min(1.0, plan->plan_rows / plan->lefttree->plan_rows);
			break;
		/* These read all before the first row. */
		case T_Sort:
		case T_Agg:
		case T_Hash:
			below.share = 1;
			break;
		default:
			break;
	}
	if (workers > 0)
	{
		/* The leader's part is as the planner reckons it (get_parallel_divisor). */
		below.processes = workers + (parallel_leader_participation ? std::max(0.0, 1 - 0.3 * workers) : 0);
		below.times *= below.processes;
	}
	return below;
}

/* Plans that are run alike. */
struct Below
{
	Walk *walk;
	Run run;
};

void
WalkBelow(Plan *plan, void *argument)
{
	auto *below = static_cast<Below *>(argument);

	WalkPlan(below->walk, plan, below->run);
}

void
WalkPlan(Walk *walk, Plan *plan, const Run &run)
{
	Below below;

	if (plan == nullptr)
		return;
	check_stack_depth();
	AddScan(walk, plan, run);
	WalkSubPlans(walk, plan, run);
	below = {walk, RunBelow(plan, run)};
	if (nodeTag(plan) == T_NestLoop)
	{
		WalkPlan(walk, plan->lefttree, below.run);
		WalkPlan(walk, plan->righttree, InnerRun(*plan, below.run));
		return;
	}
	/* Of a parallel scan the bitmap is made once. */
	if (nodeTag(plan) == T_BitmapHeapScan && plan->parallel_aware)
		below.run.times /= below.run.processes;
	VisitBelow(plan, WalkBelow, &below);
}

} // namespace

double
PagesTouched(PlannedStmt *plan, FindExtent hypothetical, void *argument)
{
	Walk walk = {plan, hypothetical, argument, 0};

	WalkPlan(&walk, plan->planTree, {});
	return walk.pages;
}

} // namespace steward::pg
