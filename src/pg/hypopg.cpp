/*-------------------------------------------------------------------------
 *
 * hypopg.cpp
 *	  The second opinion: hypopg's view of the same index.
 *
 * hypopg shows its indexes only while a plain EXPLAIN runs, so the question
 * is an EXPLAIN through SPI.  Its query is taken over by a hook and planned
 * there as a generic plan, which EXPLAIN itself cannot do before 16.  Since no executor runs then, hypopg stays armed until
 * the next statement ends: the one that drops the indexes.  What hypopg keeps
 * is not transactional, so they are dropped also after an error.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/hypopg.h"

#include <algorithm>
#include <cstdio>
#include <tuple>

#include "pg/compat.h"
#include "pg/extension.h"
#include "pg/hooks.h"
#include "pg/plan_tree.h"

extern "C"
{
#include "miscadmin.h"
#include "optimizer/optimizer.h"
}

namespace steward::pg
{

namespace
{

/* A plan as the hook saw it. */
struct SeenPlan
{
	Oid statement_role;
	Oid sought; /* the index that ought to be used */
	bool planned;
	bool uses_sought;
	double cost;
};

void
NoteIndex(Oid index, void *argument)
{
	auto *seen = static_cast<SeenPlan *>(argument);

	if (index == seen->sought)
		seen->uses_sought = true;
}

void
PlanExplained(Query *query, const char *text, void *argument)
{
	auto *seen = static_cast<SeenPlan *>(argument);
	PlannedStmt *plan;

	PrepareForPlanning(query, seen->statement_role, false);
	plan = planner(query, text, CURSOR_OPT_PARALLEL_OK, nullptr);
	seen->planned = true;
	seen->cost = plan->planTree->total_cost;
	WalkIndexScans(plan, NoteIndex, seen);
}

SeenPlan
Explain(Spi &spi, const AnalyzedQuery &query, Oid sought)
{
	SeenPlan seen = {query.identity().role, sought, false, false, 0};
	ExplainWatch watch = {PlanExplained, &seen};
	TakingExplain taking(&watch);

	spi.RunForeign("EXPLAIN (COSTS) " + query.text(), query.parameter_types());
	return seen;
}

void
DropInHypopg(const std::string &schema, const std::vector<SimulatedIndex> &indexes)
{
	Spi spi;

	/* Runs, and so disarms hypopg, also where there is nothing to drop. */
	spi.Query("SELECT 1");
	for (const SimulatedIndex &index : indexes)
		spi.Query("SELECT " + schema + ".hypopg_drop_index($1::oid)", {std::to_string(index.oid)});
}

SecondOpinion
Compare(const SeenPlan &before, const SeenPlan &after)
{
	if (!before.planned || !after.planned)
		return {false, "hypopg could not test it: EXPLAIN did not plan the statement"};
	if (!after.uses_sought)
		return {false, "hypopg's plan does not use it"};
	if (after.cost >= before.cost)
		return {false, "hypopg's plan is not cheaper with it"};
	return {true, ""};
}

} // namespace

bool
HypopgCountsHeaderOnce()
{
	std::string version = RequireExtension("hypopg").version;
	int major = 0;
	int minor = 0;
	int patch = 0;

	(void) sscanf(version.c_str(), "%d.%d.%d", &major, &minor, &patch);
	return std::tuple(major, minor, patch) >= std::tuple(1, 4, 2);
}

SimulatedIndex
CreateInHypopg(Spi &spi, const std::string &statement)
{
	std::string schema = RequireExtension("hypopg").schema;
	Row row =
		spi.QueryOne("SELECT indexrelid, indexname FROM " + schema + ".hypopg_create_index($1)", {statement});

	return {row.ObjectId(0), row.Text(1)};
}

SecondOpinion
ConfirmInHypopg(const AnalyzedQuery &query, const std::vector<std::string> &statements)
{
	std::string schema = RequireExtension("hypopg").schema;
	std::vector<SimulatedIndex> indexes;
	SecondOpinion opinion;

	std::optional<ServerError> error =
		RunSandboxed(query.PlanningIdentity(),
					 [&]
					 {
						 Spi spi;
						 SeenPlan before = Explain(spi, query, InvalidOid);

						 for (const std::string &statement : statements)
							 indexes.push_back(CreateInHypopg(spi, statement));
						 opinion = Compare(before, Explain(spi, query, indexes.front().oid));
					 });

	DropInHypopg(schema, indexes);
	if (error)
		return {false, "hypopg could not test it: " + error->message};
	return opinion;
}

} // namespace steward::pg
