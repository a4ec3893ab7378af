/*-------------------------------------------------------------------------
 *
 * run_action.cpp
 *	  The spine of an action worker: carry out one action.
 *
 *	  look and decide -> write the intent down -> do it -> see what is there
 *	  -> write the outcome down
 *
 * The intent is committed before anything is done, the outcome after, each in
 * a transaction of its own; the DDL runs in between as a top-level statement
 * and commits by itself.  Whatever ends the worker in between, the next one
 * finds the intent and looks at the index: that decides, not the command's
 * result.  An invalid index that bears the name which was free before is ours
 * and is removed; nobody else's is touched.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "flow/run_action.h"

#include <algorithm>

#include "base/text.h"
#include "core/index/find_duplicates.h"
#include "flow/build_parts.h"
#include "flow/change_action.h"
#include "flow/find_index.h"
#include "flow/observe_action.h"
#include "flow/run_ddl.h"
#include "flow/schedule_actions.h"
#include "pg/catalog.h"
#include "pg/ddl.h"
#include "pg/preflight.h"
#include "pg/session.h"
#include "pg/settings.h"
#include "pg/shared_memory.h"
#include "pg/transaction.h"
#include "pg/worker.h"

namespace steward
{

namespace
{

enum class Doing
{
	kBuild,
	kDrop,
};

/* What is to be done, as decided when the intent was written down. */
struct Plan
{
	bool go = false;     /* false: postponed or out of date, and noted so */
	bool settle = false; /* an earlier worker began it */
	Doing doing = Doing::kBuild;
	Action action;
	std::string sql;
	std::string comment; /* of a new index */
	std::string
		analyze; /* of a table whose new index is on an expression, of which nobody has statistics yet */
};

/* Why an action cannot be carried out, ever (kFail) or just now (kPostpone). */
struct Obstacle
{
	ActionEvent event = ActionEvent::kPostpone;
	std::string text;
};

constexpr const char *kDataException = "22";
constexpr const char *kDuplicateTable = "42P07";
constexpr int kRemovalTries = 3;

/* A build in parts that was paused so often, at last once an hour, is given up: after more than a week. */
constexpr int64_t kMostPauses = 200;

/* What pauses for another action goes on soon. */
constexpr int kSoonSeconds = 5;

/* What goes wrong before or after the DDL is tried again after this time. */
constexpr int kTroubleSeconds = 5;

/* Our invalid index whose lock is not to be had is tried again after this time, later on less often. */
constexpr double kRemoveAgainSeconds = 5;
constexpr double kRemoveAgainMost = 300;

bool
IsRevert(const Action &action)
{
	return action.status == ActionStatus::kRevertQueued || action.status == ActionStatus::kReverting;
}

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
		plan.analyze = "ANALYZE " + relation.quoted;
	plan.comment = "pg_steward #" + std::to_string(action.id) + " " + pg::Today(spi) + ": " + action.reason;
	return std::nullopt;
}

/* The statement for an action. */
std::optional<Obstacle>
DecideBuild(pg::Spi &spi, pg::Journal &journal, Plan &plan)
{
	const Action &action = plan.action;
	Catalog catalog = pg::ReadCatalog(spi, {action.relation});

	plan.doing = Doing::kBuild;
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
		plan.comment = before->value("comment", "");

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

std::optional<Obstacle>
DecideDrop(pg::Spi &spi, pg::Journal &journal, Plan &plan)
{
	const Action &action = plan.action;
	Catalog catalog = pg::ReadCatalog(spi, {action.relation});

	plan.doing = Doing::kDrop;
	plan.sql =
		HasParts(action) ? pg::DropWholeIndexStatement(action.target) : pg::DropIndexStatement(action.target);
	if (catalog.empty())
		return Obstacle{ActionEvent::kFail, "the table is not there any more"};

	const Relation &relation = catalog.begin()->second;
	const ExistingIndex *index = FindIndex(catalog, action);

	if (index == nullptr)
		return Obstacle{ActionEvent::kFail, "the index is not there any more"};
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
		std::vector<DuplicateIndex> duplicates = FindDuplicates(relation);
		std::vector<DuplicateIndex> covered = FindCovered(relation);

		duplicates.insert(duplicates.end(), covered.begin(), covered.end());

		if (std::none_of(duplicates.begin(), duplicates.end(),
						 [&](const DuplicateIndex &duplicate) { return duplicate.index.oid == index->oid; }))
			return Obstacle{ActionEvent::kFail, "the index is no duplicate any more, and none covers it"};
	}
	return std::nullopt;
}

