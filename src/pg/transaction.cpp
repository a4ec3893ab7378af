/*-------------------------------------------------------------------------
 *
 * transaction.cpp
 *	  Transactions of our background workers, and statements that need to
 *	  run outside of one.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/transaction.h"

#include "pg/compat.h"

extern "C"
{
#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "miscadmin.h"
#include "parser/parse_utilcmd.h"
#include "pgstat.h"
#include "tcop/dest.h"
#include "tcop/tcopprot.h"
#include "tcop/utility.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/portal.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "utils/timeout.h"
}

namespace steward::pg
{

namespace
{

/*
 * The constants of an expression or a predicate are read while the statement is
 * analysed.  PostgreSQL does that with the rights of who creates the index, and
 * turns to those of the table's owner only later.  Whatever the owner made of a type
 * since somebody looked at it, its input function is to run with his rights alone.
 * From here on the table keeps the lock under which it was analysed.
 */
IndexStmt *
AnalyzeAsOwner(IndexStmt *statement, const char *sql)
{
	Oid table = RangeVarGetRelid(statement->relation,
								 statement->concurrent ? ShareUpdateExclusiveLock : ShareLock, false);
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(table));
	int settings = NewGUCNestLevel();
	int context;
	Oid user;
	Oid owner;

	if (!HeapTupleIsValid(tuple))
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE), errmsg("relation %u is gone", table)));
	owner = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	GetUserIdAndSecContext(&user, &context);
	SetUserIdAndSecContext(owner, context | SECURITY_RESTRICTED_OPERATION);
	PushActiveSnapshot(GetTransactionSnapshot());
	statement = transformIndexStmt(table, statement, sql);
	PopActiveSnapshot();
	AtEOXact_GUC(false, settings);
	SetUserIdAndSecContext(user, context);
	return statement;
}

/* As the simple query protocol runs a statement (exec_simple_query), results thrown away. */
void
RunAsClient(const char *sql)
{
	MemoryContext context =
		AllocSetContextCreate(TopMemoryContext, "pg_steward statement", ALLOCSET_DEFAULT_SIZES);
	MemoryContext outer;
	List *parsed;
	ListCell *cell;

	pgstat_report_activity(STATE_RUNNING, sql);
	StartTransactionCommand();
	outer = MemoryContextSwitchTo(context);
	parsed = pg_parse_query(sql);
	foreach (cell, parsed)
	{
		auto *statement = lfirst_node(RawStmt, cell);
		CommandTag tag = CreateCommandTag(statement->stmt);
		List *planned;
		Portal portal;
		QueryCompletion completion;
		DestReceiver *receiver = CreateDestReceiver(DestNone);

		if (IsA(statement->stmt, IndexStmt))
			statement->stmt =
				reinterpret_cast<Node *>(AnalyzeAsOwner(reinterpret_cast<IndexStmt *>(statement->stmt), sql));
		PushActiveSnapshot(GetTransactionSnapshot());
		planned = pg_plan_queries(pg_analyze_and_rewrite_fixedparams(statement, sql, nullptr, 0, nullptr),
								  sql, CURSOR_OPT_PARALLEL_OK, nullptr);
		PopActiveSnapshot();
		portal = CreatePortal("", true, true);
		portal->visible = false;
		PortalDefineQuery(portal, nullptr, sql, tag, planned, nullptr);
		PortalStart(portal, nullptr, 0, InvalidSnapshot);
		compat::RunPortal(portal, receiver, &completion);
		receiver->rDestroy(receiver);
		PortalDrop(portal, false);
	}
	MemoryContextSwitchTo(outer);
	CommitTransactionCommand();
	MemoryContextDelete(context);
	pgstat_report_stat(true);
	pgstat_report_activity(STATE_IDLE, nullptr);
}

void
Abort()
{
	Guarded(
		[]
		{
			AbortCurrentTransaction();
			MemoryContextSwitchTo(TopMemoryContext);
			pgstat_report_activity(STATE_IDLE, nullptr);
		});
}

} // namespace

std::optional<ServerError>
RunTransaction(const std::function<void()> &body)
{
	try
	{
		Guarded(
			[]
			{
				SetCurrentStatementStartTimestamp();
				StartTransactionCommand();
				(void) set_config_option("synchronous_commit", "local", PGC_USERSET, PGC_S_SESSION,
										 GUC_ACTION_LOCAL, true, 0, false);
				PushActiveSnapshot(GetTransactionSnapshot());
			});
		body();
		Guarded(
			[]
			{
				PopActiveSnapshot();
				CommitTransactionCommand();
				MemoryContextSwitchTo(TopMemoryContext);
				pgstat_report_stat(true);
			});
	}
	catch (ServerError &error)
	{
		ServerError copy = std::move(error);

		Abort();
		return copy;
	}
	catch (...)
	{
		Abort();
		throw;
	}
	return std::nullopt;
}

std::optional<ServerError>
RunTopLevel(const std::string &sql)
{
	try
	{
		Guarded(
			[&]
			{
				SetCurrentStatementStartTimestamp();
				RunAsClient(sql.c_str());
			});
	}
	catch (ServerError &error)
	{
		ServerError copy = std::move(error);

		Abort();
		return copy;
	}
	return std::nullopt;
}

std::optional<ServerError>
RunTopLevelWithin(const std::string &sql, int milliseconds, bool &in_time)
{
	Guarded([&] { enable_timeout_after(STATEMENT_TIMEOUT, milliseconds); });

	std::optional<ServerError> error = RunTopLevel(sql);

	/* Once it has fired, it is not active any more; too late for this statement, it must not end another. */
	in_time = get_timeout_active(STATEMENT_TIMEOUT);
	Guarded(
		[&]
		{
			disable_timeout(STATEMENT_TIMEOUT, false);
			if (!in_time)
				QueryCancelPending = false;
		});
	return error;
}

} // namespace steward::pg
