/*-------------------------------------------------------------------------
 *
 * steward_worker.cpp
 *	  The steward of one database.
 *
 * Each tick it looks whether the extension is still there, does the rounds
 * that are due, and hands the next action of the queue to an action worker.
 * One transaction for each piece of work; an error is told once and costs
 * that piece.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "flow/run_round.h"
#include "pg/quarantine.h"
#include "pg/session.h"
#include "pg/shared_memory.h"
#include "pg/standbys.h"
#include "pg/transaction.h"
#include "pg/worker.h"

extern "C"
{
#include "miscadmin.h"
#include "storage/ipc.h"
#include "utils/timestamp.h"

PGDLLEXPORT void steward_worker_main(Datum argument);
}

namespace steward
{

namespace
{

constexpr long kTickMs = 1000;

/* While an action runs or waits, the queue is looked at more often. */
constexpr long kBusyTickMs = 200;

class Steward
{
public:
	void Run();

private:
	bool Tick(); /* false: there is nothing to stay for */
	bool ExtensionIsHere();
	bool HasToLeave();
	bool HasOtherSettings();
	void EndQuarantines();
	void KeepQuarantines(bool keeps);
	bool MayWrite();
	void AskStandbys();
	void MeasureIndexes();
	void BeginMaintenance();
	void EndMaintenance();
	void DoRounds();
	void RestIfCleared();
	void ServeQueue(bool stopped);
	bool Attempt(const char *what, const std::function<void()> &work);
	void NoteFailure(const char *what, const std::string &message);
	void NoteError(const std::string &what, const std::string &error);
	void ForgetErrors();

	std::optional<pg::StartedWorker> action_;
	std::optional<std::string> settings_; /* of the database, when it started */
	double last_observation_ = 0;
	double last_usage_ = 0;
	double last_advice_ = 0;
	bool round_done_ = false;
	std::optional<int64_t> maintenance_;      /* the round of maintenance that began */
	std::map<std::string, std::string> told_; /* the last error of each kind of work */
};

void
WithSlot(const std::function<void(pg::DatabaseSlot &)> &use)
{
	pg::SharedLock lock(LW_EXCLUSIVE);

	if (pg::DatabaseSlot *slot = pg::SlotOf(MyDatabaseId))
		use(*slot);
}

void
ShowError(const std::string &error)
{
	WithSlot([&](pg::DatabaseSlot &slot) { pg::CopyText(slot.last_error, sizeof(slot.last_error), error); });
}

/* What keeps failing is told once, also while something else fails beside it. */
void
Steward::NoteError(const std::string &what, const std::string &error)
{
	std::string &told = told_[what];

	if (error != told)
		pg::LogWarning(error);
	told = error;
	ShowError(error);
}

void
Steward::ForgetErrors()
{
	told_.clear();
	ShowError("");
}

/* Whether somebody dropped the extension, perhaps while we were at work on its tables. */
bool
ExtensionIsGone()
{
	Presence presence = Presence::kPresent;
	std::optional<pg::ServerError> error = pg::RunTransaction([&] { presence = LookForExtension(); });

	return !error && presence == Presence::kAbsent;
}

/* An extension that was dropped takes its tables along, which is no error worth telling. */
void
Steward::NoteFailure(const char *what, const std::string &message)
{
	if (!ExtensionIsGone())
		NoteError(what, std::string("could not ") + what + ": " + message);
}

/* One piece of work in a transaction of its own; what goes wrong is told and ends there. */
bool
Steward::Attempt(const char *what, const std::function<void()> &work)
{
	std::string message;

	try
	{
		std::optional<pg::ServerError> error = pg::RunTransaction(work);

		pg::ReleaseAdvisoryLocks();
		if (!error)
		{
			told_.erase(what);
			return true;
		}
		message = error->message;
	}
	catch (const std::exception &error)
	{
		message = error.what();
	}
	NoteFailure(what, message);
	return false;
}

