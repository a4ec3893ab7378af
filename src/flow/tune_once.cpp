/*-------------------------------------------------------------------------
 *
 * tune_once.cpp
 *	  The whole loop once: observe, advise, apply, measure.
 *
 * A recommendation that fails is counted and told, and the next one is
 * applied.  Measured is what runs by itself: nothing is executed to measure.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "flow/tune_once.h"

#include <algorithm>

#include "base/text.h"
#include "core/tuner/find_bottlenecks.h"
#include "flow/change_action.h"
#include "flow/measure_action.h"
#include "flow/observe_action.h"
#include "flow/refresh_advice.h"
#include "flow/request_action.h"
#include "flow/schedule_actions.h"
#include "pg/catalog.h"
#include "pg/extension.h"
#include "pg/raii.h"
#include "pg/session.h"
#include "pg/settings.h"

namespace steward
{

namespace
{

constexpr const char *kIndexCategory = "index";
constexpr const char *kStatisticsCategory = "statistics";
constexpr long kPollMs = 500;
constexpr size_t kLongestStatement = 200;

void
RequireKnownCategories(const TuneRequest &request)
{
	if (!request.categories)
		return;
	for (const std::string &category : *request.categories)
	{
		if (category != kIndexCategory && category != kStatisticsCategory)
			throw Refusal({sqlstate::kInvalidParameterValue, "unknown category \"" + category + "\"",
						   "The advisers of this version are: index, statistics.",
						   "Pass NULL for all of them."});
	}
}

Json
DescribeBottlenecks(const std::vector<AdvisedStatement> &statements, TuneReport &report)
{
	std::vector<Statement> workload;
	Json json = Json::array();

	/* What ran a few times, as who sets a database up does, is no load; what has no plan, nothing of ours to mend. */
	for (const AdvisedStatement &advised : statements)
	{
		if (!advised.waiting && advised.reason.empty())
			workload.push_back(advised.statement);
	}
	for (const Bottleneck &bottleneck : FindBottlenecks(workload, {}))
	{
		const Statement &statement = workload[bottleneck.statement];

		json.push_back(Json{{"queryid", statement.key.queryid},
							{"query", Excerpt(statement.text, kLongestStatement)},
							{"calls", statement.counters.calls},
							{"mean_ms", statement.counters.MeanMs()},
							{"share", bottleneck.share},
							{"reason", bottleneck.reason}});
		report.bottlenecks++;
	}
	return json;
}

bool
IsWanted(const TuneRequest &request, const Action &action)
{
	const char *category = IsOnIndex(action.kind) ? kIndexCategory : kStatisticsCategory;

	return !request.categories || std::find(request.categories->begin(), request.categories->end(),
											category) != request.categories->end();
}

/* The open proposals after a refresh, best first. */
std::vector<Action>
Advise(pg::Spi &spi, const TuneRequest &request, TuneReport &report)
{
	RefreshResult refreshed = RefreshAdvice();
	pg::Journal journal(spi);
	std::vector<Action> actions;

	for (Action &action : journal.LoadWhere({ActionStatus::kProposed, ActionStatus::kApproved}))
	{
		if (IsWanted(request, action))
			actions.push_back(std::move(action));
	}

	report.statements_analyzed = refreshed.analyzed;
	report.existing_indexes = pg::CountUserIndexes(spi);
	report.recommendations = actions.size();
	report.json["summary"] = refreshed.summary;
	report.json["statements_analyzed"] = refreshed.analyzed;
	report.json["existing_indexes"] = report.existing_indexes;
	report.json["bottlenecks"] = DescribeBottlenecks(refreshed.advice.statements, report);
	report.json["recommendations"] = Json::array();
	for (const Action &action : actions)
		report.json["recommendations"].push_back(
			Json{{"id", action.id},
				 {"ddl", pg::MayBeShown(action) ? action.ddl.front()
												: "not shown: it tells a value of a column "
												  "that you may not read"},
				 {"expected", action.expected},
				 {"reason", action.reason}});
	return actions;
}

/* Applies one after the other; a failure costs that one. */
std::vector<int64_t>
ApplyAll(pg::Spi &spi, const std::vector<Action> &actions, TuneReport &report)
{
	std::vector<int64_t> applied;
	Json failures = Json::array();

	for (const Failure &failure : ApplyEach(spi, actions, applied))
		failures.push_back(Json{{"id", failure.action},
								{"sqlstate", failure.error.sqlstate},
								{"error", failure.error.message},
								{"detail", failure.error.detail}});
	report.applied = applied.size();
	report.failed = failures.size();
	report.json["failed"] = std::move(failures);
	return applied;
}

/* Waits until all that gained has run again, or pg_steward.verify_wait is over. */
std::vector<Observation>
ObserveAgain(pg::Spi &spi, const std::vector<int64_t> &applied)
{
	double deadline = pg::SecondsSinceEpoch() + pg::settings::verify_wait_s;

	for (;;)
	{
		std::vector<Observation> observations;

		{
			pg::ActingAs owner(pg::RequireExtension("pg_steward").owner, 0);
			pg::Journal journal(spi);

			for (int64_t id : applied)
			{
				std::vector<Observation> more = ObserveAction(spi, journal, journal.Load(id)).served;

				observations.insert(observations.end(), more.begin(), more.end());
			}
		}

		Effect effect = MeasureEffect(observations);
		int64_t wanted = static_cast<int64_t>(effect.measured) * pg::settings::min_calls;

		if ((effect.pending == 0 && effect.calls_after >= wanted) || pg::SecondsSinceEpoch() >= deadline)
			return observations;
		spi.Commit();
		pg::WaitMilliseconds(kPollMs);
	}
}

std::string
DescribeImprovement(const TuneReport &report, double predicted)
{
	const Effect &effect = report.effect;

	if (report.applied == 0)
		return "nothing was applied";
	if (effect.measured == 0)
		return "pending: no statement has run again yet; predicted gain " + FormatPercent(predicted) +
			   " of the workload";

	std::string text = FormatMilliseconds(effect.before_ms) + " -> " + FormatMilliseconds(effect.after_ms) +
					   " per statement, measured on " + Count(effect.measured, "statement");

	if (effect.pending > 0)
		text += "; pending on " + std::to_string(effect.pending);
	return text;
}

} // namespace

TuneReport
TuneOnce(const TuneRequest &request)
{
	TuneReport report;

	RequireKnownCategories(request);
	if (!request.dry_run)
		RequireNotStopped();

	pg::Spi spi(pg::Spi::Kind::kNonAtomic);
	std::vector<Action> actions;
	double predicted = 0;

	report.json = Json::object();
	if (!request.categories || !request.categories->empty())
		actions = Advise(spi, request, report);
	for (const Action &action : actions)
		predicted += action.expected.value("benefit", 0.0);
	spi.Commit();
	if (request.dry_run)
	{
		report.improvement = "dry run; predicted gain " + FormatPercent(predicted) + " of the workload";
	}
	else
	{
		std::vector<int64_t> applied = ApplyAll(spi, actions, report);

		if (!applied.empty())
			report.effect = MeasureEffect(ObserveAgain(spi, applied));
		report.improvement = DescribeImprovement(report, predicted);
		report.json["applied"] = applied;
	}
	report.json["improvement"] = EffectToJson(report.effect);
	report.json["improvement"]["predicted_gain"] = predicted;
	report.json["improvement"]["text"] = report.improvement;
	return report;
}

} // namespace steward
