/*-------------------------------------------------------------------------
 *
 * run_ddl.cpp
 *	  What an action worker does things with: statements of its own, and
 *	  transactions between them.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "flow/run_ddl.h"

#include <algorithm>

#include "base/text.h"
#include "pg/session.h"
#include "pg/settings.h"
#include "pg/shared_memory.h"
#include "pg/transaction.h"
#include "pg/worker.h"

namespace steward
{

namespace
{

constexpr const char *kDeadlockDetected = "40P01";

/*
 * After steward.stop() all is to end within two seconds; what is left is removed
 * later.  And so long others may wait behind us.
 */
constexpr int kMomentMs = 300;
constexpr int kFewMomentsMs = 1000;

/* Of this worker, which carries out one action. */
bool hurries = false;

} // namespace

Error
ToError(const pg::ServerError &error)
{
	return {error.Sqlstate(), error.message, error.detail, error.hint};
}

void
InTransaction(const std::function<void()> &work)
{
	if (std::optional<pg::ServerError> error = pg::RunTransaction(work))
		throw pg::ServerError(*error);
}

namespace
{

/* The server's own words name neither the setting nor what to do. */
Error
ToErrorWithin(const pg::ServerError &error, const std::string &time)
{
	Error known = ToError(error);

	if (known.sqlstate == sqlstate::kLockNotAvailable)
		known.message = "a lock was not to be had within " + time + ": somebody else has it, or waits for it";
	return known;
}

} // namespace

std::optional<Error>
RunDdl(const std::string &sql)
{
	std::optional<pg::ServerError> error = pg::RunTopLevel(sql);

	if (!error)
		return std::nullopt;
	return ToErrorWithin(*error, "pg_steward.lock_timeout");
}

std::optional<Error>
RunBriefly(const std::string &sql)
{
	bool in_time = true;

	pg::SetLockTimeout(kMomentMs);

	std::optional<pg::ServerError> error = pg::RunTopLevelWithin(sql, kFewMomentsMs, in_time);

	if (!IsInHurry())
		pg::SetLockTimeout(pg::settings::lock_timeout_ms);
	if (!error)
		return std::nullopt;
	if (!in_time && error->Sqlstate() == sqlstate::kQueryCanceled)
		return Error{sqlstate::kLockNotAvailable, "the locks on all partitions are not to be had at once", "",
					 ""};
	return ToErrorWithin(*error, FormatMilliseconds(kMomentMs));
}

std::optional<Error>
DoBriefly(const std::function<void()> &work)
{
	std::optional<Error> error;

	pg::SetLockTimeout(kMomentMs);
	try
	{
		InTransaction(work);
	}
	catch (const pg::ServerError &failure)
	{
		error = ToErrorWithin(failure, FormatMilliseconds(kMomentMs));
	}
	catch (const Refusal &refusal)
	{
		error = refusal.error();
	}
	if (!IsInHurry())
		pg::SetLockTimeout(pg::settings::lock_timeout_ms);
	return error;
}

bool
IsLockTrouble(const Error &error)
{
	return error.sqlstate == sqlstate::kLockNotAvailable || error.sqlstate == kDeadlockDetected;
}

std::optional<Error>
WaitToTryAgain(int64_t action, const Error &error, int failures)
{
	if (!IsLockTrouble(error) || failures > pg::settings::lock_retries)
		return error;
	pg::LogMessage("action " + std::to_string(action) + ": " + error.message + "; trying again");
	try
	{
		pg::WaitMilliseconds(1000L << std::min(failures - 1, 5));
	}
	catch (const pg::ServerError &cancel)
	{
		return ToError(cancel);
	}
	return std::nullopt;
}

void
Hurry()
{
	hurries = true;
	pg::SetLockTimeout(kMomentMs);
}

bool
IsInHurry()
{
	if (!hurries && pg::ReadStopState().stopped)
		Hurry();
	return hurries;
}

} // namespace steward