bool
Steward::ExtensionIsHere()
{
	Presence presence = Presence::kAbsent;

	if (!Attempt("look for the extension", [&] { presence = LookForExtension(); }))
		return true;
	WithSlot(
		[&](pg::DatabaseSlot &slot)
		{
			/* Before that there were no rounds to be late. */
			if (presence == Presence::kPresent && !slot.has_extension)
				slot.started_at = GetCurrentTimestamp();
			slot.has_extension = presence == Presence::kPresent;
			slot.looked_at = GetCurrentTimestamp();
		});
	if (presence != Presence::kPresent)
		EndQuarantines();
	if (presence == Presence::kOtherVersion)
		NoteError("version", std::string("the SQL objects in this database are not of version ") +
								 STEWARD_VERSION +
								 ", which is loaded; run ALTER EXTENSION pg_steward UPDATE;");
	return presence == Presence::kPresent;
}

bool
Steward::HasToLeave()
{
	bool away = false;
	bool yield = false;

	WithSlot(
		[&](pg::DatabaseSlot &slot)
		{
			away = slot.away_until > GetCurrentTimestamp();
			yield = slot.yield;
		});
	if (away)
	{
		if (action_)
			pg::Guarded([&] { TerminateBackgroundWorker(action_->handle); });
		return true;
	}
	return yield && round_done_ && !action_;
}

/* ALTER DATABASE SET is taken up by who connects after it. */
bool
Steward::HasOtherSettings()
{
	std::string now;

	if (action_ || !Attempt("read the settings of the database", [&] { now = SettingsOfDatabase(); }))
		return false;
	if (!settings_)
		settings_ = now;
	return *settings_ != now;
}

/* What is in quarantine is no longer looked after, and that cannot be written down. */
void
Steward::EndQuarantines()
{
	Attempt("end the quarantines", [] { (void) pg::QuarantineOnly({}); });
}

/* Where nobody looks at what becomes slower without an index, it is used. */
void
Steward::KeepQuarantines(bool keeps)
{
	Attempt(keeps ? "have the planner do without what is in quarantine" : "end the quarantines",
			keeps ? QuarantineRound : LiftRound);
}

/* Not where our tables are published, until somebody says that the subscribers have them. */
bool
Steward::MayWrite()
{
	std::string publication;

	if (pg::settings::accept_publication)
		return true;
	if (!Attempt("look for publications", [&] { publication = FindPublication(); }))
		return false;
	if (!publication.empty())
		NoteError(
			"publication",
			"publication " + publication +
				" publishes the steward's tables, too; nothing is written: see SELECT * FROM steward.status();");
	else
		told_.erase("publication");
	return publication.empty();
}

/* Outside of a transaction, which must not last as long as a server does not answer. */
void
Steward::AskStandbys()
{
	std::string database;
	std::vector<pg::StandbyAnswer> answers;

	if (!Attempt("look up the name of its database", [&] { database = pg::CurrentDatabaseName(); }))
		return;
	try
	{
		answers = pg::AskStandbys(database);
	}
	catch (const std::exception &error)
	{
		NoteFailure("ask the standbys", error.what());
		return;
	}
	Attempt("note what standbys use indexes for", [&] { StandbyRound(answers); });
}

/* Each in a transaction of its own: it holds up nobody's VACUUM. */
void
Steward::MeasureIndexes()
{
	std::vector<ObjectId> indexes;

	Attempt("look for indexes to measure", [&] { indexes = IndexesToMeasureNow(); });
	for (ObjectId index : indexes)
	{
		/* It takes a while: what people ask for is not to wait. */
		pg::ReloadIfAsked();
		if (pg::ReadStopState().stopped || HasToLeave())
			return;
		ServeQueue(false);
		if (Attempt("begin to measure an index", [&] { BeginMeasuringRound(index); }))
			Attempt("measure the bloat of an index", [&] { MeasureRound(index); });
	}
}

/* What it finds is advised by the round that follows. */
void
Steward::BeginMaintenance()
{
	std::optional<int64_t> round;

	if (!Attempt("begin a round of maintenance", [&] { round = BeginMaintenanceRound(); }) || !round)
		return;
	maintenance_ = round;
	MeasureIndexes();
}

void
Steward::EndMaintenance()
{
	if (maintenance_ && Attempt("write the maintenance report", [&] { EndMaintenanceRound(*maintenance_); }))
		maintenance_.reset();
}

