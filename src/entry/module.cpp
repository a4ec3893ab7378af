/*-------------------------------------------------------------------------
 *
 * module.cpp
 *	  What the server calls when it loads the module.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/executor_hooks.h"
#include "pg/guard.h"
#include "pg/hooks.h"
#include "pg/leave_database.h"
#include "pg/samples.h"
#include "pg/settings.h"
#include "pg/shared_memory.h"
#include "pg/worker.h"

extern "C"
{
#include "miscadmin.h"

PG_MODULE_MAGIC;

PGDLLEXPORT void _PG_init(void);
}

void
_PG_init(void)
{
	using namespace steward;

	pg::RunBehindDoor(
		[]
		{
			pg::Guarded([] { pg::DefineSettings(); });
			pg::InstallHooks();
			if (!process_shared_preload_libraries_in_progress || IsBinaryUpgrade)
				return;
			pg::RequestSharedMemory();
			pg::RequestSampleMemory();
			pg::InstallExecutorHooks();
			pg::InstallLeaveHook();
			pg::Guarded([] { pg::RegisterLauncher(); });
		});
}
