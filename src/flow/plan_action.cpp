/*-------------------------------------------------------------------------
 *
 * plan_action.cpp
 *	  What an action worker is to do, decided from what the catalog says now.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "flow/plan_action.h"

#include <algorithm>

#include "core/index/estimate_size.h"
#include "flow/build_parts.h"
#include "flow/check_drop.h"
#include "flow/find_index.h"
#include "flow/make_statistics.h"
#include "flow/measure_bloat.h"
#include "flow/quarantine.h"
#include "flow/reindex.h"
#include "flow/schedule_actions.h"
#include "flow/watch_usage.h"
#include "pg/catalog.h"
#include "pg/ddl.h"
#include "pg/index_usage.h"
#include "pg/preflight.h"
#include "pg/quarantine.h"
#include "pg/rebuildable.h"
#include "pg/session.h"
#include "pg/settings.h"
#include "pg/shared_memory.h"
#include "pg/table_activity.h"

namespace steward
{

namespace
{

constexpr int kNoteTries = 50;
constexpr int kNoteAgainMs = 100;

bool
NameIsTaken(pg::Spi &spi, const Action &action)
{
	return !spi.QueryOne("SELECT to_regclass($1) IS NULL", {action.target}).Bool(0);
}

/* The new index of an action, made from what the catalog says now. */
std::optional<Obstacle>
PlanCreation(pg::Spi &spi, Relation &relation, Plan &plan)
{
	const Action &action = plan.action;
	std::optional<IndexDefinition> index = pg::IndexFromJson(action.arguments, relation);

	if (!index || relation.schema != action.arguments.at("schema").get<std::string>() ||
		relation.partitioned != HasParts(action))
		return Obstacle{ActionEvent::kFail, "the table is not what it was when the index was advised"};
	/* Of a partitioned table it is what the log tells: the statements are those for its parts. */
	plan.sql = pg::CreateIndexStatement(relation, *index, action.arguments.at("name").get<std::string>(),
										pg::Building::kConcurrently);
	if (std::any_of(index->keys.begin(), index->keys.end(),
					[&](const IndexKey &key) { return !relation.columns.at(key.column).expression.empty(); }))
		plan.analyze = pg::AnalyzeStatement(relation);
	plan.comment = "pg_steward #" + std::to_string(action.id) + " " + pg::Today(spi) + ": " + action.reason;
	return std::nullopt;
}

/* With an index that was dropped. */
void
AddWhatComesBack(const Json &before, const Relation &relation, Plan &plan)
{
	plan.comment = before.value("comment", "");
	plan.statistics_targets = before.value("statistics_targets", Json::object());
	if (before.value("has_expressions", false))
		plan.analyze = pg::AnalyzeStatement(relation);
}

/* The statement for an action. */
std::optional<Obstacle>
DecideBuild(pg::Spi &spi, pg::Journal &journal, Plan &plan)
{
	const Action &action = plan.action;
	Catalog catalog = pg::ReadCatalog(spi, {action.relation});

	if (catalog.empty())
		return Obstacle{ActionEvent::kFail, "the table is not there any more"};
	if (NameIsTaken(spi, action))
		return Obstacle{ActionEvent::kFail, "a relation " + action.target + " exists already"};

	Relation &relation = catalog.begin()->second;

	if (action.kind == ActionKind::kCreateIndex)
	{
		if (relation.foreign_partitions)
			return Obstacle{ActionEvent::kFail, "the table has a foreign partition by now"};
		if (relation.busy)
			return Obstacle{ActionEvent::kPostpone, relation.unfit};
		if (std::optional<Obstacle> obstacle = PlanCreation(spi, relation, plan))
			return obstacle;
	}
	else
	{
		std::optional<Json> before = journal.LastDefinition(action.id);

		if (!before)
			return Obstacle{ActionEvent::kFail, "the journal does not say how the index was defined"};
		plan.sql = pg::RebuildStatement(before->at("definition").get<std::string>(), relation);
		if (plan.sql.empty())
			return Obstacle{ActionEvent::kFail,
							"the definition in the journal is not one of an index of this table"};
		AddWhatComesBack(*before, relation, plan);

		std::string tablespace = before->value("tablespace", "");

		if (!tablespace.empty() && !pg::UseTablespace(spi, tablespace))
			return Obstacle{ActionEvent::kFail, "tablespace \"" + tablespace + "\" is not there any more"};
	}

	double size = action.expected.value("size_bytes", 0.0);

	/* What is taken back was there before. */
	if (std::string large = pg::WhatIsTooLarge(size); !IsRevert(action) && !large.empty())
		return Obstacle{ActionEvent::kPostpone, large};
	if (std::string lack = pg::WhatLacksSpace(spi, size); !lack.empty())
		return Obstacle{ActionEvent::kPostpone, lack};
	return std::nullopt;
}

