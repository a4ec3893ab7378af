/*-------------------------------------------------------------------------
 *
 * hypopg.cpp
 *	  The second opinion: hypopg's view of the same index.
 *
 * hypopg shows its indexes only while a plain EXPLAIN runs, so one is run, and
 * in place of its query our own tree is planned, as a generic plan.  No
 * executor runs then, which leaves hypopg before 1.4.2 armed until the next
 * statement ends: the one that drops the indexes.  What hypopg keeps is not
 * transactional, so they are dropped also after an error.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/hypopg.h"

#include <cstdio>
#include <tuple>

#include "base/text.h"
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
	const Oid *sought; /* the indexes of which one ought to be used */
	size_t count;
	bool uses_sought;
	double cost;
};

void
NoteIndex(Oid index, void *argument)
{
	auto *seen = static_cast<SeenPlan *>(argument);

	for (size_t i = 0; i < seen->count; i++)
		seen->uses_sought = seen->uses_sought || seen->sought[i] == index;
}

void
ReadPlan(PlannedStmt *plan, void *argument)
{
	auto *seen = static_cast<SeenPlan *>(argument);

	seen->cost = plan->planTree->total_cost;
	WalkIndexScans(plan, NoteIndex, seen);
}

/* The plan with hypopg's indexes, of which one of the sought ought to be used. */
Unfitness
PlanWithHypopg(AnalyzedQuery &query, const std::vector<Oid> &sought, SeenPlan *seen)
{
	*seen = {sought.data(), sought.size(), false, 0};
	return query.Plan(ReadPlan, seen,
					  [](const Call &call)
					  {
						  TakingExplain taking(&call);
						  Spi spi;

						  spi.QueryInPlace("EXPLAIN SELECT 1");
					  });
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

bool
HypopgKnows(const std::string &method)
{
	return method == "btree" || method == "hash" || method == "brin";
}

void
RequireNoSimulation(Spi &spi)
{
	std::string schema = RequireExtension("hypopg").schema;
	int64_t count = spi.QueryOne("SELECT count(*) FROM " + schema + ".hypopg()").Integer(0);

	if (count > 0)
		throw Refusal(
			{sqlstate::kNotInPrerequisiteState, "this session has hypothetical indexes",
			 "hypopg holds " + Count(static_cast<size_t>(count), "index", "indexes") +
				 " for it, by steward.simulate() or hypopg_create_index(), and advice for everybody is tested without them.",
			 "Run SELECT " + schema + ".hypopg_reset();, or ask in another session."});
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
ConfirmInHypopg(AnalyzedQuery &query, const std::vector<std::string> &statements, size_t sought,
				Confirming confirming)
{
	std::string schema = RequireExtension("hypopg").schema;
	std::vector<SimulatedIndex> indexes;
	SeenPlan before;
	SeenPlan after;
	Unfitness failure;
	std::optional<ServerError> error;

	try
	{
		failure = PlanWithHypopg(query, {}, &before);
		error = RunSandboxed({CurrentRole(), std::nullopt},
							 [&]
							 {
								 Spi spi;

								 for (const std::string &statement : statements)
									 indexes.push_back(CreateInHypopg(spi, statement));
							 });
		if (!failure && !error)
		{
			std::vector<Oid> oids;

			for (size_t i = 0; i < sought; i++)
				oids.push_back(indexes[i].oid);
			failure = PlanWithHypopg(query, oids, &after);
		}
	}
	catch (...)
	{
		/* Also when somebody cancels: the session goes on. */
		DropInHypopg(schema, indexes);
		throw;
	}
	DropInHypopg(schema, indexes);
	if (error)
		return {false, "hypopg could not test it: " + error->message};
	if (failure)
		/* The message may quote a value. */
		return {false, "the statement could not be planned with it in hypopg: SQLSTATE " + failure.sqlstate};
	if (confirming == Confirming::kAccepted)
		return {true, ""};
	if (!after.uses_sought)
		return {false, "hypopg's plan does not use it"};
	if (after.cost >= before.cost)
		return {false, "hypopg's plan is not cheaper with it"};
	return {true, ""};
}

} // namespace steward::pg
