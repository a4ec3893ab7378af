/*-------------------------------------------------------------------------
 *
 * guard.h
 *	  The two doors between C++ and the server.
 *
 * An ERROR of the server is a longjmp, which skips C++ destructors; a C++
 * exception that reaches a frame of the server aborts the process, and with
 * it every connection.  So:
 *
 *	  Guarded(body)            server -> C++: runs calls into the server and
 *	                           turns an ERROR into a ServerError exception.
 *	  STEWARD_FUNCTION(name)   C++ -> server: the entry point of an SQL
 *	                           function; turns an exception into an ERROR.
 *	  RunBehindDoor(body)      the same for hooks and workers.
 *
 * Inside Guarded only trivially destructible locals; results go to objects
 * outside.  A ServerError is passed on, or survived in a subtransaction.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

extern "C"
{
#include "postgres.h"

#include "fmgr.h"
#include "utils/elog.h"
}

#include <csetjmp>
#include <exception>
#include <string>

#include "base/error.h"

namespace steward::pg
{

/* A copy of the server's ErrorData that owns its strings. */
class ServerError : public std::exception
{
public:
	/* Takes the error that the server is just handling and ends the handling. */
	static ServerError Take(MemoryContext context);

	const char *what() const noexcept override { return message.c_str(); }

	std::string Sqlstate() const;
	bool IsCancel() const;

	/* Raises the ERROR again as it was.  Never returns; no C++ object may be alive. */
	[[noreturn]] void Raise() const;

	int sqlerrcode = 0;
	std::string message;
	std::string detail;
	std::string hint;

private:
	std::string detail_log_;
	std::string context_;
	std::string schema_name_;
	std::string table_name_;
	std::string column_name_;
	std::string datatype_name_;
	std::string constraint_name_;
	std::string internal_query_;
	int cursor_position_ = 0;
	int internal_position_ = 0;
	const char *file_name_ = nullptr; /* string constants of the server */
	int line_number_ = 0;
	const char *function_name_ = nullptr;
};

/*
 * Runs body, which may call anything in the server.  An ERROR comes out as a
 * ServerError; a C++ exception that body throws itself comes out as it is.
 */
template <typename Body>
void
Guarded(Body &&body)
{
	sigjmp_buf *const outer_stack = PG_exception_stack;
	ErrorContextCallback *const outer_callbacks = error_context_stack;
	MemoryContext const context = CurrentMemoryContext;
	sigjmp_buf here;

	if (sigsetjmp(here, 0) == 0)
	{
		PG_exception_stack = &here;
		try
		{
			body();
		}
		catch (...)
		{
			PG_exception_stack = outer_stack;
			error_context_stack = outer_callbacks;
			throw;
		}
		PG_exception_stack = outer_stack;
		error_context_stack = outer_callbacks;
		return;
	}
	PG_exception_stack = outer_stack;
	error_context_stack = outer_callbacks;
	throw ServerError::Take(context);
}

/* What is left of an exception once its catch block has ended. */
enum class Outcome
{
	kDone,
	kServerError,
	kRefusal,
	kOutOfMemory,
	kException,
};

/* Keeps the exception being handled for RaisePending(); to be called in a catch block. */
Outcome KeepException() noexcept;

/* Raises what KeepException() kept.  No C++ object may be alive. */
[[noreturn]] void RaisePending(Outcome outcome);

/*
 * Runs body, and raises an ERROR for an exception that leaves it.  The
 * exception is gone before the ERROR is raised.
 */
template <typename Body>
void
RunBehindDoor(Body &&body)
{
	Outcome outcome = Outcome::kDone;

	try
	{
		body();
	}
	catch (...)
	{
		outcome = KeepException();
	}
	if (outcome != Outcome::kDone)
		RaisePending(outcome);
}

/* Runs the body of an SQL function behind the door, after CheckModuleVersion(). */
Datum CallFunction(FunctionCallInfo fcinfo, Datum (*body)(FunctionCallInfo));

} // namespace steward::pg

/*
 * Defines an SQL-callable function.  Its body is C++ and may throw.
 */
#define STEWARD_FUNCTION(name)                                 \
	static Datum name##_body(FunctionCallInfo fcinfo);         \
	extern "C"                                                 \
	{                                                          \
	PGDLLEXPORT Datum name(PG_FUNCTION_ARGS);                  \
	PGDLLEXPORT PG_FUNCTION_INFO_V1(name);                     \
	}                                                          \
	Datum name(PG_FUNCTION_ARGS)                               \
	{                                                          \
		return steward::pg::CallFunction(fcinfo, name##_body); \
	}                                                          \
	static Datum name##_body([[maybe_unused]] FunctionCallInfo fcinfo)