void
Steward::DoRounds()
{
	double now = pg::SecondsSinceEpoch();
	pg::Mode mode = pg::CurrentMode();

	if (mode >= pg::Mode::kObserve && now >= last_observation_ + pg::settings::workload_interval_s)
	{
		Attempt("note the workload", ObserveRound);
		Attempt("forget what is old", ForgetRound);
		last_observation_ = now;
	}
	if (mode == pg::Mode::kObserve && now >= last_usage_ + pg::settings::round_interval_s)
	{
		AskStandbys();
		Attempt("note how indexes are used", UsageRound);
		last_usage_ = now;
	}
	if (mode >= pg::Mode::kAdvise && now >= last_advice_ + pg::settings::round_interval_s)
	{
		AskStandbys();
		BeginMaintenance();
		Attempt("verify what was applied", VerifyRound);
		if (pg::HasQuarantines() && Attempt("note how indexes are used", UsageRound))
			Attempt("judge what is in quarantine", JudgeQuarantinesRound);
		if (Attempt("renew the advice", [] { AdviseRound(); }))
		{
			ForgetErrors();
			WithSlot([](pg::DatabaseSlot &slot) { slot.last_round_at = GetCurrentTimestamp(); });
		}
		Attempt("schedule actions", ScheduleRound);
		EndMaintenance();
		last_advice_ = now;
	}
	round_done_ = true;
}

/* Stopped, it still clears away what was left. */
void
Steward::ServeQueue(bool stopped)
{
	std::optional<int64_t> next;

	if (action_ && pg::HasEnded(*action_))
		action_.reset();
	if (action_ || !Attempt("look into the queue", [&] { next = stopped ? NextLeftover() : NextAction(); }) ||
		!next)
		return;

	pg::StartedWorker worker = pg::StartActionWorker(MyDatabaseId, *next);

	if (worker.started())
		action_ = worker;
	else
		NoteError("action", "no background worker slot is free for an action; raise max_worker_processes");
}

/* Others may have its place while it is stopped, but not before it has cleared away what was left. */
void
Steward::RestIfCleared()
{
	bool left = true;

	if (action_ || !Attempt("look for what is left", [&] { left = AnythingLeft(); }))
		return;
	round_done_ = !left;
	WithSlot([&](pg::DatabaseSlot &slot) { slot.cleared = !left; });
}

bool
Steward::Tick()
{
	pg::ReloadIfAsked();
	if (HasToLeave() || !ExtensionIsHere() || HasOtherSettings())
		return false;
	if (!MayWrite())
	{
		EndQuarantines();
		round_done_ = true;
		return true;
	}

	bool stopped = pg::ReadStopState().stopped;

	KeepQuarantines(!stopped && pg::CurrentMode() >= pg::Mode::kAdvise);
	ServeQueue(stopped);
	if (!stopped)
		DoRounds();
	else
		RestIfCleared();
	return true;
}

void
Steward::Run()
{
	WithSlot([](pg::DatabaseSlot &slot) { slot.wanted = false; });
	while (Tick())
		pg::WaitMilliseconds(action_ ? kBusyTickMs : kTickMs);
}

} // namespace

extern "C"
{
static void
OnStewardExit([[maybe_unused]] int code, [[maybe_unused]] Datum argument)
{
	pg::SharedState *shared = pg::Shared();

	LWLockAcquire(shared->lock, LW_EXCLUSIVE);
	for (pg::DatabaseSlot &slot : shared->databases)
	{
		if (slot.steward_pid != MyProcPid)
			continue;
		slot.steward_pid = 0;
		slot.steward_latch = nullptr;
		slot.yield = false;
	}
	if (shared->launcher_latch != nullptr)
		SetLatch(shared->launcher_latch);
	LWLockRelease(shared->lock);
}
}

} // namespace steward

void
steward_worker_main(Datum argument)
{
	using namespace steward;

	pg::RunBehindDoor(
		[&]
		{
			bool alone = true;

			pg::BeginWorker(DatumGetObjectId(argument));
			pg::Guarded([] { before_shmem_exit(OnStewardExit, (Datum) 0); });
			WithSlot(
				[&](pg::DatabaseSlot &slot)
				{
					alone = slot.steward_pid == 0;
					if (!alone)
						return;
					slot.steward_pid = MyProcPid;
					slot.steward_latch = MyLatch;
					slot.cleared = false;
					slot.looked_at = GetCurrentTimestamp();
					slot.started_at = slot.looked_at;
				});
			if (alone)
				Steward().Run();
		});
}
