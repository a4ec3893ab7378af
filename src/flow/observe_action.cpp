/*-------------------------------------------------------------------------
 *
 * observe_action.cpp
 *	  Statements' times before an action and since it was done.
 *
 * The times before are those of the window, or since another change for the
 * same statement, until the action was done; those after are the differences to
 * the counters noted then.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "flow/observe_action.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/tuner/level_of_load.h"
#include "core/workload/accumulate_counters.h"
#include "flow/observe_workload.h"
#include "pg/extension.h"
#include "pg/raii.h"
#include "pg/session.h"
#include "pg/settings.h"
#include "pg/statements.h"

namespace steward
{

namespace
{


/* So many statements on other tables say how the server fares: those that took most time. */
constexpr size_t kMostControls = 50;

/* The parts of a baseline; the first is also what the window of a statement begins with. */
constexpr const char *kServed = "baseline";
constexpr const char *kBeside = "beside";
constexpr const char *kControls = "controls";
constexpr const char *kNotedAt = "noted_at"; /* seconds since 1970 */
constexpr const char *kLevel = "level";      /* how the server fared while the statement ran */

StatementKey
KeyFrom(const Json &entry)
{
	return {entry.at("userid").get<ObjectId>(), entry.at("queryid").get<int64_t>(),
			entry.at("toplevel").get<bool>()};
}

Json
ToJson(const StatementCounters &counters)
{
	return Json{
		{"calls", counters.calls}, {"total_ms", counters.total_ms}, {"sum_squares", counters.sum_squares}};
}

StatementCounters
CountersFrom(const Json &json)
{
	StatementCounters counters;

	counters.calls = json.at("calls").get<int64_t>();
	counters.total_ms = json.at("total_ms").get<double>();
	counters.sum_squares = json.value("sum_squares", 0.0);
	return counters;
}

/* The counters as they are, and what they added until now. */
Json
EntryOf(const StatementKey &key, const LiveStatement &live, const StatementCounters &before)
{
	Json entry = ToJson(live.counters);

	entry["userid"] = key.userid;
	entry["queryid"] = key.queryid;
	entry["toplevel"] = key.toplevel;
	entry["least_ms"] = live.least_ms;
	entry["before"] = ToJson(before);
	return entry;
}

using HoursOfStatements = std::map<StatementKey, Hours>;

/* What all of a baseline's statements did in each hour since a moment. */
HoursOfStatements
ReadHoursOf(pg::Spi &spi, const Json &baseline, double since)
{
	std::vector<StatementKey> keys;

	for (const char *part : {kServed, kBeside, kControls})
	{
		for (const Json &entry : baseline.value(part, Json::array()))
			keys.push_back(KeyFrom(entry));
	}

	pg::ActingAs owner(pg::RequireExtension("pg_steward").owner, 0);

	return pg::ReadHours(spi, keys, since);
}

constexpr double kSecondsPerHour = 3600;

/* Those after the hour in which that moment was. */
void
KeepAfter(Hours &hours, double moment)
{
	auto of_moment = static_cast<int64_t>(moment / kSecondsPerHour);

	hours.erase(hours.begin(), hours.upper_bound(of_moment));
}

Levels
LevelsFrom(const Json &baseline, HoursOfStatements &hours)
{
	std::vector<Control> controls;

	for (const Json &entry : baseline.value(kControls, Json::array()))
		controls.push_back({CountersFrom(entry.at("before")).MeanMs(), hours[KeyFrom(entry)]});
	return LevelsByHour(controls, pg::settings::min_calls);
}

/* How the server fared while they ran, to be compared with how it fares when they run again. */
void
NoteLevels(pg::Spi &spi, Json &baseline)
{
	HoursOfStatements hours = ReadHoursOf(spi, baseline, 0);

	/* The times before are those since another change. */
	for (const auto &[key, change] : pg::Journal(spi).ReadBaselines())
		KeepAfter(hours[key], change.seen_at);

	Levels levels = LevelsFrom(baseline, hours);

	for (const char *part : {kServed, kBeside})
	{
		for (Json &entry : baseline[part])
		{
			if (std::optional<double> level =
					LevelFor(hours[KeyFrom(entry)], levels, CountersFrom(entry.at("before")).calls))
				entry[kLevel] = *level;
		}
	}
}

std::vector<StatementKey>
KeysFrom(const Json &evidence, const char *part)
{
	std::vector<StatementKey> keys;

	for (const Json &entry : evidence.value(part, Json::array()))
		keys.push_back(KeyFrom(entry));
	return keys;
}

/* What a baseline is compared with. */
struct Since
{
	double noted_at = 0;
	std::map<StatementKey, LiveStatement> live;
	std::set<StatementKey> changed; /* controls for which another change was made */
};

