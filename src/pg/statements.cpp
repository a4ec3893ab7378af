/*-------------------------------------------------------------------------
 *
 * statements.cpp
 *	  Read pg_stat_statements, and keep its counters over time.
 *
 * The view's columns depend on the version of the extension's SQL objects,
 * which after pg_upgrade may be older than the server, so they are looked up.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/statements.h"

#include <cstdio>
#include <set>

#include "pg/extension.h"
#include "pg/settings.h"

extern "C"
{
#include "utils/guc.h"
}

namespace steward::pg
{

namespace
{

constexpr const char *kKeyArrays = "unnest($1::oid[], $2::bigint[], $3::boolean[]";

/* An array literal, built value by value. */
class ArrayText
{
public:
	void Add(const std::string &value) { text_ += (text_.empty() ? "" : ",") + value; }
	std::string Finish() const { return "{" + text_ + "}"; }

private:
	std::string text_;
};

std::string
NumberText(double value)
{
	char text[64];

	/* Exact: rounded up, a time would seem to have gone down by the next look. */
	snprintf(text, sizeof(text), "%.17g", value);
	return text;
}

std::set<std::string>
ColumnsOfView(Spi &spi, const std::string &schema)
{
	std::set<std::string> columns;

	for (const Row &row : spi.Query("SELECT attname FROM pg_attribute"
									" WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped",
									{schema + ".pg_stat_statements"}))
		columns.insert(row.Text(0));
	return columns;
}

/* Created, the extension can still be without its library, and then counts nothing. */
void
RequireLibrary()
{
	const char *setting = nullptr;

	Guarded([&] { setting = GetConfigOption("pg_stat_statements.max", true, false); });
	if (setting == nullptr)
		throw Refusal(
			{sqlstate::kNotInPrerequisiteState, "pg_stat_statements is not preloaded",
			 "The observed workload comes from its counters, which need the library from server start.",
			 "Add pg_stat_statements to shared_preload_libraries in postgresql.conf and restart the server."});
}

StatementKey
KeyOf(const Row &row)
{
	return {row.ObjectId(0), row.Integer(1), row.Bool(2)};
}

StatementCounters
CountersOf(const Row &row, size_t first)
{
	return {row.Integer(first),     row.Number(first + 1),  row.Integer(first + 2),
			row.Integer(first + 3), row.Integer(first + 4), row.Number(first + 5)};
}

} // namespace

std::vector<LiveStatement>
ReadStatements(Spi &spi, bool with_texts)
{
	RequireLibrary();

	std::string schema = RequireExtension("pg_stat_statements").schema;
	std::set<std::string> columns = ColumnsOfView(spi, schema);
	std::vector<LiveStatement> statements;

	/* 1.11 (PostgreSQL 17) says for each entry since when it counts. */
	std::string since = columns.count("stats_since") > 0
							? "s.stats_since"
							: "(SELECT stats_reset FROM " + schema + ".pg_stat_statements_info)";

	/* 1.9 (PostgreSQL 14) tells top-level statements from nested ones. */
	std::string toplevel = columns.count("toplevel") > 0 ? "s.toplevel" : "true";
	/* Of these alone the counting can begin anew (1.11). */
	std::string least = columns.count("minmax_stats_since") > 0
							? "CASE WHEN s.minmax_stats_since > s.stats_since THEN 0 ELSE s.min_exec_time END"
							: "s.min_exec_time";
	std::string sql = "SELECT s.userid, s.queryid, " + toplevel +
					  ", s.calls, s.total_exec_time, s.rows, s.shared_blks_hit, s.shared_blks_read,"
					  " s.calls * (s.mean_exec_time ^ 2 + s.stddev_exec_time ^ 2), extract(epoch FROM " +
					  since + "), " + least + ", s.query FROM " + schema + ".pg_stat_statements(" +
					  (with_texts ? "true" : "false") +
					  ") AS s WHERE s.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())"
					  " AND s.queryid IS NOT NULL AND s.calls > 0";

	for (const Row &row : spi.Query(sql))
	{
		LiveStatement statement;

		statement.key = KeyOf(row);
		statement.counters = CountersOf(row, 3);
		statement.since = row.Number(9);
		statement.least_ms = row.Number(10);
		statement.text = row.Text(11);
		statements.push_back(std::move(statement));
	}
	return statements;
}

