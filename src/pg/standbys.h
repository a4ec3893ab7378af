/*-------------------------------------------------------------------------
 *
 * standbys.h
 *	  The servers that follow this one, and what indexes are used for there.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "pg/guard.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/object_id.h"
#include "pg/spi.h"

namespace steward::pg
{

/* pg_steward.standbys: who is asked, and who follows without reading an index. */
struct StandbyList
{
	struct Server
	{
		std::string connection;
		std::string name; /* "host:port" */
	};

	std::vector<Server> servers;
	std::vector<std::string> others; /* application or slot names */
};

/* Nothing where it is none: `error` says why. */
std::optional<StandbyList> ParseStandbys(const std::string &text, std::string &error);

/* What one of them said. */
struct StandbyAnswer
{
	std::string name;
	std::string error; /* empty: the rest is known */
	bool follows = false;
	int64_t followers = 0;
	int64_t transactions = 0;
	std::vector<std::pair<steward::ObjectId, int64_t>> scans; /* of each index */
};

/* Each listed standby, about this database.  Outside of a transaction: it may take seconds. */
std::vector<StandbyAnswer> AskStandbys(const std::string &database);

/* Adds what they said to what is known; as with our own counters, one that went down was reset. */
void NoteStandbys(Spi &spi, const std::vector<StandbyAnswer> &answers);

/* The names of those that are listed. */
std::vector<std::string> StandbyNames();

/* Whether each listed one did so the last time that it was asked. */
bool AnswerAllStandbys(Spi &spi);

/* How many standbys follow this server, or one that is listed, and are not listed themselves. */
int64_t CountUnlistedStandbys(Spi &spi);

/*
 * Whose use of indexes is not known, as a clause: standbys that are not listed, or were
 * seen within so many days, and listed ones that do not answer.  Empty: nobody's.
 */
std::string UnseenReaders(Spi &spi, double days);

} // namespace steward::pg