/* Whoever does it just now is done with it in a moment, nearly always. */
bool
NoteUsageNow(pg::Spi &spi)
{
	for (int i = 0; i < kNoteTries; i++)
	{
		if (pg::NoteIndexUsage(spi))
			return true;
		pg::WaitMilliseconds(kNoteAgainMs);
	}
	return false;
}

std::optional<Obstacle>
DecideDrop(pg::Spi &spi, pg::Journal &journal, Plan &plan)
{
	const Action &action = plan.action;
	Catalog catalog = pg::ReadCatalog(spi, {action.relation});

	if (catalog.empty())
		return Obstacle{ActionEvent::kFail, "the table is not there any more"};

	const Relation &relation = catalog.begin()->second;
	const ExistingIndex *index = FindIndex(catalog, action);

	if (index == nullptr)
		return Obstacle{ActionEvent::kFail, "the index is not there any more"};
	plan.unique = pg::IsUniqueIndex(index->definition);
	plan.sql = HasParts(action) ? pg::DropWholeIndexStatement(action.target)
								: pg::DropIndexStatement(action.target, index->definition);
	if (action.kind == ActionKind::kCreateIndex && !IsTheIndex(*index, relation, action, journal))
		return Obstacle{ActionEvent::kFail, "the index of this name is another one by now"};
	if (!index->droppable)
		return Obstacle{ActionEvent::kFail, "something else than speed depends on the index by now"};
	if (HasParts(action))
	{
		if (std::string others = PartOfOthers(spi, journal, action); !others.empty())
			return Obstacle{ActionEvent::kFail, "index " + others +
													", which came with its partition, became part of it, and "
													"would go, too"};
	}
	if (action.kind == ActionKind::kDropIndex)
	{
		DropCheck check = CheckDrop(spi, catalog, action);

		if (!check.never.empty())
			return Obstacle{IsUnused(action) ? ActionEvent::kPostpone : ActionEvent::kFail, check.never,
							false, true};
		if (!check.later.empty())
			return Obstacle{ActionEvent::kPostpone, check.later};
	}
	return std::nullopt;
}

/* An index whose build was interrupted has a part of its size, or nothing. */
double
SizeWhenBuilt(const Relation &relation, const ExistingIndex &index)
{
	IndexDefinition definition;

	/* An index of expressions is hardly larger than its table. */
	if (!index.recognized)
		return std::max(index.size_bytes, relation.pages * 8192);
	definition.method = index.method;
	definition.keys = index.keys;
	definition.included = index.included;
	definition.predicate = index.predicate;
	return std::max(index.size_bytes, EstimateIndexSize(relation, definition, SizeModel::kSteward).Bytes());
}

std::optional<Obstacle>
DecideReindex(pg::Spi &spi, pg::Journal &journal, Plan &plan)
{
	const Action &action = plan.action;
	Catalog catalog = pg::ReadCatalog(spi, {action.relation});
	const ExistingIndex *index = FindIndex(catalog, action);

	plan.sql = pg::ReindexStatement(action.target);
	if (index == nullptr)
		return Obstacle{ActionEvent::kFail, "the index is not there any more"};
	if (index->oid != action.arguments.at("index").get<ObjectId>())
		return Obstacle{ActionEvent::kFail, "the index of this name is another one by now"};
	if (index->being_built)
		return Obstacle{ActionEvent::kPostpone, "somebody is just building the index"};
	if (index->valid && !IsForSize(action))
		return Obstacle{ActionEvent::kFail, "the index is valid by now"};
	if (journal.IsToBeDropped(action.target))
		return Obstacle{ActionEvent::kPostpone, "the index is to be dropped"};
	if (index->valid)
	{
		if (std::string not_bloated = WhyNotBloated(spi, index->oid); !not_bloated.empty())
			return Obstacle{ActionEvent::kPostpone,
							"the index does not count as bloated any more: " + not_bloated};
	}

	double size = SizeWhenBuilt(catalog.begin()->second, *index);

	if (std::string large = pg::WhatIsTooLarge(size); !large.empty())
		return Obstacle{ActionEvent::kPostpone, large};
	if (std::string lack = pg::WhatLacksSpace(spi, size, action.target); !lack.empty())
		return Obstacle{ActionEvent::kPostpone, lack};
	return std::nullopt;
}

