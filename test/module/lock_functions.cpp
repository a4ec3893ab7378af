/*-------------------------------------------------------------------------
 *
 * lock_functions.cpp
 *	  Hold a lock of the steward's shared memory, to see who waits for it.
 *
 *	  CREATE FUNCTION hold_lock(tranche text) RETURNS void
 *	      LANGUAGE c STRICT AS '$libdir/steward_test';
 *
 * Until the statement is cancelled.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/guard.h"

extern "C"
{
#include "miscadmin.h"
#include "storage/latch.h"
#include "storage/lwlock.h"
#include "utils/builtins.h"
#include "utils/wait_event.h"

PGDLLEXPORT Datum hold_lock(PG_FUNCTION_ARGS);
PGDLLEXPORT PG_FUNCTION_INFO_V1(hold_lock);
}

Datum
hold_lock(PG_FUNCTION_ARGS)
{
	LWLock *lock = &GetNamedLWLockTranche(text_to_cstring(PG_GETARG_TEXT_PP(0)))->lock;

	LWLockAcquire(lock, LW_EXCLUSIVE);
	/* While one is held, a cancel is only noted. */
	while (!QueryCancelPending && !ProcDiePending)
	{
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, 100, PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
	}
	LWLockRelease(lock);
	CHECK_FOR_INTERRUPTS();
	PG_RETURN_VOID();
}
