/*-------------------------------------------------------------------------
 *
 * remote_server.h
 *	  Questions to another server, over libpq.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "pg/guard.h"

#include <optional>
#include <string>

#include "pg/spi.h"

struct pg_conn;

namespace steward::pg
{

/*
 * One connection.  All of it together takes no longer than `seconds`; it ends
 * earlier when the steward is stopped or this process is to end.
 */
class RemoteServer
{
public:
	/* `database` takes the place of the one that the connection string names. */
	RemoteServer(const std::string &connection, const std::string &database, double seconds);
	~RemoteServer();
	RemoteServer(const RemoteServer &) = delete;
	RemoteServer &operator=(const RemoteServer &) = delete;

	/* The last statement's rows; nothing where it could not be answered: error() says why. */
	std::optional<Rows> Query(const std::string &sql);

	const std::string &error() const { return error_; }

private:
	bool Connect(const std::string &connection, const std::string &database);
	bool Await(int events);
	void NoteError();

	pg_conn *connection_ = nullptr;
	bool counted_ = false; /* among this process's open files */
	double end_;           /* since the epoch, in seconds */
	std::string error_;
};

/*
 * Where a connection string leads to, as "host:port"; nothing where it is none, or has
 * a password in it: `error` says why.
 */
std::optional<std::string> PlaceOfConnection(const std::string &connection, std::string &error);

} // namespace steward::pg
