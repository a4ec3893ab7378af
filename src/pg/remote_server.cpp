/*-------------------------------------------------------------------------
 *
 * remote_server.cpp
 *	  Questions to another server, over libpq.
 *
 * Nothing here blocks, but looking up a host's name: a worker has to end when it is
 * told to.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/remote_server.h"

#include <algorithm>
#include <memory>

#include "pg/session.h"
#include "pg/shared_memory.h"

extern "C"
{
#include "libpq-fe.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "storage/fd.h"
#include "storage/latch.h"
#include "utils/wait_event.h"
}

namespace steward::pg
{

namespace
{

/* So often it is looked whether the steward was stopped. */
constexpr double kSliceSeconds = 0.5;

struct ResultDeleter
{
	void operator()(PGresult *result) const { PQclear(result); }
};

using Result = std::unique_ptr<PGresult, ResultDeleter>;

Rows
ToRows(const PGresult *result)
{
	Rows rows;

	for (int i = 0; i < PQntuples(result); i++)
	{
		std::vector<Value> values;

		for (int j = 0; j < PQnfields(result); j++)
			values.push_back(PQgetisnull(result, i, j) != 0 ? Value() : Value(PQgetvalue(result, i, j)));
		rows.emplace_back(std::move(values));
	}
	return rows;
}

/* One line of it: libpq ends its messages with a line feed, and may go on about other hosts. */
std::string
FirstLine(const char *message)
{
	std::string text(message);

	return text.substr(0, text.find('\n'));
}

} // namespace

RemoteServer::RemoteServer(const std::string &connection, const std::string &database, double seconds)
	: end_(SecondsSinceEpoch() + seconds)
{
	try
	{
		if (!Connect(connection, database) && error_.empty())
			NoteError();
	}
	catch (...)
	{
		PQfinish(connection_);
		if (counted_)
			ReleaseExternalFD();
		throw;
	}
}

RemoteServer::~RemoteServer()
{
	PQfinish(connection_);
	if (counted_)
		ReleaseExternalFD();
}

void
RemoteServer::NoteError()
{
	error_ = FirstLine(PQerrorMessage(connection_));
	if (error_.empty())
		error_ = "the connection ended";
}

bool
RemoteServer::Connect(const std::string &connection, const std::string &database)
{
	const char *const names[] = {"dbname", "dbname", "fallback_application_name", nullptr};
	const char *const values[] = {connection.c_str(), database.c_str(), "pg_steward", nullptr};

	Guarded([&] { counted_ = AcquireExternalFD(); });
	if (!counted_)
	{
		error_ = "too many files are open in this process";
		return false;
	}
	connection_ = PQconnectStartParams(names, values, 1);
	if (connection_ == nullptr || PQstatus(connection_) == CONNECTION_BAD)
		return false;

	/* As if it had said that it wants to write: libpq's documentation says so. */
	PostgresPollingStatusType state = PGRES_POLLING_WRITING;

	while (state != PGRES_POLLING_OK)
	{
		if (state == PGRES_POLLING_FAILED ||
			!Await(state == PGRES_POLLING_READING ? WL_SOCKET_READABLE : WL_SOCKET_WRITEABLE))
			return false;
		state = PQconnectPoll(connection_);
	}
	return true;
}

/* False where it took too long, or the steward was stopped. */
bool
RemoteServer::Await(int events)
{
	for (;;)
	{
		int happened = 0;
		double left = std::min(end_ - SecondsSinceEpoch(), kSliceSeconds);

		if (ReadStopState().stopped)
			error_ = "the steward was stopped";
		else if (left <= 0)
			error_ = "it did not answer in time";
		if (!error_.empty())
			return false;
		Guarded(
			[&]
			{
				happened = WaitLatchOrSocket(
					MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH | events, PQsocket(connection_),
					static_cast<long>(left * 1000) + 1, PG_WAIT_EXTENSION);
				if ((happened & WL_LATCH_SET) != 0)
					ResetLatch(MyLatch);
				CHECK_FOR_INTERRUPTS();
			});
		if ((happened & events) != 0)
			return true;
	}
}

std::optional<Rows>
RemoteServer::Query(const std::string &sql)
{
	std::optional<Rows> rows;

	if (!error_.empty())
		return std::nullopt;
	if (PQsendQuery(connection_, sql.c_str()) == 0)
	{
		NoteError();
		return std::nullopt;
	}
	for (;;)
	{
		while (PQisBusy(connection_) != 0)
		{
			if (!Await(WL_SOCKET_READABLE))
				return std::nullopt;
			if (PQconsumeInput(connection_) == 0)
			{
				NoteError();
				return std::nullopt;
			}
		}

		Result result(PQgetResult(connection_));

		if (result == nullptr)
			break;
		switch (PQresultStatus(result.get()))
		{
			case PGRES_COMMAND_OK:
				rows = Rows();
				break;
			case PGRES_TUPLES_OK:
				rows = ToRows(result.get());
				break;
			default:
				error_ = FirstLine(PQresultErrorMessage(result.get()));
		}
	}
	return error_.empty() ? std::move(rows) : std::nullopt;
}

std::optional<std::string>
PlaceOfConnection(const std::string &connection, std::string &error)
{
	char *message = nullptr;
	std::unique_ptr<PQconninfoOption, void (*)(PQconninfoOption *)> options(
		PQconninfoParse(connection.c_str(), &message), PQconninfoFree);
	std::string host;
	std::string port;
	bool has_password = false;

	if (options == nullptr)
	{
		error = message == nullptr ? "out of memory" : FirstLine(message);
		PQfreemem(message);
		return std::nullopt;
	}
	for (const PQconninfoOption *option = options.get(); option->keyword != nullptr; option++)
	{
		std::string keyword = option->keyword;

		if (option->val == nullptr)
			continue;
		if (keyword == "host" || (keyword == "hostaddr" && host.empty()))
			host = option->val;
		else if (keyword == "port")
			port = option->val;
		else if (keyword == "password")
			has_password = true;
	}
	if (has_password)
	{
		error = "It has a password in it, which everybody who reads settings would see: use passfile.";
		return std::nullopt;
	}
	return (host.empty() ? "localhost" : host) + (port.empty() ? "" : ":" + port);
}

} // namespace steward::pg