/* What stands there before, for the undo and for whoever asks later. */
Json
BeforeState(pg::Spi &spi, const Action &action)
{
	pg::Rows rows =
		spi.Query("SELECT pg_get_indexdef(i.indexrelid), obj_description(i.indexrelid, 'pg_class'),"
				  "       t.spcname, c.reloptions"
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
	return before;
}

std::optional<Obstacle>
Decide(pg::Spi &spi, pg::Journal &journal, Plan &plan)
{
	bool builds = (plan.action.kind == ActionKind::kCreateIndex) != IsRevert(plan.action);
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
			return Obstacle{ActionEvent::kPostpone, forbidden};
	}
	if (std::string stall = pg::WhatWouldStall(spi); !stall.empty())
		return Obstacle{ActionEvent::kPostpone, stall};
	if (std::string lag = pg::WhatLagsBehind(spi); builds && !IsRevert(plan.action) && !lag.empty())
		return Obstacle{ActionEvent::kPostpone, lag};
	/* A table that somebody has locked is not one that is gone. */
	pg::LockForReading(plan.action.relation);
	return builds ? DecideBuild(spi, journal, plan) : DecideDrop(spi, journal, plan);
}

/* Minutes, and longer each time, up to an hour; nothing keeps a person from applying it meanwhile. */
int
WaitAfterPostponements(int64_t count)
{
	return std::min(60, 1 << std::min<int64_t>(count, 6)) * 60;
}

/*
 * Whether what a worker left is finished, not cleared away: the parts that it
 * built took time.  But not where a crash came twice at the same part, which may
 * be what made it.
 */
