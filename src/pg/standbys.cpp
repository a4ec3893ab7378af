/*-------------------------------------------------------------------------
 *
 * standbys.cpp
 *	  The servers that follow this one, and what indexes are used for there.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/standbys.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "pg/function_call.h"
#include "pg/remote_server.h"
#include "pg/session.h"
#include "pg/settings.h"

namespace steward::pg
{

namespace
{

constexpr double kSecondsPerDay = 24 * 60 * 60;
constexpr double kSecondsToAnswer = 5;
constexpr double kMostSecondsToAnswer = 15; /* for all of them */

constexpr const char *kNameCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";

/* After so long what a standby said is no longer what it would say, in rounds and at least. */
constexpr int kRoundsKnown = 3;
constexpr int kLeastSecondsKnown = 600;

/* A walsender of a base backup ends soon, and one of logical replication uses no index there. */
constexpr const char *kFollowers = R"(
       (SELECT count(*) FROM pg_stat_replication AS r
         WHERE r.state IS DISTINCT FROM 'backup' AND coalesce(r.application_name, '') <> ALL ($1::text[])
           AND NOT EXISTS (SELECT FROM pg_replication_slots AS s
                            WHERE s.active_pid = r.pid
                              AND (s.slot_type = 'logical' OR s.slot_name::text = ANY ($1::text[]))))
     + (SELECT count(*) FROM pg_replication_slots
         WHERE slot_type = 'physical' AND NOT active AND slot_name::text <> ALL ($1::text[])))";

constexpr const char *kStandbyQuery = R"(
SELECT pg_is_in_recovery(), (SELECT system_identifier FROM pg_control_system()),
       EXISTS (SELECT FROM pg_stat_wal_receiver), d.oid,
       pg_stat_get_db_xact_commit(d.oid) + pg_stat_get_db_xact_rollback(d.oid), pg_postmaster_start_time(),)";

constexpr const char *kScansQuery = R"(
SELECT i.indexrelid, pg_stat_get_numscans(i.indexrelid)
  FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
 WHERE c.relkind = 'i' AND c.relpersistence = 'p'
   AND c.relnamespace NOT IN (SELECT oid FROM pg_namespace
                               WHERE nspname IN ('pg_catalog', 'information_schema', 'pg_toast', 'steward')))";

StandbyList
Listed()
{
	std::string error;

	/* The setting's own check has seen it. */
	return ParseStandbys(settings::standbys, error).value_or(StandbyList());
}

/* For a text that has no parameters. */
std::string
QuotedArray(const std::vector<std::string> &values)
{
	std::string quoted = ArrayLiteral(values);

	for (size_t at = quoted.find('\''); at != std::string::npos; at = quoted.find('\'', at + 2))
		quoted.insert(at, 1, '\'');
	return "'" + quoted + "'";
}

std::string
WithArray(std::string sql, const std::vector<std::string> &values)
{
	std::string quoted = QuotedArray(values);

	for (size_t at = sql.find("$1"); at != std::string::npos; at = sql.find("$1", at + quoted.size()))
		sql.replace(at, 2, quoted);
	return sql;
}

/* `seen`: the servers that were asked already, under another name. */
StandbyAnswer
Ask(const StandbyList::Server &server, const StandbyList &list, const std::string &database, double seconds,
	std::set<std::string> &seen)
{
	StandbyAnswer answer;
	RemoteServer remote(server.connection, database, seconds);
	std::optional<Rows> rows =
		remote.Query("SET search_path = pg_catalog, pg_temp; SET standard_conforming_strings = on");

	answer.name = server.name;
	rows = remote.Query(WithArray(std::string(kStandbyQuery) + kFollowers +
									  " FROM pg_database AS d WHERE d.datname = current_database()",
								  list.others));
	if (!rows || rows->empty())
	{
		answer.error = remote.error();
		return answer;
	}

	const Row &row = rows->front();

	if (!row.Bool(0))
		answer.error = "it is no standby";
	else if (static_cast<uint64_t>(row.Integer(1)) != SystemIdentifier() ||
			 row.ObjectId(3) != CurrentDatabase())
		answer.error = "it is a standby of another server";
	else if (!seen.insert(row.Text(5)).second)
		answer.error = "it is listed twice";
	answer.follows = row.Bool(2);
	answer.transactions = row.Integer(4);
	answer.followers = row.Integer(6);
	if (!answer.error.empty())
		return answer;
	rows = remote.Query(kScansQuery);
	answer.error = remote.error();
	for (const Row &scans : rows.value_or(Rows()))
		answer.scans.emplace_back(scans.ObjectId(0), scans.Integer(1));
	return answer;
}

