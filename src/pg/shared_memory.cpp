/*-------------------------------------------------------------------------
 *
 * shared_memory.cpp
 *	  What the processes of the steward share.
 *
 * One struct under one LWLock, touched only by our workers and by functions
 * that people call: nothing on the path of a user's statement.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/shared_memory.h"

#include "base/text.h"

extern "C"
{
#include "miscadmin.h"
#include "storage/fd.h"
#include "storage/ipc.h"
#include "storage/shmem.h"
#include "utils/timestamp.h"
}

#include <cstdio>
#include <cstring>

namespace steward::pg
{

namespace
{

constexpr const char *kTranche = "pg_steward";

/* Lies in the data directory: it must not follow a dump, nor a base backup's standby elsewhere. */
constexpr const char *kStopFile = "pg_steward_stopped";

SharedState *shared = nullptr;
shmem_request_hook_type previous_request = nullptr;
shmem_startup_hook_type previous_startup = nullptr;

/* First line: when and who; the rest: why. */
void
LoadStopFile()
{
	FILE *file = AllocateFile(kStopFile, PG_BINARY_R);
	long long at = 0;
	char by[NAMEDATALEN] = "";
	size_t length;

	if (file == nullptr)
		return;
	shared->stopped = true;
	if (fscanf(file, "%lld %63[^\n]\n", &at, by) == 2)
	{
		shared->stopped_at = at;
		strlcpy(shared->stopped_by, by, sizeof(shared->stopped_by));
		length = fread(shared->stop_reason, 1, sizeof(shared->stop_reason) - 1, file);
		shared->stop_reason[length] = '\0';
	}
	FreeFile(file);
}

} // namespace

extern "C"
{
static void
OnShmemRequest()
{
	if (previous_request != nullptr)
		previous_request();
	RequestAddinShmemSpace(MAXALIGN(sizeof(SharedState)));
	RequestNamedLWLockTranche(kTranche, 1);
}

static void
OnShmemStartup()
{
	bool found = false;

	if (previous_startup != nullptr)
		previous_startup();
	LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
	shared = static_cast<SharedState *>(ShmemInitStruct("pg_steward", sizeof(SharedState), &found));
	if (!found)
	{
		memset(shared, 0, sizeof(SharedState));
		shared->lock = &GetNamedLWLockTranche(kTranche)->lock;
		pg_atomic_init_u32(&shared->quarantined_length, 0);
		for (pg_atomic_uint64 &place : shared->quarantined)
			pg_atomic_init_u64(&place, 0);
		LoadStopFile();
	}
	LWLockRelease(AddinShmemInitLock);
}
}

SharedState *
Shared()
{
	return shared;
}

void
RequestSharedMemory()
{
	previous_request = shmem_request_hook;
	shmem_request_hook = OnShmemRequest;
	previous_startup = shmem_startup_hook;
	shmem_startup_hook = OnShmemStartup;
}

SharedLock::SharedLock(LWLockMode mode)
{
	LWLockAcquire(shared->lock, mode);
}

SharedLock::~SharedLock()
{
	LWLockRelease(shared->lock);
}

DatabaseSlot *
SlotOf(Oid database)
{
	DatabaseSlot *free_slot = nullptr;

	for (DatabaseSlot &slot : shared->databases)
	{
		if (slot.database == database)
			return &slot;
		if (!OidIsValid(slot.database) && free_slot == nullptr)
			free_slot = &slot;
	}
	if (free_slot != nullptr)
	{
		memset(free_slot, 0, sizeof(*free_slot));
		free_slot->database = database;
	}
	return free_slot;
}

void
CopyText(char *field, size_t size, const std::string &text)
{
	size_t length = ClippedLength(text, size - 1);

	memcpy(field, text.data(), length);
	field[length] = '\0';
}

StopState
ReadStopState()
{
	char reason[kReasonLength];
	char by[NAMEDATALEN];
	StopState state;

	if (shared == nullptr)
		return state;
	{
		SharedLock lock(LW_SHARED);

		state.stopped = shared->stopped;
		state.at = shared->stopped_at;
		strlcpy(reason, shared->stop_reason, sizeof(reason));
		strlcpy(by, shared->stopped_by, sizeof(by));
	}
	state.reason = reason;
	state.by = by;
	return state;
}

void
WriteStopState(const StopState &state)
{
	Guarded(
		[&]
		{
			if (state.stopped)
			{
				FILE *file = AllocateFile(kStopFile, PG_BINARY_W);

				if (file == nullptr)
					ereport(ERROR, (errcode_for_file_access(),
									errmsg("could not create file \"%s\": %m", kStopFile)));
				if (fprintf(file, "%lld %s\n%s", static_cast<long long>(state.at), state.by.c_str(),
							state.reason.c_str()) < 0 ||
					fflush(file) != 0 || pg_fsync(fileno(file)) != 0 || FreeFile(file) != 0)
					ereport(ERROR, (errcode_for_file_access(),
									errmsg("could not write file \"%s\": %m", kStopFile)));
				fsync_fname(".", true);
			}
			else
				durable_unlink(kStopFile, DEBUG1);
		});

	SharedLock lock(LW_EXCLUSIVE);

	shared->stopped = state.stopped;
	shared->stopped_at = state.at;
	CopyText(shared->stop_reason, sizeof(shared->stop_reason), state.reason);
	CopyText(shared->stopped_by, sizeof(shared->stopped_by), state.by);
}

void
Wake(Oid database)
{
	SharedLock lock(LW_SHARED);

	if (shared->launcher_latch != nullptr)
		SetLatch(shared->launcher_latch);
	for (DatabaseSlot &slot : shared->databases)
	{
		if (slot.database == database && slot.steward_latch != nullptr)
			SetLatch(slot.steward_latch);
	}
}

void
WakeAll()
{
	SharedLock lock(LW_SHARED);

	if (shared->launcher_latch != nullptr)
		SetLatch(shared->launcher_latch);
	for (DatabaseSlot &slot : shared->databases)
	{
		if (slot.steward_latch != nullptr)
			SetLatch(slot.steward_latch);
	}
}

} // namespace steward::pg
