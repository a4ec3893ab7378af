/*-------------------------------------------------------------------------
 *
 * sandbox.cpp
 *	  Where other people's statements are parsed and planned.
 *
 * Server.  Locks: those of parse analysis and planning (AccessShareLock),
 * until the subtransaction is rolled back.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/sandbox.h"

#include "pg/raii.h"
#include "pg/settings.h"
#include "pg/spi.h"

extern "C"
{
#include "access/xact.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "storage/latch.h"
#include "storage/proc.h"
#include "utils/acl.h"
#include "utils/guc.h"
#include "utils/resowner.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "utils/timeout.h"
}

namespace steward::pg
{

namespace
{

/* A lock that somebody holds for longer than this makes a statement wait for the next round. */
constexpr int kLockTimeoutMs = 500;

/* A function that goes on when it is cancelled holds a worker up no longer than so many time limits. */
constexpr int kMostCancels = 10;

constexpr const char *kPlannerRole = "steward_planner";

bool timeout_registered = false;
TimeoutId planning_timeout;
volatile sig_atomic_t planning_timed_out = 0; /* so many times */

/* Whether the role can get at the server itself, whatever a transaction may write. */
bool
IsPowerful(Oid role)
{
	return superuser_arg(role) || has_privs_of_role(role, ROLE_PG_EXECUTE_SERVER_PROGRAM) ||
		   has_privs_of_role(role, ROLE_PG_READ_SERVER_FILES) ||
		   has_privs_of_role(role, ROLE_PG_WRITE_SERVER_FILES);
}

void
SetForSubtransaction(const char *name, const char *value)
{
	(void) set_config_option(name, value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
}

} // namespace

extern "C"
{
static void
HandlePlanningTimeout()
{
	planning_timed_out = planning_timed_out + 1;
	InterruptPending = true;
	QueryCancelPending = true;
	if (planning_timed_out > kMostCancels && MyBackendType == B_BG_WORKER)
		ProcDiePending = true;
	SetLatch(MyLatch);
}
}

std::optional<ServerError>
RunSandboxed(const Identity &identity, const std::function<void()> &body)
{
	std::optional<ServerError> failure;
	std::exception_ptr exception;
	MemoryContext const context = CurrentMemoryContext;
	ResourceOwner const owner = CurrentResourceOwner;
	int const outer_lock_timeout = LockTimeout;
	int const outer_client_messages = client_min_messages;
	int const outer_log_messages = log_min_messages;
	bool const outer_track_counts = pgstat_track_counts;

	planning_timed_out = 0;
	/* Begun outside the guarded part: if this fails there is nothing to roll back. */
	Guarded(
		[&]
		{
			if (!timeout_registered)
			{
				planning_timeout = RegisterTimeout(USER_TIMEOUT, HandlePlanningTimeout);
				timeout_registered = true;
			}
			BeginInternalSubTransaction(nullptr);
			MemoryContextSwitchTo(context);
		});
	try
	{
		Guarded(
			[&]
			{
				Oid role;
				int flags;

				GetUserIdAndSecContext(&role, &flags);
				SetUserIdAndSecContext(identity.role, flags | SECURITY_RESTRICTED_OPERATION);
				XactReadOnly = true;
				if (identity.search_path)
					SetForSubtransaction("search_path", identity.search_path->c_str());
				PushActiveSnapshot(GetTransactionSnapshot());
				/* A GUC would be too dear for each plan. */
				LockTimeout = kLockTimeoutMs;
				/* What a text is warned about its author was told when he sent it. */
				client_min_messages = ERROR;
				log_min_messages = ERROR;
				/* The planner reads the ends of indexes: their counters are to show the users' reading. */
				pgstat_track_counts = false;
				enable_timeout_every(
					planning_timeout,
					TimestampTzPlusMilliseconds(GetCurrentTimestamp(), settings::planning_timeout_ms),
					settings::planning_timeout_ms);
			});
		body();
	}
	catch (ServerError &error)
	{
		failure = std::move(error);
	}
	catch (...)
	{
		exception = std::current_exception();
	}


	/* Role, read-only state, settings, locks and snapshot go with the subtransaction. */
	Guarded(
		[&]
		{
			disable_timeout(planning_timeout, false);
			RollbackAndReleaseCurrentSubTransaction();
			MemoryContextSwitchTo(context);
			CurrentResourceOwner = owner;
		});
	/* After the rollback, which may put back what a function had set on top of ours. */
	LockTimeout = outer_lock_timeout;
	client_min_messages = outer_client_messages;
	log_min_messages = outer_log_messages;
	pgstat_track_counts = outer_track_counts;
	if (planning_timed_out)
	{
		/* Whether it was taken up or not: the interrupt was ours. */
		QueryCancelPending = false;
		if (failure && failure->sqlerrcode == ERRCODE_QUERY_CANCELED)
			failure->message =
				"planning took longer than " + std::to_string(settings::planning_timeout_ms) + " ms";
	}
	else if (failure && failure->IsCancel())
		throw ServerError(*failure);
	if (exception)
		std::rethrow_exception(exception);
	return failure;
}

