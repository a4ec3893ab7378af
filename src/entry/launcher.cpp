/*-------------------------------------------------------------------------
 *
 * launcher.cpp
 *	  The one process that sees to it that every database with the extension
 *	  has its steward.
 *
 * It holds no database: it reads pg_database, which is shared, and starts a
 * steward in each.  A steward that finds no extension there says so and ends
 * at once, and the database is looked at again after a while, or when CREATE
 * EXTENSION says that it is worth it.  With more databases than
 * pg_steward.max_workers they take turns; the home database always has its
 * steward.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include <algorithm>
#include <list>
#include <set>

#include "pg/quarantine.h"
#include "pg/session.h"
#include "pg/settings.h"
#include "pg/shared_memory.h"
#include "pg/transaction.h"
#include "pg/worker.h"

extern "C"
{
#include "miscadmin.h"
#include "storage/ipc.h"
#include "utils/timestamp.h"

PGDLLEXPORT void steward_launcher_main(Datum argument);
}

namespace steward
{

namespace
{

/* A database without the extension is looked at again after this time. */
constexpr int kLookAgainMs = 10 * 60 * 1000;

constexpr long kNapMs = 5000;

struct Running
{
	pg::StartedWorker worker;
	Oid database = InvalidOid;
};

/*
 * Why a database gets its steward; smaller is sooner.  Where nobody has looked
 * yet is no less urgent than where the extension is known to be: those known
 * come again and again, and the others would never have their turn.
 */
enum class Urgency
{
	kWanted,
	kHome,
	kInTurn, /* it has the extension, or nobody has looked for long */
	kNone,
};

/* A database's claim to a steward: the most urgent first, then who has waited longest. */
struct Claim
{
	Urgency urgency = Urgency::kNone;
	TimestampTz looked_at = 0;

	auto operator<=>(const Claim &) const = default;
};

class Launcher
{
public:
	void Run();

private:
	void Round();
	void ForgetGone(const std::vector<pg::ConnectableDatabase> &databases);
	Claim ClaimOf(const pg::ConnectableDatabase &database);
	void MakeRoom(Oid home);
	size_t CountRunning();

	std::list<Running> running_;
	bool slot_failure_told_ = false;
};

bool
IsHome(const pg::ConnectableDatabase &database)
{
	return pg::settings::home_database != nullptr && database.name == pg::settings::home_database;
}

/* The home database's steward makes no room for others, unless it is the only one. */
bool
StaysAtHome(const pg::ConnectableDatabase &database)
{
	return IsHome(database) && pg::settings::max_workers > 1;
}

void
Launcher::ForgetGone(const std::vector<pg::ConnectableDatabase> &databases)
{
	std::set<Oid> known;

	for (const pg::ConnectableDatabase &database : databases)
		known.insert(database.oid);
	pg::ForgetQuarantinesElsewhere(known);

	pg::SharedLock lock(LW_EXCLUSIVE);

	for (pg::DatabaseSlot &slot : pg::Shared()->databases)
	{
		if (OidIsValid(slot.database) && slot.steward_pid == 0 && known.count(slot.database) == 0)
			slot.database = InvalidOid;
	}
}

Claim
Launcher::ClaimOf(const pg::ConnectableDatabase &database)
{
	TimestampTz now = GetCurrentTimestamp();
	bool starting = std::any_of(running_.begin(), running_.end(),
								[&](const Running &running) { return running.database == database.oid; });
	bool stopped = pg::ReadStopState().stopped;
	pg::SharedLock lock(LW_EXCLUSIVE);
	pg::DatabaseSlot *slot = pg::SlotOf(database.oid);

	/* Stopped, only what was left when the server went down is cleared away. */
	if (slot != nullptr && stopped && slot->cleared)
		return {};
	if (slot == nullptr || starting || slot->steward_pid != 0 || slot->away_until > now)
		return {};
	if (slot->wanted)
		return {Urgency::kWanted, slot->looked_at};
	if (slot->has_extension)
		return {StaysAtHome(database) ? Urgency::kHome : Urgency::kInTurn, slot->looked_at};
	if (slot->looked_at == 0 || TimestampDifferenceExceeds(slot->looked_at, now, kLookAgainMs))
		return {Urgency::kInTurn, slot->looked_at};
	return {};
}

