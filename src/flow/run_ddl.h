/*-------------------------------------------------------------------------
 *
 * run_ddl.h
 *	  What an action worker does things with: statements of its own, and
 *	  transactions between them.
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

#include "base/error.h"

namespace steward
{

Error ToError(const pg::ServerError &error);

/* Throws the error that ended it. */
void InTransaction(const std::function<void()> &work);

/* As a top-level statement; the error that ended it, if one did. */
std::optional<Error> RunDdl(const std::string &sql);

/*
 * The same for what nobody can read or write beside: it waits for each lock a moment
 * only, and for all of them little longer, since all who come after it wait behind
 * it.  An autovacuum worker gives way.
 */
std::optional<Error> RunBriefly(const std::string &sql);

/* The same for a transaction; also the refusal that ended it. */
std::optional<Error> DoBriefly(const std::function<void()> &work);

/* Whether a lock was in the way, which may be free later. */
bool IsLockTrouble(const Error &error);

/*
 * Waits before the next of pg_steward.lock_retries tries after `failures` that a
 * lock was in the way of; the error that ends it, if that was no lock, the last
 * try, or the wait was cancelled.
 */
std::optional<Error> WaitToTryAgain(int64_t action, const Error &error, int failures);

/* Somebody waits for the end: from now on no lock is waited for longer than a moment. */
void Hurry();

/* Whether all is to end soon, since the steward was stopped or somebody waits. */
bool IsInHurry();

} // namespace steward
