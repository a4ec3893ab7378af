/*-------------------------------------------------------------------------
 *
 * leave_database.cpp
 *	  Have our workers leave a database that somebody wants for himself.
 *
 * Runs in the backend of whoever sends the statement, in C-like code: for any
 * other utility statement it is one look at the node's tag.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/leave_database.h"

#include "pg/compat.h"
#include "pg/shared_memory.h"

#include <csignal>

extern "C"
{
#include "access/xact.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_database.h"
#include "commands/dbcommands.h"
#include "commands/defrem.h"
#include "miscadmin.h"
#include "tcop/utility.h"
#include "utils/acl.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"
}

namespace steward::pg
{

namespace
{

/* No steward comes back within this time: the statement waits up to 5 s itself. */
constexpr int kAwayMs = 10000;

/* How long we wait for the steward to be gone; the statement's own wait follows. */
constexpr int kPatienceMs = 3000;

/* A steward in the middle of something long is told to stop after this time. */
constexpr int kGraceMs = 1000;
constexpr int kPollMs = 10;

ProcessUtility_hook_type previous_utility = nullptr;

/* The database that the statement wants to have for itself; null for any other statement. */
const char *
WantedDatabase(Node *statement)
{
	ListCell *cell;

	switch (nodeTag(statement))
	{
		case T_DropdbStmt:
			return reinterpret_cast<DropdbStmt *>(statement)->dbname;
		case T_RenameStmt:
			if (reinterpret_cast<RenameStmt *>(statement)->renameType == OBJECT_DATABASE)
				return reinterpret_cast<RenameStmt *>(statement)->subname;
			return nullptr;
		case T_AlterDatabaseStmt:
			foreach (cell, reinterpret_cast<AlterDatabaseStmt *>(statement)->options)
			{
				if (strcmp(lfirst_node(DefElem, cell)->defname, "tablespace") == 0)
					return reinterpret_cast<AlterDatabaseStmt *>(statement)->dbname;
			}
			return nullptr;
		case T_CreatedbStmt:
			foreach (cell, reinterpret_cast<CreatedbStmt *>(statement)->options)
			{
				auto *option = lfirst_node(DefElem, cell);

				if (strcmp(option->defname, "template") == 0 && option->arg != nullptr)
					return defGetString(option);
			}
			return nullptr;
		default:
			return nullptr;
	}
}

/* Whether the statement is not refused anyway: nobody else sends workers away. */
bool
IsAllowed(Node *statement, Oid database)
{
	HeapTuple tuple;
	bool allowed;

	if (!IsA(statement, CreatedbStmt))
		return compat::OwnsDatabase(database, GetUserId());
	if (superuser())
		return true;
	tuple = SearchSysCache1(AUTHOID, ObjectIdGetDatum(GetUserId()));
	if (!HeapTupleIsValid(tuple))
		return false;
	allowed = reinterpret_cast<Form_pg_authid>(GETSTRUCT(tuple))->rolcreatedb;
	ReleaseSysCache(tuple);
	if (!allowed || compat::OwnsDatabase(database, GetUserId()))
		return allowed;
	tuple = SearchSysCache1(DATABASEOID, ObjectIdGetDatum(database));
	if (!HeapTupleIsValid(tuple))
		return false;
	allowed = reinterpret_cast<Form_pg_database>(GETSTRUCT(tuple))->datistemplate;
	ReleaseSysCache(tuple);
	return allowed;
}

/* Asks the steward to leave, or makes it; false where none is there. */
bool
AskToLeave(Oid database, bool force)
{
	bool there = false;
	SharedState *shared = Shared();

	LWLockAcquire(shared->lock, LW_EXCLUSIVE);
	for (DatabaseSlot &slot : shared->databases)
	{
		if (slot.database != database)
			continue;
		slot.away_until = TimestampTzPlusMilliseconds(GetCurrentTimestamp(), kAwayMs);
		if (slot.steward_latch != nullptr)
		{
			SetLatch(slot.steward_latch);
			if (force && slot.steward_pid != 0)
				kill(slot.steward_pid, SIGTERM);
			there = true;
		}
	}
	LWLockRelease(shared->lock);
	return there;
}

void
ClearDatabase(Oid database)
{
	for (int waited = 0; waited < kPatienceMs && AskToLeave(database, waited == kGraceMs); waited += kPollMs)
	{
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, kPollMs,
						 compat::WaitEvent());
		ResetLatch(MyLatch);
		CHECK_FOR_INTERRUPTS();
	}
}

} // namespace

extern "C"
{
static void
OnUtility(PlannedStmt *statement, const char *text, bool read_only_tree, ProcessUtilityContext context,
		  ParamListInfo parameters, QueryEnvironment *environment, DestReceiver *receiver,
		  QueryCompletion *completion)
{
	const char *wanted = WantedDatabase(statement->utilityStmt);

	if (wanted != nullptr && IsTransactionState())
	{
		Oid database = get_database_oid(wanted, true);

		if (OidIsValid(database) && IsAllowed(statement->utilityStmt, database))
			ClearDatabase(database);
	}
	if (previous_utility != nullptr)
		previous_utility(statement, text, read_only_tree, context, parameters, environment, receiver,
						 completion);
	else
		standard_ProcessUtility(statement, text, read_only_tree, context, parameters, environment, receiver,
								completion);
}
}

void
InstallLeaveHook()
{
	previous_utility = ProcessUtility_hook;
	ProcessUtility_hook = OnUtility;
}

} // namespace steward::pg
