/*-------------------------------------------------------------------------
 *
 * shared_memory.h
 *	  What the processes of the steward share.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "pg/guard.h"

extern "C"
{
#include "datatype/timestamp.h"
#include "port/atomics.h"
#include "storage/latch.h"
#include "storage/lwlock.h"
}

#include <string>

namespace steward::pg
{

constexpr int kMaxDatabases = 1024;
constexpr int kReasonLength = 256;
constexpr uint32 kMaxQuarantined = 256;

/* What the launcher knows of a database. */
struct DatabaseSlot
{
	Oid database;                   /* InvalidOid: the slot is free; Locks: lock */
	pid_t steward_pid;              /* 0: no steward runs; Locks: lock */
	Latch *steward_latch;           /* null: no steward runs; Locks: lock */
	bool has_extension;             /* as the last steward found; Locks: lock */
	bool wanted;                    /* somebody waits for its steward; Locks: lock */
	bool cleared;                   /* stopped, and nothing is left to clear away; Locks: lock */
	bool yield;                     /* its steward is to make room after its round; Locks: lock */
	TimestampTz away_until;         /* its steward leaves, and none is started before; Locks: lock */
	TimestampTz looked_at;          /* when a steward last looked; Locks: lock */
	TimestampTz started_at;         /* when its steward started; Locks: lock */
	TimestampTz last_round_at;      /* end of the last round that succeeded; Locks: lock */
	char last_error[kReasonLength]; /* of the last round; empty if it succeeded; Locks: lock */
};

struct SharedState
{
	LWLock *lock;                          /* set once at start */
	pid_t launcher_pid;                    /* Locks: lock */
	Latch *launcher_latch;                 /* Locks: lock */
	bool stopped;                          /* steward.stop(); Locks: lock */
	char stop_reason[kReasonLength];       /* Locks: lock */
	char stopped_by[NAMEDATALEN];          /* Locks: lock */
	TimestampTz stopped_at;                /* Locks: lock */
	int slot_failures;                     /* worker registrations that failed since start; Locks: lock */
	DatabaseSlot databases[kMaxDatabases]; /* Locks: lock */
	pg_atomic_uint32 quarantined_length;   /* so many may be taken; written under the lock, read without */
	pg_atomic_uint64 quarantined[kMaxQuarantined]; /* database and index; 0: free; likewise */
};

/* Null where the module was not preloaded. */
SharedState *Shared();

/* Called once by _PG_init while shared_preload_libraries is loaded. */
void RequestSharedMemory();

/* Holds the lock for a scope; no ERROR may be raised in it. */
class SharedLock
{
public:
	explicit SharedLock(LWLockMode mode);
	~SharedLock();
	SharedLock(const SharedLock &) = delete;
	SharedLock &operator=(const SharedLock &) = delete;
};

/* The slot of a database, taken if there is none yet; null if all are taken.  Lock held. */
DatabaseSlot *SlotOf(Oid database);

/* Copies a text into a field of shared memory, cut to fit. */
void CopyText(char *field, size_t size, const std::string &text);

struct StopState
{
	bool stopped = false;
	std::string reason;
	std::string by;
	TimestampTz at = 0;
};

StopState ReadStopState();

/* Survives a restart: kept in a file in the data directory. */
void WriteStopState(const StopState &state);

/* Wakes the launcher, and the steward of the database if one runs. */
void Wake(Oid database);

/* Wakes the launcher and all stewards. */
void WakeAll();

} // namespace steward::pg
