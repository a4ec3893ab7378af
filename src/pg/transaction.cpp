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
#include "access/xact.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "tcop/dest.h"
#include "tcop/tcopprot.h"
#include "tcop/utility.h"
#include "utils/memutils.h"
#include "utils/portal.h"
#include "utils/snapmgr.h"
#include "utils/timeout.h"
}

namespace steward::pg
{

namespace
{

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
