/*-------------------------------------------------------------------------
 *
 * transaction.h
 *	  Transactions of our background workers, and statements that need to
 *	  run outside of one.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "pg/guard.h"

#include <functional>
#include <optional>
#include <string>

namespace steward::pg
{

/*
 * One transaction, committed without waiting for a standby
 * (synchronous_commit = local).  Returns the ERROR that ended it, if one did;
 * it is rolled back then, and the worker may go on.  So does a C++ exception
 * other than a Refusal, which leaves as it is after the rollback.
 */
std::optional<ServerError> RunTransaction(const std::function<void()> &body);

/*
 * Runs a statement as if a client had sent it alone: CREATE INDEX
 * CONCURRENTLY and its like commit on their own in between.  For a worker
 * that is in no transaction.
 */
std::optional<ServerError> RunTopLevel(const std::string &sql);

/* The same, ended after so many milliseconds; `in_time` says whether it was not. */
std::optional<ServerError> RunTopLevelWithin(const std::string &sql, int milliseconds, bool &in_time);

} // namespace steward::pg