void
NoteAnswer(Spi &spi, const StandbyAnswer &answer)
{
	std::vector<std::string> indexes;
	std::vector<std::string> scans;

	if (!answer.error.empty())
	{
		spi.Execute("INSERT INTO steward.standbys AS s (name, error) VALUES ($1, $2)"
					" ON CONFLICT (name) DO UPDATE SET error = excluded.error",
					{answer.name, answer.error});
		return;
	}
	for (const auto &[index, count] : answer.scans)
	{
		indexes.push_back(std::to_string(index));
		scans.push_back(std::to_string(count));
	}
	/* As with our own: what happened in more than a day in which nobody looked is not known. */
	spi.Execute("DELETE FROM steward.standby_usage AS u WHERE u.standby = $1"
				"   AND NOT EXISTS (SELECT FROM steward.standbys AS s"
				"                    WHERE s.name = $1 AND s.transactions <= $2::bigint"
				"                      AND s.noted_at > now() - interval '1 day')",
				{answer.name, std::to_string(answer.transactions)});
	spi.Execute(
		"INSERT INTO steward.standbys AS s (name, noted_at, transactions, followed_at, followers)"
		" VALUES ($1, now(), $2::bigint, CASE WHEN $3::boolean THEN now() END, $4::bigint)"
		" ON CONFLICT (name) DO UPDATE"
		"   SET noted_at = excluded.noted_at, transactions = excluded.transactions,"
		"       followed_at = coalesce(excluded.followed_at, s.followed_at), followers = excluded.followers,"
		"       error = NULL",
		{answer.name, std::to_string(answer.transactions), BoolValue(answer.follows),
		 std::to_string(answer.followers)});
	spi.Execute("UPDATE steward.standby_usage AS u"
				"   SET since = CASE WHEN n.scans < u.scans THEN now() ELSE u.since END,"
				"       used_at = CASE WHEN n.scans < u.scans THEN NULL ELSE now() END,"
				"       uses = CASE WHEN n.scans < u.scans THEN 0 ELSE u.uses + n.scans - u.scans END,"
				"       scans = n.scans"
				"  FROM unnest($2::oid[], $3::bigint[]) AS n (index, scans)"
				" WHERE u.standby = $1 AND u.index = n.index AND u.scans <> n.scans",
				{answer.name, ArrayLiteral(indexes), ArrayLiteral(scans)});
	spi.Execute("INSERT INTO steward.standby_usage (standby, index, since, scans)"
				" SELECT $1, n.index, now(), n.scans FROM unnest($2::oid[], $3::bigint[]) AS n (index, scans)"
				" ON CONFLICT (index, standby) DO NOTHING",
				{answer.name, ArrayLiteral(indexes), ArrayLiteral(scans)});
}

/* So long what a standby said holds. */
std::string
SecondsKnown()
{
	return std::to_string(std::max(kLeastSecondsKnown, kRoundsKnown * settings::round_interval_s));
}

/* A listed standby that did not answer lately; empty where all did. */
std::string
WhoIsSilent(Spi &spi)
{
	Rows rows = spi.Query("SELECT n.name, s.error, s.noted_at"
						  "  FROM unnest($1::text[]) AS n (name) LEFT JOIN steward.standbys AS s USING (name)"
						  " WHERE s.noted_at IS NULL OR s.noted_at < now() - $2::float8 * interval '1 second'"
						  "    OR s.error = 'it is listed twice' ORDER BY n.name LIMIT 1",
						  {ArrayLiteral(StandbyNames()), SecondsKnown()});

	if (rows.empty())
		return "";

	const Row &row = rows.front();

	return "standby " + row.Text(0) + " did not say yet what is used there" +
		   (row.IsNull(1) ? "" : ": " + row.Text(1));
}

} // namespace

