/*-------------------------------------------------------------------------
 *
 * describe_workload.cpp
 *	  The first half of index advice: what is to be advised on, and what the
 *	  planner sees of it.
 *
 *	  workload, or queries that somebody brought -> variants with the values
 *	  they ran with -> tables -> shapes
 *
 * Server.  Reads only.
 *
 *-------------------------------------------------------------------------
 */
#include "flow/describe_workload.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "flow/fill_values.h"
#include "pg/catalog.h"
#include "pg/session.h"

namespace steward
{

namespace
{

constexpr const char *kNotAskedFor = "advice on it was not asked for";

/* What the steps hand to each other. */
struct Work
{
	const IndexRequest &request;
	IndexAdvice &advice;
	pg::IndexElements &elements;
	std::vector<PlannedVariant> variants;
};

/* What is wrong with a query that somebody brought is an error, not a footnote. */
[[noreturn]] void
RefuseQuery(size_t position, const std::string &text, const std::string &what, const pg::Unfitness &unfit,
			const std::string &hint)
{
	throw Refusal({unfit.sqlstate,
				   "query " + std::to_string(position + 1) + " cannot be " + what + ": " + unfit.reason,
				   "The text is: " + Excerpt(text, 200), unfit.hint.empty() ? hint : unfit.hint});
}

std::string
AnalysisHint(const pg::Unfitness &unfit)
{
	if (unfit.sqlstate == sqlstate::kInsufficientPrivilege)
		return "Queries are planned with your rights: ask for the right, or have somebody who has it run this.";
	return "It must parse as it stands, under your search_path; parameters are written $1, $2 and so on.";
}

std::string
PlanningHint(const pg::Unfitness &unfit)
{
	if (unfit.sqlstate == sqlstate::kInsufficientPrivilege && pg::IsSuperuser(pg::CurrentRole()))
		return "Functions in superusers' statements are planned as role steward_planner, which has no rights: GRANT what "
			   "they need to it, or SET ROLE to the application's role.";
	return "EXPLAIN it to see more; pg_steward.planning_timeout bounds the time.";
}

void
TakeQueries(Work &work)
{
	pg::Identity caller = {pg::CurrentRole(), std::nullopt};

	for (size_t i = 0; i < work.request.queries->size(); i++)
	{
		AdvisedStatement advised;
		auto query = std::make_unique<pg::AnalyzedQuery>((*work.request.queries)[i], caller, true);

		if (query->unfit())
			RefuseQuery(i, query->text(), "analysed", query->unfit(), AnalysisHint(query->unfit()));
		advised.statement.key.userid = caller.role;
		advised.statement.key.queryid = static_cast<int64_t>(i + 1);
		advised.statement.text = query->text();
		advised.relations = query->relations();
		for (Variant &variant : FillUnseen(std::move(query), std::nullopt))
			work.variants.push_back({i, std::move(variant), {}});
		work.advice.statements.push_back(std::move(advised));
	}
}

void
TakeWorkload(Work &work, pg::Spi &spi)
{
	StatementAnalyzer analyzer(Unseen::kFilled);

	for (Statement &statement : ReadWorkload(spi, WorkloadSpan::kSinceChanges))
	{
		AdvisedStatement advised;

		if (statement.counters.calls < work.request.min_calls)
		{
			advised.waiting = true;
			advised.reason = std::to_string(statement.counters.calls) + " of " +
							 std::to_string(work.request.min_calls) + " calls";
		}
		else
		{
			for (Variant &variant : analyzer.Analyze(statement, &advised.reason))
			{
				advised.reason = "";
				advised.relations = variant.query->relations();
				work.variants.push_back({work.advice.statements.size(), std::move(variant), {}});
			}
		}
		advised.statement = std::move(statement);
		work.advice.statements.push_back(std::move(advised));
	}
}

void
ReadTables(Work &work, pg::Spi &spi)
{
	std::set<ObjectId> relations;
	const IndexRequest &request = work.request;

	for (ObjectId oid : request.relations)
	{
		if (!pg::RelationExists(oid))
			throw Refusal({sqlstate::kUndefinedTable, "there is no relation with OID " + std::to_string(oid),
						   "It is in the list of relations to advise on.",
						   "Name relations, as in relations => ARRAY['orders'::regclass]."});
	}
	for (const AdvisedStatement &advised : work.advice.statements)
		relations.insert(advised.relations.begin(), advised.relations.end());
	work.advice.catalog = pg::ReadCatalog(spi, {relations.begin(), relations.end()});
	for (auto &[oid, relation] : work.advice.catalog)
	{
		for (const std::string &pattern : request.exclusions)
		{
			if (MatchesLike(relation.label, pattern))
				relation.unfit = "it is excluded by the pattern " + pattern;
		}
		if (!request.relations.empty() &&
			std::find(request.relations.begin(), request.relations.end(), oid) == request.relations.end())
			relation.unfit = kNotAskedFor;
	}
}

/* Who brings queries and gets no advice on one of their tables learns why. */
void
TellUnfit(const Work &work)
{
	if (!work.request.queries)
		return;
	for (const auto &[oid, relation] : work.advice.catalog)
	{
		if (IsUnfitItself(relation))
			pg::Notice("no index is advised on " + relation.quoted + ": " + relation.unfit);
	}
}

bool
IsFit(const Work &work, const AdvisedStatement &advised)
{
	return std::any_of(advised.relations.begin(), advised.relations.end(),
					   [&](ObjectId oid)
					   {
						   auto relation = work.advice.catalog.find(oid);

						   return relation != work.advice.catalog.end() && relation->second.unfit.empty();
					   });
}

/* Variants that cannot be planned are left out; a statement of which none can be says why. */
void
DescribeStatements(Work &work)
{
	std::vector<double> shares(work.advice.statements.size(), 0);

	for (PlannedVariant &planned : work.variants)
	{
		AdvisedStatement &advised = work.advice.statements[planned.statement];
		pg::AnalyzedQuery &query = *planned.variant.query;
		pg::Unfitness failure;

		if (IsFit(work, advised))
			planned.shape = pg::DescribeQuery(query, work.elements, &failure);
		failure.reason = ReasonOf(planned.variant, failure);
		if (failure && work.request.queries)
			RefuseQuery(planned.statement, query.text(), "planned", failure, PlanningHint(failure));
		if (failure)
		{
			advised.reason = failure.reason;
			planned.variant.share = 0;
		}
		shares[planned.statement] += planned.variant.share;
	}
	std::erase_if(work.variants, [](const PlannedVariant &planned) { return planned.variant.share == 0; });
	for (PlannedVariant &planned : work.variants)
	{
		planned.variant.share /= shares[planned.statement];
		work.advice.statements[planned.statement].reason = "";
	}
}

} // namespace

bool
IsUnfitItself(const Relation &relation)
{
	return !relation.unfit.empty() && relation.unfit != kNotAskedFor;
}

std::vector<PlannedVariant>
DescribeWorkload(const IndexRequest &request, pg::Spi &spi, IndexAdvice &advice, pg::IndexElements &elements)
{
	Work work{request, advice, elements, {}};

	if (request.queries)
		TakeQueries(work);
	else
		TakeWorkload(work, spi);
	ShareOut(advice.statements);
	ReadTables(work, spi);
	TellUnfit(work);
	DescribeStatements(work);
	elements.AddTo(advice.catalog);
	return std::move(work.variants);
}

} // namespace steward