std::optional<Obstacle>
DecideAnalyze(pg::Spi &spi, Plan &plan)
{
	Catalog catalog = pg::ReadCatalog(spi, {plan.action.relation});

	if (catalog.empty())
		return Obstacle{ActionEvent::kFail, "the table is not there any more"};
	/* Waiting for the lock would make the server end an autovacuum worker that has it. */
	if (pg::IsBeingMaintained(spi, plan.action.relation))
		return Obstacle{ActionEvent::kPostpone, "somebody is just at work on the table, or has locked it"};
	plan.sql = pg::AnalyzeInPassingStatement(catalog.begin()->second.quoted);
	plan.last_analyzed = pg::LastAnalyzed(spi, plan.action.relation);
	return std::nullopt;
}

/* What is there must be ours to be taken back, and no other may be there before it is made. */
std::optional<Obstacle>
DecideStatistics(pg::Spi &spi, Plan &plan)
{
	const Action &action = plan.action;
	Catalog catalog = pg::ReadCatalog(spi, {action.relation});

	if (catalog.empty())
		return Obstacle{ActionEvent::kFail, "the table is not there any more"};
	/* Waiting for the lock would make the server end an autovacuum worker that has it. */
	if (pg::IsBeingMaintained(spi, action.relation))
		return Obstacle{ActionEvent::kPostpone, "somebody is just at work on the table, or has locked it"};

	const Relation &relation = catalog.begin()->second;
	StatisticsDdl ddl = DdlOfStatistics(relation, action);
	bool undo = plan.doing == Doing::kUndoStatistics;

	plan.sql = undo ? ddl.undo : ddl.make;
	if (undo)
	{
		if (!AreStatisticsThere(spi, action))
			return Obstacle{ActionEvent::kFail, "the statistics are others by now, or gone"};
		/* What they were made of stays until the next ANALYZE. */
		if (action.kind == ActionKind::kSetStatistics)
			plan.analyze = ddl.analyze;
		return std::nullopt;
	}
	if (std::string why = WhyNotToMake(spi, relation, action); !why.empty())
		return Obstacle{ActionEvent::kFail, why};
	return std::nullopt;
}

} // namespace

bool
IsRevert(const Action &action)
{
	return action.status == ActionStatus::kRevertQueued || action.status == ActionStatus::kReverting;
}

Doing
DoingFor(const Action &action)
{
	switch (action.kind)
	{
		case ActionKind::kCreateIndex:
			return IsRevert(action) ? Doing::kDrop : Doing::kBuild;
		case ActionKind::kDropIndex:
			return IsRevert(action) ? Doing::kBuild : Doing::kDrop;
		case ActionKind::kReindexIndex:
			return Doing::kReindex;
		case ActionKind::kAnalyze:
			return Doing::kAnalyze;
		case ActionKind::kCreateStatistics:
		case ActionKind::kSetStatistics:
			return IsRevert(action) ? Doing::kUndoStatistics : Doing::kTryStatistics;
	}
	return Doing::kBuild;
}

Json
BeforeState(pg::Spi &spi, const Action &action)
{
	if (!IsOnIndex(action.kind))
		return {{"target", action.target}};

	pg::Rows rows =
		spi.Query("SELECT pg_get_indexdef(i.indexrelid), obj_description(i.indexrelid, 'pg_class'),"
				  "       t.spcname, c.reloptions, pg_relation_size(i.indexrelid), i.indexprs IS NOT NULL,"
				  "       (SELECT json_object_agg(a.attnum, a.attstattarget) FROM pg_attribute AS a"
				  "         WHERE a.attrelid = i.indexrelid AND a.attstattarget >= 0)"
				  "  FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid"
				  "  LEFT JOIN pg_tablespace AS t ON t.oid = c.reltablespace"
				  " WHERE i.indexrelid = to_regclass($1)",
				  {action.target});
	Json before = {{"target", action.target}, {"existed", !rows.empty()}};

	if (rows.empty())
		return before;
	before["definition"] = rows.front().Text(0);
	before["comment"] = rows.front().Text(1);
	before["tablespace"] = rows.front().Text(2);
	if (rows.front().Bool(5))
		before["has_expressions"] = true;
	if (!rows.front().IsNull(6))
		before["statistics_targets"] = Json::parse(rows.front().Text(6));
	if (action.kind == ActionKind::kReindexIndex)
	{
		before[kIndexesBefore] = IndexesOf(spi, action.relation);
		before[kBytesBefore] = rows.front().Integer(4);
	}
	return before;
}

