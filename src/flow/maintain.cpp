/*-------------------------------------------------------------------------
 *
 * maintain.cpp
 *	  The rounds in which indexes and statistics are looked after, and their report.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "flow/maintain.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "core/index/find_duplicates.h"
#include "core/maintenance/judge_vacuum.h"
#include "core/report/describe_maintenance.h"
#include "flow/measure_bloat.h"
#include "flow/quarantine.h"
#include "flow/refresh_advice.h"
#include "flow/request_action.h"
#include "flow/schedule_actions.h"
#include "flow/watch_usage.h"
#include "pg/catalog.h"
#include "pg/ddl.h"
#include "pg/extension.h"
#include "pg/journal.h"
#include "pg/raii.h"
#include "pg/session.h"
#include "pg/settings.h"
#include "pg/table_activity.h"

namespace steward
{

namespace
{

/* Of a kind of warning; the worst ones. */
constexpr size_t kMostWarnings = 10;

/* Whose indexes are compared with each other. */
constexpr size_t kMostTables = 100;

constexpr const char *kNotRebuildable =
	"its expression or predicate may run somebody's code, or fail for some row, when it is built again: to be "
	"dropped by hand";

/* A new index is not maintenance. */
bool
IsCare(const Action &action)
{
	return action.kind != ActionKind::kCreateIndex;
}

Json
EntryOf(const Action &action)
{
	return {{"action", action.id}, {"kind", KindName(action.kind)}, {"target", action.target}};
}

/* Which part of the report tells of a step that an action took; empty: none. */
std::string
PartOf(const pg::Journal::Step &step)
{
	/* What was tried was never in force. */
	if (step.to == ActionStatus::kTakenBack)
		return step.from == ActionStatus::kRunning ? "of_no_use" : "taken_back";
	if (step.from != ActionStatus::kRunning)
		return "";
	switch (step.kind)
	{
		case ActionKind::kDropIndex:
			return step.to == ActionStatus::kVerifying ? "dropped" : "";
		case ActionKind::kReindexIndex:
			return step.to == ActionStatus::kKept ? "rebuilt" : "";
		case ActionKind::kCreateStatistics:
		case ActionKind::kSetStatistics:
			return step.to == ActionStatus::kVerifying ? "statistics" : "";
		case ActionKind::kAnalyze:
			return step.to == ActionStatus::kKept ? "analyzed" : "";
		case ActionKind::kCreateIndex:
			break;
	}
	return "";
}

void
AddDone(pg::Journal &journal, double since, Json &report)
{
	for (const pg::Journal::Step &step : journal.StepsSince(since))
	{
		std::string part = PartOf(step);

		if (part.empty())
			continue;

		Action action = journal.Load(step.action);

		/* Of an index whose predicate tells a value not everybody is told. */
		if (!IsCare(action))
			continue;

		Json entry = EntryOf(action);

		if (part == "dropped")
			entry["bytes"] = action.expected.value("size_bytes", int64_t{0});
		if (part == "dropped" || part == "statistics")
			entry["why"] = WhyAdvised(action);
		if (part == "taken_back" || part == "of_no_use")
			entry["why"] = step.reason.value_or(action.reason);
		if (step.measured && part == "rebuilt")
			entry.update(*step.measured);
		report[part].push_back(std::move(entry));
	}
}

/* asked: of somebody who only wants to look, and may have it done. */
std::string
WhyWaiting(pg::Journal &journal, const Action &action, bool asked)
{
	bool approved = action.status == ActionStatus::kApproved;
	pg::Journal::Trouble trouble = journal.ErrorOfNewestEntry(action.id);

	if (action.status != ActionStatus::kProposed && !approved)
		return "at work";
	if (std::string why = WhyPerson(action); !approved && !why.empty())
		return "CALL steward.apply(" + std::to_string(action.id) + "); does it: " + why;

	std::string why = !trouble.text.empty() ? "the last time " + trouble.text : WhatForbids(action, approved);

	if (!asked)
		return why.empty() ? "its turn comes" : why;
	return std::string("CALL steward.maintain(false); ") +
		   (action.kind == ActionKind::kDropIndex && pg::settings::quarantine_time_min > 0
				? "puts it in quarantine"
				: "does it") +
		   (why.empty() ? "" : "; by itself it is not done: " + why);
}

