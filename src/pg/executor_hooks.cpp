/*-------------------------------------------------------------------------
 *
 * executor_hooks.cpp
 *	  What we do on the path of people's statements: keep a sample now and
 *	  then, and count the rows that it reads.
 *
 * C-like: no exception, no allocation, no lock that is waited for; whatever
 * happens here, the statement runs.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/executor_hooks.h"

#include "pg/guard.h"
#include "pg/samples.h"
#include "pg/scan_counts.h"
#include "pg/settings.h"

extern "C"
{
#include "executor/execdesc.h"
#include "executor/executor.h"
#include "executor/instrument.h"
#include "tcop/pquery.h"
#include "utils/portal.h"
}

namespace steward::pg
{

namespace
{

ExecutorStart_hook_type previous_start = nullptr;
ExecutorEnd_hook_type previous_end = nullptr;

/* The execution whose rows are counted. */
struct Counted
{
	const QueryDesc *query; /* null: none */
	uint64_t queryid;
	SampleTicket ticket;
};

Counted counted = {nullptr, 0, {0, -1, 0, InvalidOid}};

/*
 * Whether a client sent the statement, and not a function, a trigger or a
 * utility statement that carries it: then it is what the portal at hand runs.
 * The portals of cursors in functions have names that nobody gives.
 */
bool
IsFromClient(const QueryDesc *query)
{
	return ActivePortal != nullptr && ActivePortal->stmts != NIL &&
		   linitial(ActivePortal->stmts) == query->plannedstmt &&
		   (!ActivePortal->visible || ActivePortal->name[0] != '<');
}

} // namespace

extern "C"
{
static void
OnExecutorStart(QueryDesc *query, int flags)
{
	const PlannedStmt *statement = query->plannedstmt;

	/* One that failed has never ended. */
	if (counted.query == query)
		counted.query = nullptr;
	if (settings::hooks && statement->queryId != 0 && (flags & EXEC_FLAG_EXPLAIN_ONLY) == 0 &&
		IsFromClient(query))
	{
		auto queryid = static_cast<uint64_t>(statement->queryId);

		if (WantsSample(queryid))
		{
			SampleTicket ticket = KeepSample(queryid, query->sourceText + Max(statement->stmt_location, 0),
											 statement->stmt_len, query->params);

			if (ticket.number >= 0 && IsWorthCounting(statement))
			{
				query->instrument_options |= INSTRUMENT_ROWS;
				counted = {query, queryid, ticket};
			}
		}
	}
	if (previous_start != nullptr)
		previous_start(query, flags);
	else
		standard_ExecutorStart(query, flags);
}

static void
OnExecutorEnd(QueryDesc *query)
{
	if (counted.query == query)
	{
		ScanCount counts[kMostScans];
		int used = CountScans(query, counts);

		counted.query = nullptr;
		if (used > 0)
			KeepRowCounts(counted.ticket, counted.queryid, counts, used);
	}
	if (previous_end != nullptr)
		previous_end(query);
	else
		standard_ExecutorEnd(query);
}
}

void
InstallExecutorHooks()
{
	previous_start = ExecutorStart_hook;
	ExecutorStart_hook = OnExecutorStart;
	previous_end = ExecutorEnd_hook;
	ExecutorEnd_hook = OnExecutorEnd;
}

} // namespace steward::pg
