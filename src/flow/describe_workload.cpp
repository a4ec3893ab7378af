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
#include <cstdint>
#include <map>
#include <set>
#include <utility>

#include "base/text.h"
#include "flow/fill_values.h"
#include "pg/catalog.h"
#include "pg/foreign_keys.h"
#include "pg/session.h"

namespace steward
{

namespace
{

/*
 * What a statement with fewer calls than it takes for advice writes counts
 * nevertheless from so many rows on; but what ran once may have been the first
 * load of a table, which comes before any index.
 */
constexpr int64_t kManyRows = 10000;
constexpr int64_t kMoreThanOnce = 2;

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
			work.variants.push_back({i, std::move(variant)});
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
			if (statement.counters.rows >= kManyRows && statement.counters.calls >= kMoreThanOnce)
			{
				for (const Variant &variant : analyzer.Analyze(statement, advised))
					advised.copied_into = variant.query->inserts();
			}
			advised.reason = std::to_string(statement.counters.calls) + " of " +
							 std::to_string(work.request.min_calls) + " calls";
		}
		else
		{
			for (Variant &variant : analyzer.Analyze(statement, advised))
			{
				advised.reason = "";
				advised.relations = variant.query->relations();
				work.variants.push_back({work.advice.statements.size(), std::move(variant)});
			}
		}
		advised.statement = std::move(statement);
		work.advice.statements.push_back(std::move(advised));
	}
}

/*
 * What a statement that deletes rows, or changes keys, has foreign keys ask for
 * each of these rows: parts of it that are priced like the rest.
 */
void
TakeForeignKeys(Work &work, pg::Spi &spi)
{
	std::vector<PlannedVariant> checks;
	std::set<size_t> done;
	std::set<ObjectId> changed;

	for (const PlannedVariant &planned : work.variants)
	{
		changed.insert(planned.variant.query->deletes().begin(), planned.variant.query->deletes().end());
		for (const ColumnWrite &write : planned.variant.query->writes())
			changed.insert(write.relation);
	}

	pg::ForeignKeys keys(spi, changed);
	/* Of a table that he does not name, who asks learns no more than he may read. */
	auto may_tell = [&](ObjectId referring)
	{ return (!work.request.queries && pg::MayReadAllStatistics()) || pg::MayReadColumn(referring, 0); };

	for (PlannedVariant &planned : work.variants)
	{
		pg::AnalyzedQuery &query = *planned.variant.query;

		if ((query.deletes().empty() && query.writes().empty()) || !done.insert(planned.statement).second)
			continue;

		AdvisedStatement &advised = work.advice.statements[planned.statement];
		const StatementCounters &counters = advised.statement.counters;
		double rows =
			counters.calls > 0 ? static_cast<double>(counters.rows) / static_cast<double>(counters.calls) : 0;

		for (pg::ForeignKeyCheck &check : keys.ChecksFor(query.deletes(), query.writes(), may_tell))
		{
			PlannedVariant part{planned.statement, {std::move(check.query), 1, true}};

			if (counters.calls == 0 && rows == 0)
				rows = pg::ExpectChangedRows(query);
			if (rows <= 0)
				break;
			part.times = rows;
			part.foreign_key = check.name;
			advised.relations.push_back(check.referring);
			checks.push_back(std::move(part));
		}
	}
	for (PlannedVariant &check : checks)
		work.variants.push_back(std::move(check));
	std::stable_sort(work.variants.begin(), work.variants.end(),
					 [](const PlannedVariant &a, const PlannedVariant &b)
					 { return a.statement < b.statement; });
}

/*
 * Leaves the statements of the part, and all others on their tables.  What a
 * statement takes of all measured time stays what it is.
 */
void
KeepPart(Work &work)
{
	constexpr size_t kLeftOut = SIZE_MAX;

	if (!work.request.part)
		return;

	const WorkloadPart &part = *work.request.part;
	std::set<ObjectId> tables = {part.relation};
	std::vector<AdvisedStatement> kept;
	std::vector<size_t> positions;

	for (const AdvisedStatement &advised : work.advice.statements)
	{
		if (part.statements.count(advised.statement.key) > 0)
			tables.insert(advised.relations.begin(), advised.relations.end());
	}
	for (AdvisedStatement &advised : work.advice.statements)
	{
		bool wanted = part.statements.count(advised.statement.key) > 0 ||
					  std::any_of(advised.relations.begin(), advised.relations.end(),
								  [&](ObjectId relation) { return tables.count(relation) > 0; });

		positions.push_back(wanted ? kept.size() : kLeftOut);
		if (wanted)
			kept.push_back(std::move(advised));
	}
	work.advice.statements = std::move(kept);
	for (PlannedVariant &planned : work.variants)
		planned.statement = positions[planned.statement];
	std::erase_if(work.variants, [](const PlannedVariant &planned) { return planned.statement == kLeftOut; });
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
		if (!planned.foreign_key.empty())
		{
			/* Without it the statement is what it was. */
			if (failure)
				planned.variant.share = 0;
			continue;
		}
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
	/* A statement of which nothing can be planned is not one of its foreign keys alone. */
	std::erase_if(work.variants, [&](const PlannedVariant &planned)
				  { return planned.variant.share == 0 || shares[planned.statement] == 0; });
	for (PlannedVariant &planned : work.variants)
	{
		if (!planned.foreign_key.empty())
			continue;
		planned.variant.share /= shares[planned.statement];
		work.advice.statements[planned.statement].reason = "";
	}
}

/* A condition with which a statement does not nearly always come is no predicate for it. */
constexpr double kNearlyAlways = 0.9;

void
KeepLastingConditions(Work &work)
{
	std::map<std::pair<size_t, ColumnNumber>, double> shares;

	for (const PlannedVariant &planned : work.variants)
	{
		std::set<ColumnNumber> conditions;

		for (const RelationUse &use : planned.shape.relations)
		{
			for (const ConditionUse &condition : use.conditions)
				conditions.insert(condition.condition);
		}
		for (ColumnNumber number : conditions)
			shares[{planned.statement, number}] += planned.variant.share;
	}
	for (PlannedVariant &planned : work.variants)
	{
		for (RelationUse &use : planned.shape.relations)
			std::erase_if(use.conditions,
						  [&](const ConditionUse &condition) {
							  return shares[{planned.statement, condition.condition}] < kNearlyAlways;
						  });
	}
}

/* A value that the current role may not read does not become part of what it is told. */
void
ForgetPrivateConditions(Work &work)
{
	for (auto &[oid, relation] : work.advice.catalog)
	{
		std::erase_if(relation.conditions, [&, table = oid](const auto &entry)
					  { return entry.second.tells_value && !pg::MayReadColumn(table, entry.second.column); });
	}
}

/* How many rows fulfil them, as the planner reckons. */
void
SizeConditions(Work &work)
{
	for (const PlannedVariant &planned : work.variants)
	{
		for (const RelationUse &use : planned.shape.relations)
		{
			auto relation = work.advice.catalog.find(use.relation);

			for (const ConditionUse &used : use.conditions)
			{
				if (relation == work.advice.catalog.end())
					continue;
				if (auto known = relation->second.conditions.find(used.condition);
					known != relation->second.conditions.end())
					known->second.fraction = used.selectivity;
			}
		}
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
	TakeForeignKeys(work, spi);
	KeepPart(work);
	ReadTables(work, spi);
	TellUnfit(work);
	DescribeStatements(work);
	KeepLastingConditions(work);
	elements.AddTo(advice.catalog);
	ForgetPrivateConditions(work);
	SizeConditions(work);
	return std::move(work.variants);
}

} // namespace steward