void
AddOpen(pg::Spi &spi, pg::Journal &journal, bool asked, Json &report)
{
	for (const Action &action :
		 journal.LoadWhere({ActionStatus::kProposed, ActionStatus::kApproved, ActionStatus::kQueued,
							ActionStatus::kRunning, ActionStatus::kQuarantined}))
	{
		Json entry = EntryOf(action);

		if (!IsCare(action) || !action.local)
			continue;
		if (action.status == ActionStatus::kQuarantined)
		{
			entry["bytes"] = action.expected.value("size_bytes", int64_t{0});
			entry["why"] = WhyAdvised(action);
			entry["so_far"] = DescribeQuarantine(spi, journal, action);
			report["quarantine"].push_back(std::move(entry));
			continue;
		}
		entry["reason"] = WhyAdvised(action);
		entry["why"] = WhyWaiting(journal, action, asked);
		report["waiting"].push_back(std::move(entry));
	}
}

/* Not all of them: each is read whole. */
std::vector<ObjectId>
TablesToCompare(pg::Spi &spi)
{
	std::vector<ObjectId> tables = pg::TablesWithDuplicates(spi);

	tables.resize(std::min(tables.size(), kMostTables));
	return tables;
}

/* What was not advised, or will not be done, and why. */
void
AddSkipped(pg::Spi &spi, pg::Journal &journal, Json &report)
{
	std::string unseen = UnseenReadersNow(spi);
	std::set<std::string> to_drop_by_hand;

	for (const Action &action :
		 journal.LoadWhere({ActionStatus::kWithheld, ActionStatus::kFailed, ActionStatus::kDismissed}))
	{
		Json entry = EntryOf(action);

		if (!IsCare(action) || !action.local)
			continue;
		entry["why"] = action.status == ActionStatus::kFailed
						   ? "it failed: " + journal.ReadLastError(action.id).text
					   : action.status == ActionStatus::kDismissed ? action.reason
																   : "withheld: " + action.reason;
		report["skipped"].push_back(std::move(entry));
	}
	for (const auto &[oid, relation] : pg::ReadCatalog(spi, TablesToCompare(spi)))
	{
		for (const DuplicateIndex &duplicate : FindDuplicatesToDropByHand(relation))
		{
			to_drop_by_hand.insert(duplicate.index.name);
			report["skipped"].push_back(Json{
				{"target", duplicate.index.name},
				{"why", "it is an exact duplicate of " + duplicate.twin.name + ", but " + kNotRebuildable}});
		}
	}
	for (const JudgedIndex &judged : FindUnused(spi))
	{
		if (judged.index.rebuildable || to_drop_by_hand.count(judged.index.target) != 0)
			continue;
		report["skipped"].push_back(Json{{"target", judged.index.target},
										 {"why", std::string("nobody uses it, but ") + kNotRebuildable}});
	}
	if (!unseen.empty())
		report["skipped"].push_back(Json{{"target", "unused indexes"}, {"why", unseen}});
}

void
AddWarnings(pg::Spi &spi, Json &report)
{
	std::vector<std::string> lacks = WhatVacuumLacks(pg::ReadVacuumHealth(spi), pg::ReadFreezeLimits(spi));

	for (size_t i = 0; i < std::min(lacks.size(), kMostWarnings); i++)
		report["warnings"].push_back(lacks[i]);
	if (lacks.size() > kMostWarnings)
		report["warnings"].push_back(
			"and " + Count(lacks.size() - kMostWarnings, "more table like these", "more tables like these"));
	for (const pg::InvalidIndex &index : pg::ReadInvalidIndexes(spi, pg::LeftBy::kReindex))
		report["warnings"].push_back(
			index.target +
			": left by an interrupted REINDEX CONCURRENTLY, it serves nobody and costs with "
			"every write: " +
			pg::DropIndexStatement(index.target) + ";");
}

