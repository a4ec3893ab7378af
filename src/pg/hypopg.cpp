/*-------------------------------------------------------------------------
 *
 * hypopg.cpp
 *	  The second opinion: hypopg's view of the same index.
 *
 * hypopg shows its indexes only while a plain EXPLAIN runs, and stops when an
 * executor ends.  So an EXPLAIN whose query is not planned is run first: no
 * executor runs then, and hypopg stays armed for the planning of our own tree,
 * until the next statement ends: the one that drops the indexes.  What hypopg
 * keeps is not transactional, so they are dropped also after an error.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/hypopg.h"

#include <algorithm>
#include <cstdio>
#include <tuple>

#include "pg/extension.h"
#include "pg/hooks.h"
#include "pg/plan_tree.h"
#include "pg/session.h"

namespace steward::pg
{

namespace
{

struct SeenPlan
{
	Oid sought; /* the index that ought to be used */
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
ReadPlan(PlannedStmt *plan, void *argument)
{
	auto *seen = static_cast<SeenPlan *>(argument);

	seen->cost = plan->planTree->total_cost;
	WalkIndexScans(plan, NoteIndex, seen);
}

void
ArmHypopg(Spi &spi)
{
	SkippingExplain skipping;

	spi.Query("EXPLAIN SELECT 1");
}

/* The plan with hypopg's indexes, of which `sought` ought to be used. */
Unfitness
PlanWithHypopg(Spi &spi, AnalyzedQuery &query, Oid sought, SeenPlan *seen)
{
	*seen = {sought, false, 0};
	ArmHypopg(spi);
	return query.Plan(ReadPlan, seen);
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
ConfirmInHypopg(AnalyzedQuery &query, const std::vector<std::string> &statements)
{
	std::string schema = RequireExtension("hypopg").schema;
	std::vector<SimulatedIndex> indexes;
	SeenPlan before;
	SeenPlan after;
	Unfitness failure;
	std::optional<ServerError> error =
		RunSandboxed({CurrentRole(), std::nullopt},
					 [&]
					 {
						 Spi spi;

						 failure = PlanWithHypopg(spi, query, InvalidOid, &before);
						 for (const std::string &statement : statements)
							 indexes.push_back(CreateInHypopg(spi, statement));
						 if (!failure)
							 failure = PlanWithHypopg(spi, query, indexes.front().oid, &after);
					 });

	DropInHypopg(schema, indexes);
	if (error)
		return {false, "hypopg could not test it: " + error->message};
	if (failure)
		return {false, "hypopg could not test it: " + failure.reason};
	if (!after.uses_sought)
		return {false, "hypopg's plan does not use it"};
	if (after.cost >= before.cost)
		return {false, "hypopg's plan is not cheaper with it"};
	return {true, ""};
}

} // namespace steward::pg
