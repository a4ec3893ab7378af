/*-------------------------------------------------------------------------
 *
 * worker.h
 *	  Register, start and wait for our background workers.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "pg/guard.h"

extern "C"
{
#include "postmaster/bgworker.h"
}

#include <cstdint>
#include <string>
#include <vector>

namespace steward::pg
{

/* As pg_stat_activity.backend_type shows them. */
inline constexpr const char *kLauncherType = "pg_steward launcher";
inline constexpr const char *kStewardType = "pg_steward";
inline constexpr const char *kActionWorkerType = "pg_steward action";

/* Called once by _PG_init while shared_preload_libraries is loaded. */
void RegisterLauncher();

/* A worker that was started; its state can be asked for. */
struct StartedWorker
{
	BackgroundWorkerHandle *handle = nullptr; /* null: no slot was free */

	bool started() const { return handle != nullptr; }
};

StartedWorker StartSteward(Oid database, const std::string &name);
StartedWorker StartActionWorker(Oid database, int64_t action);

bool HasEnded(const StartedWorker &worker);

/* What an action worker was started for, from its MyBgworkerEntry. */
int64_t ActionOfWorker();

/*
 * The first steps of each worker: signal handlers, connection as the
 * bootstrap superuser (InvalidOid: to no database, shared catalogs only),
 * search_path; of a deadlock it is, nearly always, the worker that gives way.
 */
void BeginWorker(Oid database);

/* Takes up a reload of the configuration, if one was asked for. */
void ReloadIfAsked();

/* Of this worker, instead of pg_steward.lock_timeout. */
void SetLockTimeout(int milliseconds);

/* The databases one can connect to, templates left out. */
struct ConnectableDatabase
{
	Oid oid = InvalidOid;
	std::string name;
};

/* In a transaction; needs no connection to a database. */
std::vector<ConnectableDatabase> ReadDatabases();

} // namespace steward::pg