size_t
Launcher::CountRunning()
{
	std::set<Oid> databases;

	running_.remove_if([](const Running &running) { return pg::HasEnded(running.worker); });
	for (const Running &running : running_)
		databases.insert(running.database);

	/* Those of a launcher before this one have no handle here. */
	pg::SharedLock lock(LW_SHARED);

	for (const pg::DatabaseSlot &slot : pg::Shared()->databases)
	{
		if (slot.steward_pid != 0)
			databases.insert(slot.database);
	}
	return databases.size();
}

/* Others wait: who has been at it longest makes room after his round. */
void
Launcher::MakeRoom(Oid home)
{
	pg::SharedLock lock(LW_EXCLUSIVE);
	pg::DatabaseSlot *longest = nullptr;

	for (pg::DatabaseSlot &slot : pg::Shared()->databases)
	{
		if (slot.steward_pid == 0 || slot.database == home)
			continue;
		if (slot.yield)
			return;
		if (longest == nullptr || slot.started_at < longest->started_at)
			longest = &slot;
	}
	if (longest != nullptr)
	{
		longest->yield = true;
		if (longest->steward_latch != nullptr)
			SetLatch(longest->steward_latch);
	}
}

void
Launcher::Round()
{
	std::vector<pg::ConnectableDatabase> databases;
	std::vector<std::pair<Claim, const pg::ConnectableDatabase *>> waiting;
	Oid home = InvalidOid;

	if (std::optional<pg::ServerError> error = pg::RunTransaction([&] { databases = pg::ReadDatabases(); }))
	{
		pg::LogWarning("could not read the databases: " + error->message);
		return;
	}
	ForgetGone(databases);

	size_t running = CountRunning();

	for (const pg::ConnectableDatabase &database : databases)
	{
		Claim claim = ClaimOf(database);

		if (claim.urgency != Urgency::kNone)
			waiting.emplace_back(claim, &database);
		if (StaysAtHome(database))
			home = database.oid;
	}
	std::stable_sort(waiting.begin(), waiting.end(),
					 [](const auto &a, const auto &b) { return a.first < b.first; });
	for (const auto &[claim, database] : waiting)
	{
		if (running >= static_cast<size_t>(pg::settings::max_workers))
		{
			MakeRoom(home);
			return;
		}

		pg::StartedWorker worker = pg::StartSteward(database->oid, database->name);

		if (!worker.started())
		{
			if (!slot_failure_told_)
				pg::LogWarning("no background worker slot is free for database \"" + database->name +
							   "\"; raise max_worker_processes");
			slot_failure_told_ = true;

			pg::SharedLock lock(LW_EXCLUSIVE);

			pg::Shared()->slot_failures++;
			return;
		}
		slot_failure_told_ = false;
		running_.push_back({worker, database->oid});
		running++;
	}
}

void
Launcher::Run()
{
	for (;;)
	{
		pg::ReloadIfAsked();
		Round();
		pg::WaitMilliseconds(kNapMs);
	}
}

} // namespace

extern "C"
{
static void
OnLauncherExit([[maybe_unused]] int code, [[maybe_unused]] Datum argument)
{
	pg::SharedState *shared = pg::Shared();

	LWLockAcquire(shared->lock, LW_EXCLUSIVE);
	shared->launcher_pid = 0;
	shared->launcher_latch = nullptr;
	LWLockRelease(shared->lock);
}
}

} // namespace steward

void
steward_launcher_main([[maybe_unused]] Datum argument)
{
	using namespace steward;

	pg::RunBehindDoor(
		[]
		{
			pg::BeginWorker(InvalidOid);
			pg::Guarded([] { before_shmem_exit(OnLauncherExit, (Datum) 0); });
			{
				pg::SharedLock lock(LW_EXCLUSIVE);

				pg::Shared()->launcher_pid = MyProcPid;
				pg::Shared()->launcher_latch = MyLatch;
			}
			Launcher().Run();
		});
}
