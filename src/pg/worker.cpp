/*-------------------------------------------------------------------------
 *
 * worker.cpp
 *	  Register, start and wait for our background workers.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/worker.h"

extern "C"
{
#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "catalog/pg_database.h"
#include "miscadmin.h"
#include "postmaster/interrupt.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/proc.h"
#include "tcop/tcopprot.h"
#include "utils/guc.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
}

#include <algorithm>
#include <cstring>

#include "pg/compat.h"
#include "pg/settings.h"

namespace steward::pg
{

namespace
{

/* A launcher that died comes back after so many seconds. */
constexpr int kRestartSeconds = 5;

BackgroundWorker
Describe(const char *function, const char *type, const std::string &name)
{
	BackgroundWorker worker;

	memset(&worker, 0, sizeof(worker));
	worker.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
	worker.bgw_start_time = BgWorkerStart_RecoveryFinished;
	worker.bgw_restart_time = BGW_NEVER_RESTART;
	strlcpy(worker.bgw_library_name, "pg_steward", sizeof(worker.bgw_library_name));
	strlcpy(worker.bgw_function_name, function, sizeof(worker.bgw_function_name));
	strlcpy(worker.bgw_type, type, sizeof(worker.bgw_type));
	strlcpy(worker.bgw_name, name.c_str(), sizeof(worker.bgw_name));
	return worker;
}

StartedWorker
Start(BackgroundWorker &worker)
{
	StartedWorker started;

	Guarded(
		[&]
		{
			MemoryContext outer = MemoryContextSwitchTo(TopMemoryContext);

			worker.bgw_notify_pid = MyProcPid;
			if (!RegisterDynamicBackgroundWorker(&worker, &started.handle))
				started.handle = nullptr;
			MemoryContextSwitchTo(outer);
		});
	return started;
}

/* What the database or the server may have otherwise, for sessions of people. */
constexpr const char *kOwnSettings[][2] = {
	{"search_path", "pg_catalog, pg_temp"},
	{"statement_timeout", "0"},
	{"transaction_timeout", "0"}, /* since 17 */
	{"idle_in_transaction_session_timeout", "0"},
	{"default_transaction_isolation", "read committed"},
	{"default_transaction_read_only", "off"},
	{"default_transaction_deferrable", "off"},
	/* A standby that has stopped must not hold up what we write down. */
	{"synchronous_commit", "local"},
	{"standard_conforming_strings", "on"},
	{"quote_all_identifiers", "off"},
	{"DateStyle", "ISO"},
	{"extra_float_digits", "1"},
	/* A parallel plan of ours would take a worker from somebody who waits for his. */
	{"max_parallel_workers_per_gather", "0"},
	/* What we ask of the catalog is estimated dearer than it is. */
	{"jit", "off"},
};

/* Of deadlock_timeout: so much sooner than others we look whether we are in a deadlock, or sooner still. */
constexpr int kSooner = 10;
constexpr int kSoonMs = 100;

/*
 * A deadlock ends for him who looks first, once his deadlock_timeout is over.
 * While REINDEX and CREATE INDEX CONCURRENTLY wait for older snapshots, somebody's
 * ALTER TABLE has one and waits for us: he is not to be the one, unless his time was
 * nearly over.  And an autovacuum
 * worker gives way after that time, which so comes long before lock_timeout.
 */
void
GiveWayFirst()
{
	std::string text = std::to_string(std::clamp(DeadlockTimeout / kSooner, 1, kSoonMs));

	Guarded([&] { SetConfigOption("deadlock_timeout", text.c_str(), PGC_SUSET, PGC_S_SESSION); });
}

} // namespace

void
RegisterLauncher()
{
	BackgroundWorker worker = Describe("steward_launcher_main", kLauncherType, kLauncherType);

	worker.bgw_restart_time = kRestartSeconds;
	RegisterBackgroundWorker(&worker);
}

StartedWorker
StartSteward(Oid database, const std::string &name)
{
	BackgroundWorker worker = Describe("steward_worker_main", kStewardType, "pg_steward: " + name);

	worker.bgw_main_arg = ObjectIdGetDatum(database);
	return Start(worker);
}

StartedWorker
StartActionWorker(Oid database, int64_t action)
{
	BackgroundWorker worker =
		Describe("steward_action_main", kActionWorkerType, "pg_steward action " + std::to_string(action));

	worker.bgw_main_arg = ObjectIdGetDatum(database);
	static_assert(sizeof(action) <= BGW_EXTRALEN);
	memcpy(worker.bgw_extra, &action, sizeof(action));
	return Start(worker);
}

bool
HasEnded(const StartedWorker &worker)
{
	BgwHandleStatus status = BGWH_STOPPED;

	Guarded(
		[&]
		{
			pid_t pid;

			status = GetBackgroundWorkerPid(worker.handle, &pid);
		});
	return status == BGWH_STOPPED;
}

int64_t
ActionOfWorker()
{
	int64_t action = 0;

	memcpy(&action, MyBgworkerEntry->bgw_extra, sizeof(action));
	return action;
}

void
BeginWorker(Oid database)
{
	Guarded(
		[&]
		{
			pqsignal(SIGHUP, SignalHandlerForConfigReload);
			pqsignal(SIGTERM, die);
			BackgroundWorkerUnblockSignals();
			if (OidIsValid(database))
				BackgroundWorkerInitializeConnectionByOid(database, InvalidOid, 0);
			else
				BackgroundWorkerInitializeConnection(nullptr, nullptr, 0);
			for (const char *const *setting : kOwnSettings)
			{
				if (GetConfigOption(setting[0], true, false) != nullptr)
					SetConfigOption(setting[0], setting[1], PGC_USERSET, PGC_S_SESSION);
			}
			/* Our own statements are no part of the workload. */
			if (GetConfigOption("pg_stat_statements.track", true, false) != nullptr)
				SetConfigOption("pg_stat_statements.track", "none", PGC_SUSET, PGC_S_SESSION);
		});
	GiveWayFirst();
	/* A lock that somebody else keeps costs one piece of work, not the worker. */
	SetLockTimeout(settings::lock_timeout_ms);
}

void
SetLockTimeout(int milliseconds)
{
	std::string text = std::to_string(milliseconds);

	Guarded([&] { SetConfigOption("lock_timeout", text.c_str(), PGC_USERSET, PGC_S_SESSION); });
}

void
ReloadIfAsked()
{
	if (!ConfigReloadPending)
		return;
	ConfigReloadPending = false;
	Guarded([] { ProcessConfigFile(PGC_SIGHUP); });
}

std::vector<ConnectableDatabase>
ReadDatabases()
{
	std::vector<ConnectableDatabase> databases;

	Guarded(
		[&]
		{
			Relation catalog = table_open(DatabaseRelationId, AccessShareLock);
			TableScanDesc scan = table_beginscan_catalog(catalog, 0, nullptr);
			HeapTuple tuple;

			while ((tuple = heap_getnext(scan, ForwardScanDirection)) != nullptr)
			{
				auto *form = (Form_pg_database) GETSTRUCT(tuple);

				if (form->datallowconn && !form->datistemplate)
					databases.push_back({form->oid, NameStr(form->datname)});
			}
			table_endscan(scan);
			table_close(catalog, AccessShareLock);
		});
	return databases;
}

} // namespace steward::pg