bool
MayGoOn(pg::Spi &spi, pg::Journal &journal, Plan &plan)
{
	pg::Journal::Trouble trouble = journal.ErrorOfNewestEntry(plan.action.id);
	bool paused = !trouble.text.empty() && trouble.sqlstate.empty();
	pg::TransitionNote note;

	if (!HasParts(plan.action) || plan.doing == Doing::kDrop || !plan.action.local ||
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

/* First transaction: decides, and writes the intent down. */
Plan
Prepare(int64_t id)
{
	pg::Spi spi;
	pg::Journal journal(spi);
	Plan plan;
	pg::TransitionNote note;

	plan.action = journal.Load(id);
	note.worker_pid = pg::ProcessId();
	if (plan.action.status == ActionStatus::kRunning || plan.action.status == ActionStatus::kReverting)
	{
		plan.go = true;
		plan.doing = (plan.action.kind == ActionKind::kCreateIndex) != IsRevert(plan.action) ? Doing::kBuild
																							 : Doing::kDrop;
		plan.settle = !MayGoOn(spi, journal, plan);
		return plan;
	}
	if (plan.action.status != ActionStatus::kQueued && plan.action.status != ActionStatus::kRevertQueued)
		return plan;

	std::optional<Obstacle> obstacle = Decide(spi, journal, plan);

	if (!obstacle)
		note.before_state = BeforeState(spi, plan.action);
	if (!obstacle || obstacle->event == ActionEvent::kFail)
		ChangeAction(journal, plan.action, ActionEvent::kStart, note);
	plan.go = !obstacle;
	if (obstacle)
	{
		/* A person's decision stands. */
		if (obstacle->event == ActionEvent::kPostpone && plan.action.status == ActionStatus::kQueued &&
			journal.LastRequest(id).approved)
			obstacle->event = ActionEvent::kReturn;
		note.sqlstate = sqlstate::kNotInPrerequisiteState;
		note.error = obstacle->text;
		ChangeAction(journal, plan.action, obstacle->event, note);
		if (plan.action.status == ActionStatus::kProposed || plan.action.status == ActionStatus::kApproved)
			journal.Defer(id, WaitAfterPostponements(journal.CountPostponements(id)));
	}
	return plan;
}

/* Removes our own invalid index; true where nothing of it is left. */
bool
RemoveInvalid(const Action &action)
{
	for (int attempt = 0; attempt < (IsInHurry() ? 1 : kRemovalTries); attempt++)
	{
		if (LookAtIndex(action) != IndexState::kInvalid)
			return true;
		if (std::optional<Error> error = RunDdl(pg::DropIndexStatement(action.target)))
			pg::LogWarning("could not remove the invalid index " + action.target + ": " + error->message);
	}
	return LookAtIndex(action) != IndexState::kInvalid;
}

/* What is left of an attempt that did not succeed; true where nothing is. */
bool
ClearAway(const Plan &plan)
{
	if (!HasParts(plan.action) || plan.doing == Doing::kDrop)
		return RemoveInvalid(plan.action);
	return LookAtIndex(plan.action) == IndexState::kValid || RemoveParts(plan.action);
}

/* Does it, again after a while where a lock was in the way.  The last error, if it ended in one. */
std::optional<Error>
Execute(const Plan &plan)
{
	for (int failures = 1;; failures++)
	{
		/* Nothing of a partitioned table's index can be dropped concurrently. */
		std::optional<Error> error = HasParts(plan.action) ? RunBriefly(plan.sql) : RunDdl(plan.sql);

		if (!error)
			return std::nullopt;
		if (std::optional<Error> last = WaitToTryAgain(plan.action.id, *error, failures))
			return last;
		/* With the leftover still there, another build could only say that the name is taken. */
		if (!RemoveInvalid(plan.action))
			return error;
	}
}

/* Written down, and not tried again at once: other actions have their turn. */
void
NoteTrouble(int64_t id, const std::string &state, const std::string &message)
{
	(void) pg::RunTransaction(
		[&]
		{
			pg::Spi spi;
			pg::Journal journal(spi);
			Action action = journal.Load(id);
			pg::TransitionNote note;

			note.worker_pid = pg::ProcessId();
			note.sqlstate = state;
			note.error = message;
			if (journal.ErrorOfNewestEntry(id).text != message)
				(void) journal.Record(id, action.status, action.status, note);
			journal.Defer(id, kTroubleSeconds);
		});
}

/* What ends the work before its outcome is written down. */
template <typename Work>
void
NotingTrouble(int64_t id, Work &&work)
{
	try
	{
		work();
	}
	catch (const pg::ServerError &error)
	{
		NoteTrouble(id, error.Sqlstate(), error.message);
		throw;
	}
	catch (const Refusal &refusal)
	{
		NoteTrouble(id, refusal.error().sqlstate, refusal.error().message);
		throw;
	}
	catch (const std::exception &exception)
	{
		NoteTrouble(id, sqlstate::kInternalError, exception.what());
		throw;
	}
}

/* What ended the DDL; whoever cancelled it is named. */
std::string
Describe(const Error &error, const pg::Journal::Trouble &known)
{
	pg::StopState stop = pg::ReadStopState();

	if (error.sqlstate == sqlstate::kQueryCanceled && known.sqlstate == sqlstate::kQueryCanceled)
		return known.text;
	if (error.sqlstate == sqlstate::kQueryCanceled && stop.stopped)
		return "the steward was stopped by " + stop.by + ": " + stop.reason;
	/* What an expression makes of a row's value may stand in the message. */
	if (error.sqlstate.compare(0, 2, kDataException) == 0)
		return "a value of some row does not allow it";
	return error.message + (error.detail.empty() ? "" : " (" + error.detail + ")");
}

/* A quarter of the time for which it has been tried. */
int
RemoveAgainAfter(double seconds_so_far)
{
	return static_cast<int>(std::clamp(seconds_so_far / 4, kRemoveAgainSeconds, kRemoveAgainMost));
}

/* Last transaction: what is there decides. */
void
Conclude(Plan &plan, const std::optional<Error> &error)
{
	/* Somebody else was faster with the name: the index there is his, whatever its state. */
	bool taken = error && error->sqlstate == kDuplicateTable && !HasParts(plan.action);

	/* Who cancelled it waits; what is left then is removed by a worker after this one. */
	if (error && error->sqlstate == sqlstate::kQueryCanceled)
		Hurry();

	bool clean = taken || ClearAway(plan);
	IndexState state = LookAtIndex(plan.action);
	bool done = !taken && state == (plan.doing == Doing::kBuild ? IndexState::kValid : IndexState::kAbsent);

	InTransaction(
		[&]
		{
			pg::Spi spi;
			pg::Journal journal(spi);
			pg::TransitionNote note;

			note.worker_pid = pg::ProcessId();
			/* A worker before this one may have said what went wrong; or a person, who cancelled it. */
			pg::Journal::Trouble known = journal.ErrorOfNewestEntry(plan.action.id);

			if (error)
			{
				note.sqlstate = error->sqlstate;
				note.error = Describe(*error, known);
			}
			else if (!done)
			{
				/* Why it was paused is not why it failed. */
				bool said = !known.text.empty() && !known.sqlstate.empty();

				note.sqlstate = said ? known.sqlstate : sqlstate::kNotInPrerequisiteState;
				note.error = said          ? known.text
							 : plan.settle ? "the worker or the server ended during the work"
										   : "the index is not there";
			}
			if (!clean)
			{
				/* Still at work: a later worker settles it.  Who waits is told. */
				if (known.worker_pid == 0 || known.text.empty())
					(void) journal.Record(plan.action.id, plan.action.status, plan.action.status, note);
				journal.Defer(plan.action.id, RemoveAgainAfter(journal.SecondsSinceChange(plan.action.id)));
				return;
			}
			if (done && plan.doing == Doing::kBuild && !plan.comment.empty())
				spi.Execute(pg::CommentStatement(plan.action.target, plan.comment));
			if (done && !IsRevert(plan.action))
				note.measured = TakeBaseline(spi, plan.action);
			ChangeAction(journal, plan.action, done ? ActionEvent::kSucceed : ActionEvent::kFail, note);
		});
}

/* To be gone on with later; false where that was so too often. */
bool
Pause(const Action &action, const std::string &reason)
{
	bool pauses = true;

	InTransaction(
		[&]
		{
			pg::Spi spi;
			pg::Journal journal(spi);
			pg::TransitionNote note;
			int64_t count = journal.CountPauses(action.id);

			pauses = count < kMostPauses;
			if (!pauses)
				return;
			note.worker_pid = pg::ProcessId();
			note.error = "paused: " + reason;
			journal.Remark(action.id, action.status, note);
			journal.Defer(action.id, journal.NextDue({ActionStatus::kRevertQueued})
										 ? kSoonSeconds
										 : WaitAfterPostponements(count));
		});
	if (pauses)
		pg::LogMessage("action " + std::to_string(action.id) + " is paused: " + reason);
	return pauses;
}

void
CarryOut(int64_t id)
{
	Plan plan;

	InTransaction([&] { plan = Prepare(id); });
	if (!plan.go)
		return;
	pg::LogMessage("action " + std::to_string(id) +
				   " starts: " + (plan.settle ? "settling " + plan.action.target : plan.sql));

	std::optional<Error> error;

	if (!plan.settle && HasParts(plan.action) && plan.doing == Doing::kBuild)
	{
		PartsOutcome outcome = BuildParts(plan.action);

		if (!outcome.pause.empty() && Pause(plan.action, outcome.pause))
			return;
		error = outcome.error;
		if (!outcome.pause.empty())
			error = Error{sqlstate::kLockNotAvailable, outcome.pause, "", ""};
	}
	else if (!plan.settle)
		error = Execute(plan);
	if (!error && !plan.analyze.empty())
	{
		if (std::optional<Error> failure = RunDdl(plan.analyze))
			/* The message may quote what the expression makes of a row. */
			pg::LogWarning("action " + std::to_string(id) + ": the table could not be analysed: SQLSTATE " +
						   failure->sqlstate);
	}
	Conclude(plan, error);
	pg::LogMessage("action " + std::to_string(id) + " ended: " + std::string(StatusName(plan.action.status)));
}

} // namespace

void
RunAction(int64_t id)
{
	if (!pg::TryLockForActing())
		return;
	NotingTrouble(id, [&] { CarryOut(id); });
}

} // namespace steward