/* As the extension's owner. */
Json
WriteReport(pg::Spi &spi, double since, bool asked)
{
	pg::Journal journal(spi);
	pg::Row times = spi.QueryOne("SELECT to_timestamp($1::float8)::timestamptz(0), now()::timestamptz(0)",
								 {std::to_string(since)});
	Json report = {{"since", times.Text(0)}, {"until", times.Text(1)}};

	for (const char *part : {"dropped", "quarantine", "rebuilt", "analyzed", "statistics", "of_no_use",
							 "taken_back", "waiting", "skipped", "warnings"})
		report[part] = Json::array();
	AddDone(journal, since, report);
	AddOpen(spi, journal, asked, report);
	AddSkipped(spi, journal, report);
	AddWarnings(spi, report);
	return report;
}

std::vector<Action>
ProposedCare(pg::Spi &spi)
{
	pg::Journal journal(spi);
	std::vector<Action> actions;

	for (Action &action : journal.LoadWhere({ActionStatus::kProposed, ActionStatus::kApproved}))
	{
		if (IsCare(action) && action.local)
			actions.push_back(std::move(action));
	}
	return actions;
}

} // namespace

bool
IsMaintenanceDue(pg::Spi &spi)
{
	return pg::IsMaintenanceTime() &&
		   spi.Query("SELECT FROM steward.maintenance_rounds"
					 " WHERE began_at > now() - make_interval(mins => $1::integer) LIMIT 1",
					 {std::to_string(pg::settings::maintenance_interval_min)})
			   .empty();
}

int64_t
BeginMaintenance(pg::Spi &spi)
{
	return spi.QueryOne("INSERT INTO steward.maintenance_rounds DEFAULT VALUES RETURNING id").Integer(0);
}

void
EndMaintenance(pg::Spi &spi, int64_t round)
{
	double since =
		spi.QueryOne(
			   "SELECT extract(epoch FROM coalesce(max(b.began_at), r.began_at - interval '1 day'))::float8"
			   "  FROM steward.maintenance_rounds AS r"
			   "  LEFT JOIN steward.maintenance_rounds AS b ON b.id < r.id"
			   " WHERE r.id = $1::bigint GROUP BY r.began_at",
			   {std::to_string(round)})
			.Number(0);

	Json report = WriteReport(spi, since, false);

	spi.Execute("UPDATE steward.maintenance_rounds SET ended_at = now(), report = $2, details = $3::jsonb"
				" WHERE id = $1::bigint",
				{std::to_string(round), DescribeMaintenance(report), DumpJson(report)});
}

MaintenanceReport
Maintain(bool dry_run)
{
	pg::Spi spi(pg::Spi::Kind::kNonAtomic);
	std::vector<ObjectId> indexes;
	MaintenanceReport report;
	double since = pg::SecondsSinceEpoch();

	{
		pg::ActingAs owner(pg::RequireExtension("pg_steward").owner, 0);

		pg::RequireWritable();
		indexes = IndexesToMeasure(spi, 0);
	}
	for (ObjectId index : indexes)
	{
		spi.Commit();

		pg::ActingAs owner(pg::RequireExtension("pg_steward").owner, 0);

		BeginMeasuring(spi, index);
		spi.Commit();
		MeasureIndex(spi, index);
	}
	(void) RefreshAdvice();

	std::vector<Action> actions = ProposedCare(spi);

	spi.Commit();
	/* What failed is in the report. */
	if (!dry_run)
	{
		std::vector<int64_t> applied;

		(void) ApplyEach(spi, actions, applied);
	}

	pg::ActingAs owner(pg::RequireExtension("pg_steward").owner, 0);

	report.json = WriteReport(spi, since, dry_run);
	report.json["dry_run"] = dry_run;
	report.text = DescribeMaintenance(report.json);
	return report;
}

} // namespace steward