std::optional<Obstacle>
Decide(pg::Spi &spi, pg::Journal &journal, Plan &plan)
{
	pg::StopState stop = pg::ReadStopState();

	if (stop.stopped)
		return Obstacle{ActionEvent::kPostpone, "the steward is stopped: " + stop.reason};
	if (!plan.action.local)
		return Obstacle{ActionEvent::kFail,
						"the action was made in another database or cluster, before a copy"};
	/* The queue may have been long, and others have decided otherwise meanwhile. */
	if (pg::Journal::Request request = journal.LastRequest(plan.action.id);
		!IsRevert(plan.action) && request.unasked)
	{
		if (std::string forbidden = WhatForbids(plan.action, request.approved); !forbidden.empty())
			return Obstacle{ActionEvent::kPostpone, forbidden, true};
	}
	plan.doing = NeedsQuarantine(journal, plan.action) ? Doing::kQuarantine : DoingFor(plan.action);
	if (plan.doing == Doing::kQuarantine && pg::CurrentMode() < pg::Mode::kAdvise)
		return Obstacle{
			ActionEvent::kPostpone,
			"pg_steward.mode is below advise, so that nobody would look at what is missed without it"};
	if (plan.doing == Doing::kQuarantine && !pg::HasPlaceInQuarantine())
		return Obstacle{ActionEvent::kPostpone, "as many indexes as can be are in quarantine already"};
	if (std::string stall = pg::WhatWouldStall(spi);
		(plan.doing == Doing::kBuild || plan.doing == Doing::kDrop || plan.doing == Doing::kReindex) &&
		!stall.empty())
		return Obstacle{ActionEvent::kPostpone, stall};
	if (std::string lag = pg::WhatLagsBehind(spi);
		(plan.doing == Doing::kBuild || plan.doing == Doing::kReindex) && !IsRevert(plan.action) &&
		!lag.empty())
		return Obstacle{ActionEvent::kPostpone, lag};
	/* Before anything is locked, as it may wait. */
	if ((plan.doing == Doing::kDrop || plan.doing == Doing::kQuarantine) && IsUnused(plan.action) &&
		!NoteUsageNow(spi))
		return Obstacle{ActionEvent::kPostpone, "somebody is just noting how indexes are used", true};
	/* A table that somebody has locked is not one that is gone. */
	pg::LockForReading(plan.action.relation);
	switch (plan.doing)
	{
		case Doing::kBuild:
			return DecideBuild(spi, journal, plan);
		case Doing::kDrop:
		case Doing::kQuarantine:
			return DecideDrop(spi, journal, plan);
		case Doing::kReindex:
			return DecideReindex(spi, journal, plan);
		case Doing::kAnalyze:
			return DecideAnalyze(spi, plan);
		case Doing::kTryStatistics:
		case Doing::kUndoStatistics:
			return DecideStatistics(spi, plan);
	}
	return std::nullopt;
}

void
PlanSettling(pg::Spi &spi, pg::Journal &journal, Plan &plan)
{
	if (plan.doing != Doing::kBuild || plan.action.kind != ActionKind::kDropIndex)
		return;
	/* A table that somebody has locked is not one that is gone. */
	pg::LockForReading(plan.action.relation);

	std::optional<Json> before = journal.LastDefinition(plan.action.id);
	Catalog catalog = pg::ReadCatalog(spi, {plan.action.relation});

	if (before && !catalog.empty())
		AddWhatComesBack(*before, catalog.begin()->second, plan);
}

/*
 * Whether what a worker left is finished, not cleared away: the parts that it
 * built took time.  But not where a crash came twice at the same part, which may be
 * what made it.
 */
bool
MayGoOn(pg::Spi &spi, pg::Journal &journal, Plan &plan)
{
	pg::Journal::Trouble trouble = journal.ErrorOfNewestEntry(plan.action.id);
	bool paused = !trouble.text.empty() && trouble.sqlstate.empty();
	pg::TransitionNote note;

	if (!HasParts(plan.action) || plan.doing != Doing::kBuild || !plan.action.local ||
		pg::ReadStopState().stopped || (!paused && !trouble.text.empty()))
		return false;

	int64_t built = CountBuiltParts(spi, journal, plan.action);

	if (!paused && journal.PartsAtLastCrash(plan.action.id) == built)
		return false;
	/* A table that somebody has locked is not one that is gone. */
	pg::LockForReading(plan.action.relation);

	Catalog catalog = pg::ReadCatalog(spi, {plan.action.relation});

	if (catalog.empty() || PlanCreation(spi, catalog.begin()->second, plan))
		return false;
	note.worker_pid = pg::ProcessId();
	note.before_state = Json{{paused ? "parts_after_pause" : "parts_at_crash", built}};
	journal.Remark(plan.action.id, plan.action.status, note);
	return true;
}

} // namespace steward
