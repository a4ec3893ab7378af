/*-------------------------------------------------------------------------
 *
 * action_locks.h
 *	  Who refreshes the advice of a database, and who carries out its actions.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

namespace steward::pg
{

/*
 * Holds off other sessions that would do the same thing in this database.
 * kRefreshing: until the end of the transaction; waits.
 */
void LockForRefreshing();

/*
 * The one action worker of this database; until its process ends.  False
 * where another one works.
 */
bool TryLockForActing();

/*
 * Whether this transaction is to note how indexes are used; until it ends.  False
 * where another one just does.
 */
bool TryLockForNotingUsage();

/* Whether an action worker works in this database at this moment. */
bool SomebodyActs();

} // namespace steward::pg
