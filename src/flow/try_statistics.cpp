/*-------------------------------------------------------------------------
 *
 * try_statistics.cpp
 *	  Creating extended statistics, or raising a column's statistics target,
 *	  which stays only if the planner expects better by it.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "flow/try_statistics.h"

#include <algorithm>
#include <exception>
#include <map>
#include <memory>
#include <set>

#include "base/text.h"
#include "core/maintenance/judge_estimate.h"
#include "flow/find_misestimates.h"
#include "flow/make_statistics.h"
#include "flow/run_ddl.h"
#include "pg/catalog.h"
#include "pg/ddl.h"
#include "pg/statements.h"
#include "pg/statistics_objects.h"

namespace steward
{

namespace
{

/* Rolls the transaction back. */
class Useless : public std::exception
{};

/* What is expected of each sample that read the table. */
struct Expected
{
	std::vector<RowCount> counts;
	std::vector<uint64_t> plans;
};

/* A variant of one of the action's statements, and what it is known of: rows of that table, or groups, 0. */
struct Counted
{
	std::shared_ptr<Variant> variant;
	ObjectId of = 0;
};

std::vector<Counted>
CountedVariants(pg::Spi &spi, const Action &action)
{
	std::map<StatementKey, std::set<ObjectId>> wanted;
	std::vector<Counted> counted;
	StatementAnalyzer analyzer(Unseen::kUnknown);

	for (const Json &statement : action.evidence.value("statements", Json::array()))
		wanted[{statement.at("userid").get<ObjectId>(), statement.at("queryid").get<int64_t>(),
				statement.at("toplevel").get<bool>()}]
			.insert(statement.value("groups", false) ? 0 : action.relation);
	for (LiveStatement &live : pg::ReadStatements(spi, true))
	{
		AdvisedStatement advised;
		auto found = wanted.find(live.key);

		if (found == wanted.end())
			continue;
		for (Variant &each :
			 analyzer.Analyze({live.key, std::move(live.text), live.counters, live.since}, advised))
		{
			auto variant = std::make_shared<Variant>(std::move(each));

			for (ObjectId of : found->second)
			{
				if (ExpectOf(*variant, of))
					counted.push_back({variant, of});
			}
		}
	}
	return counted;
}

/* One that cannot be planned just now says nothing, so that nothing is said of all. */
Expected
Expect(const std::vector<Counted> &variants)
{
	Expected expected;

	for (const Counted &counted : variants)
	{
		std::optional<Expectation> now = ExpectOf(*counted.variant, counted.of);

		if (!now)
			throw Refusal(
				{sqlstate::kLockNotAvailable, "one of the statements cannot be planned just now",
				 "A table of it is locked, or planning takes longer than pg_steward.planning_timeout.",
				 "It is tried again."});
		expected.counts.push_back(now->count);
		expected.plans.push_back(now->plan);
	}
	return expected;
}

size_t
CountChanged(const Expected &before, const Expected &after)
{
	size_t changed = 0;

	for (size_t i = 0; i < before.plans.size(); i++)
		changed += before.plans[i] != after.plans[i] ? 1 : 0;
	return changed;
}

/* Why the statistics that are there now are of no use; empty where they are. */
std::string
WhyUseless(const Expected &before, const Expected &after, Json &figures)
{
	double was = TypicalMisestimate(before.counts);
	double is = TypicalMisestimate(after.counts);
	size_t changed = CountChanged(before, after);

	figures["samples"] = before.counts.size();
	figures["misestimate_before"] = was;
	figures["misestimate_after"] = is;
	figures["plans_changed"] = changed;
	if (!IsBetterExpected(before.counts, after.counts))
		return "with them the planner is still off by a factor of " + FormatNumber(is, 1) +
			   ", where it was " + FormatNumber(was, 1);
	if (changed == 0)
		return "with them the planner expects the rows that are there, but makes the same plans as before";
	return "";
}

void
Try(const Action &action, StatisticsTrial &trial)
{
	pg::Spi spi;
	std::vector<Counted> variants = CountedVariants(spi, action);
	Expected before = Expect(variants);

	if (variants.empty())
	{
		trial.useless = "no sample of their statements is there any more, to try them on";
		throw Useless();
	}
	/* Of those that were, the samples may be gone, or the statistics have changed since. */
	if (std::none_of(before.counts.begin(), before.counts.end(), IsFarOff))
		throw Refusal({sqlstate::kLockNotAvailable,
					   "none of the samples that are there is misestimated just now, to try it on", "",
					   "It is tried again."});
	/* Waiting for it would make the server end an autovacuum worker that has it. */
	if (!pg::TryLockForMaintenance(action.relation))
		throw Refusal({sqlstate::kLockNotAvailable, "somebody is just at work on the table, or has locked it",
					   "", "It is tried again."});

	Catalog catalog = pg::ReadCatalog(spi, {action.relation});

	if (catalog.empty())
		throw Refusal({sqlstate::kLockNotAvailable, "the table is gone, or somebody has locked it", "",
					   "It is tried again."});

	const Relation &relation = catalog.begin()->second;
	StatisticsDdl ddl = DdlOfStatistics(relation, action);

	/* What was looked at before may have changed before the lock was there. */
	if (std::string why = WhyNotToMake(spi, relation, action); !why.empty())
		throw Refusal({sqlstate::kLockNotAvailable, why, "", "It is looked at again."});
	spi.Execute(ddl.make);
	if (action.kind == ActionKind::kCreateStatistics)
		spi.Execute(pg::OwnStatisticsStatement(spi, relation, action.target));
	spi.Execute(ddl.analyze);

	Expected after = Expect(variants);

	trial.useless = WhyUseless(before, after, trial.figures);
	/* Some of the values may be known by now, and others not. */
	if (action.kind == ActionKind::kCreateStatistics &&
		pg::DefaultStatisticsTarget() < kLargeStatisticsTarget &&
		(!trial.useless.empty() || std::any_of(after.counts.begin(), after.counts.end(), IsFarOff)))
	{
		spi.Execute(pg::SetStatisticsTargetStatement(action.target, kLargeStatisticsTarget));
		spi.Execute(ddl.analyze);
		trial.figures["statistics_target"] = kLargeStatisticsTarget;
		trial.useless = WhyUseless(before, Expect(variants), trial.figures);
	}
	if (!trial.useless.empty())
		throw Useless();
}

std::optional<Error>
AnalyzeFirst(const Action &action)
{
	std::string sql;

	InTransaction(
		[&]
		{
			pg::Spi spi;

			/* Nobody is waited for: an autovacuum worker would be ended. */
			sql = pg::AnalyzeInPassingStatement(
				pg::ReadCatalog(spi, {action.relation}).at(action.relation).quoted);
		});
	return RunDdl(sql);
}

} // namespace

StatisticsTrial
TryStatistics(const Action &action)
{
	StatisticsTrial trial;

	trial.figures = Json::object();
	/* What new statistics of the single columns do is not the object's merit, and stays. */
	trial.error = AnalyzeFirst(action);
	if (trial.error)
		return trial;
	try
	{
		InTransaction([&] { Try(action, trial); });
	}
	catch (const Useless &)
	{
		/* It says why. */
	}
	catch (const Refusal &refusal)
	{
		trial.error = refusal.error();
	}
	catch (const pg::ServerError &error)
	{
		trial.error = ToError(error);
	}
	return trial;
}

} // namespace steward