bool
IsAboutLock(const ServerError &failure)
{
	return failure.sqlerrcode == ERRCODE_LOCK_NOT_AVAILABLE;
}

Oid
PlanningRole(Oid role)
{
	Oid planner = role;
	bool powerful = false;

	Guarded(
		[&]
		{
			if (IsPowerful(role))
			{
				planner = get_role_oid(kPlannerRole, true);
				powerful = OidIsValid(planner) && IsPowerful(planner);
			}
		});
	if (powerful)
		throw Refusal({sqlstate::kInvalidParameterValue, "role \"steward_planner\" must have no power",
					   "Statements of superusers are planned as this role, which may do nothing.",
					   "Take SUPERUSER and the rights of pg_execute_server_program, pg_read_server_files and "
					   "pg_write_server_files from it."});
	if (!OidIsValid(planner))
		throw Refusal({sqlstate::kUndefinedObject, "role \"steward_planner\" does not exist",
					   "Statements of superusers are planned as this role, which may do nothing.",
					   "Run CREATE ROLE steward_planner NOLOGIN;"});
	return planner;
}

Oid
SamplingRole(Oid table)
{
	Oid role = InvalidOid;

	Guarded(
		[&]
		{
			Oid owner = InvalidOid;
			ListCell *cell;

			foreach (cell, find_all_inheritors(table, NoLock, nullptr))
			{
				HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(lfirst_oid(cell)));
				Oid of_part;
				bool is_foreign;

				if (!HeapTupleIsValid(tuple))
					return;
				of_part = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple))->relowner;
				is_foreign =
					reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple))->relkind == RELKIND_FOREIGN_TABLE;
				ReleaseSysCache(tuple);
				if (is_foreign || (OidIsValid(owner) && of_part != owner))
					return;
				owner = of_part;
			}
			role = IsPowerful(GetUserId()) && !IsPowerful(owner) ? owner : GetUserId();
		});
	return role;
}

std::string
SearchPathOf(Oid role)
{
	Spi spi;
	Rows rows = spi.Query(
		"SELECT substr(setting, length('search_path=') + 1)"
		"  FROM pg_db_role_setting, unnest(setconfig) AS setting"
		" WHERE starts_with(setting, 'search_path=')"
		"   AND setrole IN (0, $1::oid)"
		"   AND setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))"
		" ORDER BY setrole <> 0 DESC, setdatabase <> 0 DESC LIMIT 1",
		{std::to_string(role)});

	if (!rows.empty())
		return rows.front().Text(0);

	/* The server's own; reset_val would be that of our session's role. */
	rows = spi.Query(
		"SELECT coalesce((SELECT reset_val FROM pg_settings"
		"                  WHERE name = 'search_path'"
		"                    AND NOT EXISTS (SELECT FROM pg_db_role_setting, unnest(setconfig) AS setting"
		"                                     WHERE starts_with(setting, 'search_path=')"
		"                                       AND setrole IN (0, session_user::regrole))),"
		"                '\"$user\", public')");
	return rows.front().Text(0);
}

} // namespace steward::pg