std::optional<StandbyList>
ParseStandbys(const std::string &text, std::string &error)
{
	StandbyList list;

	for (const std::string &part : SplitList(text, ';'))
	{
		if (part.find('=') == std::string::npos && part.find("://") == std::string::npos)
		{
			if (part.find_first_not_of(kNameCharacters) != std::string::npos)
			{
				error =
					"A part of it is neither a connection string nor a name of letters, digits, _, - and dots.";
				return std::nullopt;
			}
			list.others.push_back(part);
			continue;
		}

		std::optional<std::string> place = PlaceOfConnection(part, error);

		if (!place)
			return std::nullopt;
		list.servers.push_back({part, *place});
	}
	return list;
}

std::vector<StandbyAnswer>
AskStandbys(const std::string &database)
{
	StandbyList list = Listed();
	std::vector<StandbyAnswer> answers;
	std::set<std::string> seen;

	double end = SecondsSinceEpoch() + kMostSecondsToAnswer;

	for (const StandbyList::Server &server : list.servers)
		answers.push_back(
			Ask(server, list, database, std::min(kSecondsToAnswer, end - SecondsSinceEpoch()), seen));
	return answers;
}

void
NoteStandbys(Spi &spi, const std::vector<StandbyAnswer> &answers)
{
	std::vector<std::string> names = StandbyNames();

	for (const StandbyAnswer &answer : answers)
		NoteAnswer(spi, answer);
	spi.Execute("DELETE FROM steward.standbys WHERE name <> ALL ($1::text[])", {ArrayLiteral(names)});
	spi.Execute("DELETE FROM steward.standby_usage AS u WHERE standby <> ALL ($1::text[])"
				"    OR NOT EXISTS (SELECT FROM pg_index AS i WHERE i.indexrelid = u.index)",
				{ArrayLiteral(names)});
}

std::vector<std::string>
StandbyNames()
{
	std::vector<std::string> names;

	for (const StandbyList::Server &server : Listed().servers)
		names.push_back(server.name);
	return names;
}

int64_t
CountUnlistedStandbys(Spi &spi)
{
	int64_t followers =
		spi.QueryOne(std::string("SELECT") + kFollowers, {ArrayLiteral(Listed().others)}).Integer(0);
	/* One that restarts, or whose connection is just made anew, followed a moment ago. */
	int64_t below =
		spi.QueryOne("SELECT coalesce(sum(followers), 0)::bigint"
					 "       - count(*) FILTER (WHERE followed_at > now() - $2::float8 * interval '1 second')"
					 "  FROM steward.standbys WHERE name = ANY ($1::text[])",
					 {ArrayLiteral(StandbyNames()), SecondsKnown()})
			.Integer(0);

	return std::max<int64_t>(0, followers + below);
}

bool
AnswerAllStandbys(Spi &spi)
{
	return spi
		.QueryOne("SELECT count(*) = cardinality($1::text[]) FROM steward.standbys"
				  " WHERE name = ANY ($1::text[]) AND error IS NULL AND noted_at IS NOT NULL",
				  {ArrayLiteral(StandbyNames())})
		.Bool(0);
}

std::string
UnseenReaders(Spi &spi, double days)
{
	int64_t unlisted = CountUnlistedStandbys(spi);

	if (std::string silent = WhoIsSilent(spi); !silent.empty())
		return silent;
	if (unlisted > 0)
		return std::to_string(unlisted) + (unlisted == 1 ? " standby follows" : " standbys follow") +
			   " this server that pg_steward.standbys does not list, so that nobody knows what is used there";
	if (!spi.Query(
				"SELECT FROM steward.usage_watch WHERE standby_seen_at > now() - $1::float8 * interval '1 day'",
				{std::to_string(days)})
			 .empty())
		return "a standby that pg_steward.standbys did not list followed this server less than " +
			   FormatDuration(days * kSecondsPerDay) +
			   " ago (pg_steward.unused_after), and nobody knows what was used there";
	return "";
}

} // namespace steward::pg
