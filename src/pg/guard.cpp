/*-------------------------------------------------------------------------
 *
 * guard.cpp
 *	  The two doors between C++ and the server.
 *
 * The error on its way out is kept in one object that lives as long as the
 * process: an ERROR may be raised only when no C++ object with a destructor
 * is alive in the frames it jumps over.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/guard.h"

extern "C"
{
#include "utils/memutils.h"
}

#include <new>

#include "pg/extension.h"

namespace steward::pg
{

namespace
{

struct PendingError
{
	ServerError server_error;
	Error refusal;
	std::string message;
};

/* Never freed, so that no destructor runs at exit. */
PendingError *pending = nullptr;

std::string
Copy(const char *text)
{
	return text == nullptr ? std::string() : std::string(text);
}

char *
OrNull(const std::string &text)
{
	return text.empty() ? nullptr : const_cast<char *>(text.c_str());
}

} // namespace

ServerError
ServerError::Take(MemoryContext context)
{
	ServerError error;
	ErrorData *data;

	MemoryContextSwitchTo(context);
	data = CopyErrorData();
	FlushErrorState();

	error.sqlerrcode = data->sqlerrcode;
	error.message = Copy(data->message);
	error.detail = Copy(data->detail);
	error.hint = Copy(data->hint);
	error.detail_log_ = Copy(data->detail_log);
	error.context_ = Copy(data->context);
	error.schema_name_ = Copy(data->schema_name);
	error.table_name_ = Copy(data->table_name);
	error.column_name_ = Copy(data->column_name);
	error.datatype_name_ = Copy(data->datatype_name);
	error.constraint_name_ = Copy(data->constraint_name);
	error.internal_query_ = Copy(data->internalquery);
	error.cursor_position_ = data->cursorpos;
	error.internal_position_ = data->internalpos;
	error.file_name_ = data->filename;
	error.line_number_ = data->lineno;
	error.function_name_ = data->funcname;
	FreeErrorData(data);
	return error;
}

std::string
ServerError::Sqlstate() const
{
	return unpack_sql_state(sqlerrcode);
}

bool
ServerError::IsCancel() const
{
	/* A function may raise the same code; the server itself does so in one file only. */
	return ERRCODE_TO_CATEGORY(sqlerrcode) == ERRCODE_OPERATOR_INTERVENTION && file_name_ != nullptr &&
		   strcmp(file_name_, "postgres.c") == 0;
}

void
ServerError::Raise() const
{
	ErrorData data = {};

	data.elevel = ERROR;
	data.output_to_server = true;
	data.sqlerrcode = sqlerrcode;
	data.message = const_cast<char *>(message.c_str());
	data.detail = OrNull(detail);
	data.detail_log = OrNull(detail_log_);
	data.hint = OrNull(hint);
	data.context = OrNull(context_);
	data.schema_name = OrNull(schema_name_);
	data.table_name = OrNull(table_name_);
	data.column_name = OrNull(column_name_);
	data.datatype_name = OrNull(datatype_name_);
	data.constraint_name = OrNull(constraint_name_);
	data.cursorpos = cursor_position_;
	data.internalpos = internal_position_;
	data.internalquery = OrNull(internal_query_);
	data.filename = file_name_;
	data.lineno = line_number_;
	data.funcname = function_name_;
	data.output_to_client = true;
	data.assoc_context = ErrorContext;
	ReThrowError(&data);
}

Outcome
KeepException() noexcept
{
	try
	{
		if (pending == nullptr)
			pending = new PendingError();
		throw;
	}
	catch (ServerError &error)
	{
		pending->server_error = std::move(error);
		return Outcome::kServerError;
	}
	catch (const Refusal &refusal)
	{
		try
		{
			pending->refusal = refusal.error();
			return Outcome::kRefusal;
		}
		catch (...)
		{
			return Outcome::kOutOfMemory;
		}
	}
	catch (const std::bad_alloc &)
	{
		return Outcome::kOutOfMemory;
	}
	catch (const std::exception &error)
	{
		try
		{
			pending->message = error.what();
			return Outcome::kException;
		}
		catch (...)
		{
			return Outcome::kOutOfMemory;
		}
	}
	catch (...)
	{
		pending->message.clear();
		return Outcome::kException;
	}
}

void
RaisePending(Outcome outcome)
{
	if (outcome == Outcome::kServerError)
		pending->server_error.Raise();
	if (outcome == Outcome::kRefusal)
	{
		const Error &error = pending->refusal;
		const char *state = error.sqlstate.size() == 5 ? error.sqlstate.c_str() : sqlstate::kInternalError;

		ereport(ERROR, (errcode(MAKE_SQLSTATE(state[0], state[1], state[2], state[3], state[4])),
						errmsg_internal("%s", error.message.c_str()),
						error.detail.empty() ? 0 : errdetail_internal("%s", error.detail.c_str()),
						error.hint.empty() ? 0 : errhint("%s", error.hint.c_str())));
	}
	if (outcome == Outcome::kOutOfMemory)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory"),
						errdetail("pg_steward could not allocate memory for its own work.")));
	ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR), errmsg("internal error in pg_steward"),
					errdetail_internal("%s", pending != nullptr && !pending->message.empty()
												 ? pending->message.c_str()
												 : "Unknown exception."),
					errhint("Please report this with the statement that caused it.")));
	pg_unreachable();
}

Datum
CallFunction(FunctionCallInfo fcinfo, Datum (*body)(FunctionCallInfo))
{
	Datum result = (Datum) 0;

	RunBehindDoor(
		[&]
		{
			CheckModuleVersion();
			result = body(fcinfo);
		});
	return result;
}

} // namespace steward::pg