std::map<StatementKey, SeenCounters>
ReadSeenCounters(Spi &spi)
{
	std::map<StatementKey, SeenCounters> seen;

	for (const Row &row :
		 spi.Query("SELECT userid, queryid, toplevel, calls, total_exec_time, rows, shared_blks_hit,"
				   "       shared_blks_read, sum_squares, extract(epoch FROM seen_at)"
				   "  FROM steward.statement_counters"))
		seen[KeyOf(row)] = {CountersOf(row, 3), row.Number(9)};
	return seen;
}

NotedWorkload
ReadNotedWorkload(Spi &spi)
{
	NotedWorkload noted;

	/* One query, and so one snapshot: the steward moves from one table to the other meanwhile. */
	for (const Row &row :
		 spi.Query("SELECT userid, queryid, toplevel, calls, total_exec_time, rows, shared_blks_hit,"
				   "       shared_blks_read, sum_squares, extract(epoch FROM seen_at), true"
				   "  FROM steward.statement_counters"
				   " UNION ALL "
				   "SELECT userid, queryid, toplevel, sum(calls), sum(total_exec_time), sum(rows),"
				   "       sum(shared_blks_hit), sum(shared_blks_read), sum(sum_squares),"
				   "       extract(epoch FROM min(since)), false"
				   "  FROM steward.statement_history"
				   " WHERE until > now() - make_interval(mins => $1::integer)"
				   " GROUP BY userid, queryid, toplevel",
				   {std::to_string(settings::workload_window_min)}))
	{
		if (row.Bool(10))
			noted.seen[KeyOf(row)] = {CountersOf(row, 3), row.Number(9)};
		else
			noted.recorded[KeyOf(row)] = {CountersOf(row, 3), row.Number(9)};
	}
	return noted;
}

std::map<StatementKey, std::map<int64_t, StatementCounters>>
ReadHours(Spi &spi, const std::vector<StatementKey> &keys, double since)
{
	ArrayText userids, queryids, toplevels;
	std::map<StatementKey, std::map<int64_t, StatementCounters>> hours;

	for (const StatementKey &key : keys)
	{
		userids.Add(std::to_string(key.userid));
		queryids.Add(std::to_string(key.queryid));
		toplevels.Add(key.toplevel ? "t" : "f");
	}
	for (const Row &row :
		 spi.Query(std::string("SELECT h.userid, h.queryid, h.toplevel,"
							   "       floor(extract(epoch FROM h.until) / 3600)::bigint, sum(h.calls),"
							   "       sum(h.total_exec_time), sum(h.rows), sum(h.shared_blks_hit),"
							   "       sum(h.shared_blks_read), sum(h.sum_squares)"
							   "  FROM steward.statement_history AS h JOIN (SELECT DISTINCT * FROM ") +
					   kKeyArrays +
					   ") AS k (userid, queryid, toplevel)) AS k USING (userid, queryid, toplevel)"
					   " WHERE h.until > to_timestamp($4::float8)"
					   " GROUP BY h.userid, h.queryid, h.toplevel, 4",
				   {userids.Finish(), queryids.Finish(), toplevels.Finish(), NumberText(since)}))
		hours[KeyOf(row)][row.Integer(3)] = CountersOf(row, 4);
	return hours;
}

std::map<StatementKey, double>
LastRuns(Spi &spi)
{
	std::map<StatementKey, double> runs;

	for (const Row &row : spi.Query("SELECT userid, queryid, toplevel, extract(epoch FROM max(until))"
									"  FROM steward.statement_history WHERE calls > 0"
									" GROUP BY userid, queryid, toplevel"))
		runs[KeyOf(row)] = row.Number(3);
	return runs;
}

