/*-------------------------------------------------------------------------
 *
 * executor_hooks.cpp
 *	  What we do on the path of people's statements: keep a sample now and
 *	  then.
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
#include "pg/settings.h"

extern "C"
{
#include "executor/execdesc.h"
#include "executor/executor.h"
#include "tcop/pquery.h"
#include "utils/portal.h"
}

namespace steward::pg
{

namespace
{

ExecutorStart_hook_type previous_start = nullptr;

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

	if (settings::hooks && statement->queryId != 0 && (flags & EXEC_FLAG_EXPLAIN_ONLY) == 0 &&
		IsFromClient(query))
	{
		auto queryid = static_cast<uint64_t>(statement->queryId);

		if (WantsSample(queryid))
			KeepSample(queryid, query->sourceText + Max(statement->stmt_location, 0), statement->stmt_len,
					   query->params);
	}
	if (previous_start != nullptr)
		previous_start(query, flags);
	else
		standard_ExecutorStart(query, flags);
}
}

void
InstallExecutorHooks()
{
	previous_start = ExecutorStart_hook;
	ExecutorStart_hook = OnExecutorStart;
}

} // namespace steward::pg
