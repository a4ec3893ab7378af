/*-------------------------------------------------------------------------
 *
 * expected_rows.cpp
 *	  How many rows of each table the planner expects a statement to read, and
 *	  how many groups it expects it to make of rows.
 *
 * Server.  Locks: see AnalyzedQuery::Plan.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/expected_rows.h"

#include "pg/hooks.h"
#include "pg/plan_tree.h"

extern "C"
{
#include "nodes/pathnodes.h"
}

namespace steward::pg
{

namespace
{

constexpr int kMostRelations = 64;

struct Expectations
{
	Oid relations[kMostRelations];
	double rows[kMostRelations];
	int used;
	double groups; /* less than 0: it makes none, or more than once */
	uint64 shape;
};

void
NoteRows([[maybe_unused]] PlannerInfo *root, RelOptInfo *rel, RangeTblEntry *entry, void *argument)
{
	auto *expectations = static_cast<Expectations *>(argument);

	if (!IS_SIMPLE_REL(rel) || entry->rtekind != RTE_RELATION || expectations->used == kMostRelations)
		return;
	expectations->relations[expectations->used] = entry->relid;
	expectations->rows[expectations->used++] = rel->rows;
}

void
NoteShape(PlannedStmt *plan, void *argument)
{
	auto *expectations = static_cast<Expectations *>(argument);
	const Plan *grouping = GroupingPlan(plan);

	expectations->shape = PlanShape(plan);
	expectations->groups = grouping == nullptr ? -1 : grouping->plan_rows;
}

} // namespace

ExpectedRows
ExpectRows(AnalyzedQuery &query)
{
	Expectations expectations = {};
	PlannerWatch watch = {nullptr, NoteRows, &expectations, nullptr};
	WatchingPlanner watching(&watch);
	ExpectedRows expected;

	if (query.Plan(NoteShape, &expectations))
		return expected;
	for (int i = 0; i < expectations.used; i++)
		expected.tables.push_back({expectations.relations[i], expectations.rows[i], 0});
	if (expectations.groups >= 0)
		expected.tables.push_back({0, expectations.groups, 0});
	expected.plan = expectations.shape;
	return expected;
}

} // namespace steward::pg