void
RecordParts(Spi &spi, const std::vector<LiveStatement> &live, const std::map<StatementKey, WindowPart> &added)
{
	ArrayText userids, queryids, toplevels, calls, times, rows, hits, reads, squares;
	ArrayText part_calls, part_times, part_rows, part_hits, part_reads, part_squares, part_since;

	if (added.empty())
		return;
	for (const LiveStatement &statement : live)
	{
		auto part = added.find(statement.key);

		if (part == added.end())
			continue;
		userids.Add(std::to_string(statement.key.userid));
		queryids.Add(std::to_string(statement.key.queryid));
		toplevels.Add(statement.key.toplevel ? "t" : "f");
		calls.Add(std::to_string(statement.counters.calls));
		times.Add(NumberText(statement.counters.total_ms));
		rows.Add(std::to_string(statement.counters.rows));
		hits.Add(std::to_string(statement.counters.blocks_hit));
		reads.Add(std::to_string(statement.counters.blocks_read));
		squares.Add(NumberText(statement.counters.sum_squares));
		part_calls.Add(std::to_string(part->second.counters.calls));
		part_times.Add(NumberText(part->second.counters.total_ms));
		part_rows.Add(std::to_string(part->second.counters.rows));
		part_hits.Add(std::to_string(part->second.counters.blocks_hit));
		part_reads.Add(std::to_string(part->second.counters.blocks_read));
		part_squares.Add(NumberText(part->second.counters.sum_squares));
		part_since.Add(NumberText(part->second.since));
	}
	spi.Execute(
		std::string(
			"INSERT INTO steward.statement_history"
			" (until, since, userid, queryid, toplevel, calls, total_exec_time, rows, shared_blks_hit,"
			"  shared_blks_read, sum_squares)"
			" SELECT now(), least(now(), to_timestamp(t.since)), t.userid, t.queryid, t.toplevel,"
			"        t.calls, t.time, t.rows, t.hits, t.reads, t.squares FROM ") +
			kKeyArrays +
			", $4::bigint[], $5::float8[], $6::bigint[], $7::bigint[], $8::bigint[], $9::float8[], $10::float8[])"
			" AS t (userid, queryid, toplevel, calls, time, rows, hits, reads, squares, since)"
			" ON CONFLICT (until, userid, queryid, toplevel) DO NOTHING",
		{userids.Finish(), queryids.Finish(), toplevels.Finish(), part_calls.Finish(), part_times.Finish(),
		 part_rows.Finish(), part_hits.Finish(), part_reads.Finish(), part_squares.Finish(),
		 part_since.Finish()});
	spi.Execute(
		std::string("INSERT INTO steward.statement_counters"
					" (userid, queryid, toplevel, calls, total_exec_time, rows, shared_blks_hit,"
					"  shared_blks_read, sum_squares, seen_at)"
					" SELECT t.*, clock_timestamp() FROM ") +
			kKeyArrays +
			", $4::bigint[], $5::float8[], $6::bigint[], $7::bigint[], $8::bigint[], $9::float8[])"
			" AS t (userid, queryid, toplevel, calls, time, rows, hits, reads, squares)"
			" ON CONFLICT (userid, queryid, toplevel) DO UPDATE SET calls = excluded.calls,"
			"    total_exec_time = excluded.total_exec_time, rows = excluded.rows,"
			"    shared_blks_hit = excluded.shared_blks_hit, shared_blks_read = excluded.shared_blks_read,"
			"    sum_squares = excluded.sum_squares, seen_at = excluded.seen_at",
		{userids.Finish(), queryids.Finish(), toplevels.Finish(), calls.Finish(), times.Finish(),
		 rows.Finish(), hits.Finish(), reads.Finish(), squares.Finish()});
}

void
ForgetOldParts(Spi &spi)
{
	Value window = std::to_string(settings::workload_window_min);

	spi.Execute(
		"DELETE FROM steward.statement_history WHERE until <= now() - make_interval(mins => $1::integer)",
		{window});

	/* A statement that was not seen for two windows is likely to have been evicted. */
	spi.Execute(
		"DELETE FROM steward.statement_counters WHERE seen_at <= now() - 2 * make_interval(mins => $1::integer)",
		{window});
}

} // namespace steward::pg
