/*-------------------------------------------------------------------------
 *
 * measure_action.cpp
 *	  Whether an applied index helps: its statements' times before and after.
 *
 * The times before are those of the window in which the index was advised;
 * those after are the differences to the counters noted when it was done.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "flow/measure_action.h"

#include <map>

#include "core/workload/accumulate_counters.h"
#include "flow/change_action.h"
#include "pg/settings.h"
#include "pg/statements.h"

namespace steward
{

std::vector<Observation>
ObserveAction(pg::Spi &spi, pg::Journal &journal, const Action &action)
{
	std::vector<Observation> observations;
	std::map<StatementKey, StatementCounters> live;
	std::optional<Json> measured = journal.LastMeasured(action.id);

	if (!measured || !measured->contains("baseline"))
		return observations;
	for (const LiveStatement &statement : pg::ReadStatements(spi, false))
		live[statement.key] = statement.counters;
	for (const Json &entry : measured->at("baseline"))
	{
		StatementKey key = {entry.at("userid").get<ObjectId>(), entry.at("queryid").get<int64_t>(),
							entry.at("toplevel").get<bool>()};
		SeenCounters seen;
		Observation observation;

		seen.counters.calls = entry.at("calls").get<int64_t>();
		seen.counters.total_ms = entry.at("total_ms").get<double>();
		observation.before.calls = 1;
		observation.before.total_ms = entry.at("mean_ms_before").get<double>();
		if (auto now = live.find(key); now != live.end())
			observation.after = CountersSince(now->second, &seen);
		observations.push_back(observation);
	}
	return observations;
}

void
KeepWhatHelped(pg::Spi &spi, pg::Journal &journal)
{
	for (Action &action : journal.LoadWhere({ActionStatus::kVerifying}))
	{
		if (action.kind != ActionKind::kCreateIndex || !action.local)
			continue;

		Effect effect = MeasureEffect(ObserveAction(spi, journal, action));

		if (effect.measured == 0 || effect.pending > 0 || effect.calls_after < pg::settings::min_calls ||
			effect.after_ms >= effect.before_ms)
			continue;

		pg::TransitionNote note;

		note.measured = EffectToJson(effect);
		ChangeAction(journal, action, ActionEvent::kKeep, note);
	}
}

Json
EffectToJson(const Effect &effect)
{
	Json json = {
		{"measured", effect.measured}, {"pending", effect.pending}, {"calls_after", effect.calls_after}};

	if (effect.measured > 0)
	{
		json["mean_ms_before"] = effect.before_ms;
		json["mean_ms_after"] = effect.after_ms;
	}
	return json;
}

} // namespace steward