Observation
ObservationFrom(const Json &entry, const Since &since)
{
	SeenCounters seen;
	Observation observation;
	StatementKey key = KeyFrom(entry);

	seen.counters = CountersFrom(entry);
	observation.before = CountersFrom(entry.at("before"));
	observation.least_before_ms = entry.value("least_ms", 0.0);
	/* Counting may have begun anew, and gone beyond what it was. */
	if (auto now = since.live.find(key); now != since.live.end())
		observation.after = now->second.since > since.noted_at ? now->second.counters
															   : CountersSince(now->second.counters, &seen);
	return observation;
}

std::vector<Observation>
ObservationsFrom(const Json &measured, const char *part, const Since &since)
{
	std::vector<Observation> observations;

	for (const Json &entry : measured.value(part, Json::array()))
		observations.push_back(ObservationFrom(entry, since));
	return observations;
}

std::vector<Observation>
ControlsFrom(const Json &measured, const Since &since)
{
	std::vector<Observation> controls;

	for (const Json &entry : measured.value(kControls, Json::array()))
	{
		if (since.changed.count(KeyFrom(entry)) == 0)
			controls.push_back(ObservationFrom(entry, since));
	}
	return controls;
}

void
Correct(std::vector<Observation> &observations, const Json &measured, const char *part,
		HoursOfStatements &hours, const Levels &levels)
{
	size_t i = 0;

	for (const Json &entry : measured.value(part, Json::array()))
	{
		Observation &observation = observations.at(i++);
		double before = entry.value(kLevel, 0.0);
		std::optional<double> since = LevelFor(hours[KeyFrom(entry)], levels, observation.after.calls);

		if (since && before > 0)
			observation.drift = *since / before;
	}
}

/* What became faster by another index says nothing of how the server fares. */
std::set<StatementKey>
ChangedSince(pg::Journal &journal, double moment)
{
	std::set<StatementKey> changed;

	for (const auto &[key, change] : journal.ReadBaselines())
	{
		if (change.seen_at > moment)
			changed.insert(key);
	}
	return changed;
}

} // namespace

std::vector<StatementKey>
KeysBeside(const Json &baseline)
{
	return KeysFrom(baseline, kBeside);
}

std::optional<Json>
TakeBaseline(pg::Spi &spi, const Action &action)
{
	Json baseline = {{kServed, Json::array()},
					 {kBeside, Json::array()},
					 {kControls, Json::array()},
					 {kNotedAt, pg::SecondsSinceEpoch()}};
	std::map<StatementKey, LiveStatement> live;
	std::map<StatementKey, StatementCounters> before;
	std::set<StatementKey> mine;

	try
	{
		for (const LiveStatement &statement : pg::ReadStatements(spi, false))
			live[statement.key] = statement;
		for (const Statement &statement : ReadWorkload(spi, WorkloadSpan::kSinceChanges))
			before[statement.key] = statement.counters;
	}
	catch (const Refusal &)
	{
		return std::nullopt;
	}
	for (const auto &[part, from] : {std::pair{kServed, "statements"}, std::pair{kBeside, "beside"}})
	{
		for (const StatementKey &key : KeysFrom(action.evidence, from))
		{
			baseline[part].push_back(EntryOf(key, live[key], before[key]));
			mine.insert(key);
		}
	}

	std::vector<std::pair<double, StatementKey>> others;

	for (const auto &[key, counters] : before)
	{
		if (mine.count(key) == 0 && counters.calls >= pg::settings::min_calls)
			others.emplace_back(-counters.total_ms, key);
	}
	std::sort(others.begin(), others.end());
	for (size_t i = 0; i < std::min(kMostControls, others.size()); i++)
		baseline[kControls].push_back(
			EntryOf(others[i].second, live[others[i].second], before[others[i].second]));
	NoteLevels(spi, baseline);
	return baseline;
}

Trial
ObserveAction(pg::Spi &spi, pg::Journal &journal, const Action &action)
{
	Since since;
	std::optional<Json> measured = journal.LastBaseline(action.id);

	if (!measured)
		return {};
	since.noted_at = measured->value(kNotedAt, 0.0);
	for (const LiveStatement &statement : pg::ReadStatements(spi, false))
		since.live[statement.key] = statement;
	since.changed = ChangedSince(journal, since.noted_at);
	return {ObservationsFrom(*measured, kServed, since), ObservationsFrom(*measured, kBeside, since),
			ControlsFrom(*measured, since)};
}

void
CorrectByHours(pg::Spi &spi, pg::Journal &journal, const Action &action, Trial &trial)
{
	std::optional<Json> measured = journal.LastBaseline(action.id);

	if (!measured)
		return;

	double noted_at = measured->value(kNotedAt, 0.0);
	HoursOfStatements hours = ReadHoursOf(spi, *measured, noted_at);

	for (const StatementKey &key : ChangedSince(journal, noted_at))
		hours.erase(key);
	/* In the hour of the change there are times from before it. */
	for (auto &[key, of_statement] : hours)
		KeepAfter(of_statement, noted_at);

	Levels levels = LevelsFrom(*measured, hours);

	Correct(trial.served, *measured, kServed, hours, levels);
	Correct(trial.beside, *measured, kBeside, hours, levels);
}

} // namespace steward
