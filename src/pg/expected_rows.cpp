/*-------------------------------------------------------------------------
 *
 * expected_rows.cpp
 *	  How many rows of each table the planner expects a statement to read.
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
	uint64 shape;
};

void
NoteRows([[maybe_unused]] PlannerInfo *root, RelOptInfo *rel, RangeTblEntry *entry, void *argument)
{
	auto *expectations = static_cast<Expectations *>(argument);

	if (rel->reloptkind != RELOPT_BASEREL || entry->rtekind != RTE_RELATION ||
		expectations->used == kMostRelations)
		return;
	expectations->relations[expectations->used] = entry->relid;
	expectations->rows[expectations->used++] = rel->rows;
}

void
NoteShape(PlannedStmt *plan, void *argument)
{
	static_cast<Expectations *>(argument)->shape = PlanShape(plan);
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
	expected.plan = expectations.shape;
	return expected;
}

} // namespace steward::pg
