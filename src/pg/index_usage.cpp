/*-------------------------------------------------------------------------
 *
 * index_usage.cpp
 *	  How often each index is used, remembered beyond the server's counters.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/index_usage.h"

#include "pg/action_locks.h"
#include "pg/function_call.h"
#include "pg/standbys.h"
#include "pg/unique_duty.h"

namespace steward::pg
{

namespace
{

/*
 * A crash wipes the counters and leaves no other trace.  Those of the database
 * have become large by then, so that they show it for a while; those of each table
 * and index are looked at, too.  What happened in more than a day in which nobody
 * looked is not known.
 */
constexpr const char *kForgetIfBrokenQuery = R"(
WITH now AS (
	SELECT s.system_identifier, c.timeline_id AS timeline, d.oid AS database,
	       pg_stat_get_db_xact_commit(d.oid) + pg_stat_get_db_xact_rollback(d.oid) AS transactions
	  FROM pg_control_system() AS s, pg_control_checkpoint() AS c, pg_database AS d
	 WHERE d.datname = current_database()),
broken AS (
	DELETE FROM steward.index_usage
	 WHERE NOT EXISTS (SELECT FROM steward.usage_watch AS w, now AS n
	                    WHERE w.system_identifier = n.system_identifier AND w.timeline = n.timeline
	                      AND w.database = n.database
	                      AND w.transactions <= n.transactions
	                      AND w.noted_at > now() - interval '1 day'))
INSERT INTO steward.usage_watch AS w
  (system_identifier, timeline, database, transactions, noted_at, standby_seen_at)
SELECT n.system_identifier, n.timeline, n.database, n.transactions, now(), CASE WHEN $1::boolean THEN now() END
  FROM now AS n
    ON CONFLICT (id) DO UPDATE
   SET system_identifier = excluded.system_identifier, timeline = excluded.timeline, database = excluded.database,
       transactions = excluded.transactions, noted_at = excluded.noted_at,
       standby_seen_at = coalesce(excluded.standby_seen_at, w.standby_seen_at))";

/* What reads a table: scans of it, and of its indexes. */
constexpr const char *kCounters = R"(
WITH now AS MATERIALIZED (
	SELECT i.indexrelid AS index, i.indrelid AS relation, pg_stat_get_numscans(i.indexrelid) AS scans,
	       pg_stat_get_numscans(i.indrelid) AS table_scans,
	       (pg_stat_get_numscans(i.indrelid)
	         + sum(pg_stat_get_numscans(i.indexrelid)) OVER (PARTITION BY i.indrelid))::bigint AS table_reads,
	       pg_stat_get_tuples_inserted(i.indrelid) + pg_stat_get_tuples_updated(i.indrelid)
	         + pg_stat_get_tuples_deleted(i.indrelid) AS table_writes
	  FROM pg_index AS i
	  JOIN pg_class AS c ON c.oid = i.indexrelid
	 WHERE c.relkind = 'i' AND c.relpersistence <> 't'
	   AND c.relnamespace NOT IN (SELECT oid FROM pg_namespace
	                               WHERE nspname IN ('pg_catalog', 'information_schema', 'pg_toast', 'steward'))))";

/* What changed, and what merely went on at most once an hour: there may be many indexes. */
constexpr const char *kAddQuery = R"(
UPDATE steward.index_usage AS u
   SET since = CASE WHEN l.broken THEN now() ELSE u.since END,
       used_at = CASE WHEN l.broken THEN NULL WHEN n.scans > u.scans THEN now() ELSE u.used_at END,
       uses = CASE WHEN l.broken THEN 0 ELSE u.uses + n.scans - u.scans END,
       reads_unused = CASE WHEN l.broken OR n.scans > u.scans THEN 0
                           ELSE u.reads_unused + greatest(n.table_reads - u.table_reads, 0) END,
       writes_unused = CASE WHEN l.broken OR n.scans > u.scans THEN 0
                            ELSE u.writes_unused + n.table_writes - u.table_writes END,
       scans = n.scans, table_scans = n.table_scans, table_reads = n.table_reads, table_writes = n.table_writes,
       noted_at = now()
  FROM now AS n
  JOIN steward.index_usage AS o USING (index)
 CROSS JOIN LATERAL (SELECT n.scans < o.scans OR n.table_scans < o.table_scans OR n.table_writes < o.table_writes
                            OR n.relation <> o.relation AS broken) AS l
 WHERE u.index = n.index
   AND (l.broken OR n.scans > o.scans
        OR ((n.table_reads <> o.table_reads OR n.table_writes <> o.table_writes)
            AND (o.noted_at < now() - interval '1 hour' OR o.reads_unused = 0 OR o.writes_unused = 0))))";

constexpr const char *kAddNewQuery = R"(
INSERT INTO steward.index_usage
  (index, relation, since, scans, table_scans, table_reads, table_writes, noted_at)
SELECT n.index, n.relation, now(), n.scans, n.table_scans, n.table_reads, n.table_writes, now()
  FROM now AS n
 WHERE NOT EXISTS (SELECT FROM steward.index_usage AS u WHERE u.index = n.index)
    ON CONFLICT (index) DO NOTHING)";

/*
 * A standby has counters of its own; what was noted there came from the primary.
 * pg_get_indexdef() waits for who has locked the table, or is about to: of that one
 * the definition is left out.
 */
constexpr const char *kUsageQuery = R"(
SELECT i.indexrelid, i.indrelid, quote_ident(n.nspname) || '.' || quote_ident(c.relname),
       quote_ident(tn.nspname) || '.' || quote_ident(t.relname), tn.nspname || '.' || t.relname,
       CASE WHEN i.indrelid IN (SELECT relation FROM pg_locks
                                 WHERE locktype = 'relation' AND mode = 'AccessExclusiveLock' AND pid <> pg_backend_pid()
                                   AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))
            THEN '' ELSE pg_get_indexdef(i.indexrelid) END, i.indisvalid AND i.indisready AND i.indislive,
       EXISTS (SELECT FROM pg_stat_progress_create_index AS p WHERE p.index_relid = i.indexrelid),
       i.indisprimary, unique_duty.alone, i.indisexclusion,
       EXISTS (SELECT FROM pg_constraint AS k WHERE k.conindid = i.indexrelid),
       i.indisreplident, i.indisclustered,
       c.relkind = 'I' OR EXISTS (SELECT FROM pg_inherits AS h WHERE h.inhrelid = i.indexrelid),
       EXISTS (SELECT FROM pg_depend AS d
                WHERE d.classid = 'pg_class'::regclass AND d.objid IN (i.indexrelid, i.indrelid) AND d.deptype = 'e'),
       coalesce((SELECT k.conname FROM pg_constraint AS k
                  WHERE k.contype = 'f' AND k.conrelid = i.indrelid AND i.indpred IS NULL
                    AND (i.indkey::smallint[])[0:cardinality(k.conkey) - 1] @> k.conkey
                    AND (i.indkey::smallint[])[0:cardinality(k.conkey) - 1] <@ k.conkey
                  ORDER BY k.conname LIMIT 1), ''),
       greatest(c.relpages::float8 * current_setting('block_size')::integer,
                CASE WHEN c.relkind = 'i' THEN (pg_stat_file(pg_relation_filepath(c.oid), true)).size END, 0),
       coalesce(extract(epoch FROM now() - u.since) / 86400, 0)::float8,
       coalesce(u.uses + CASE WHEN l.used THEN pg_stat_get_numscans(i.indexrelid) - u.scans ELSE 0 END, 0),
       CASE WHEN l.used THEN 0
            ELSE extract(epoch FROM now() - u.used_at) / 86400 END::float8,
       coalesce(u.reads_unused, 0), coalesce(u.writes_unused, 0), u.since,
       CASE WHEN l.used THEN now() ELSE u.used_at END, i.indexprs IS NULL AND i.indpred IS NULL,
       b.uses, b.name, extract(epoch FROM now() - b.used_at) / 86400,
       CASE WHEN b.count = cardinality($2::text[]) THEN coalesce(extract(epoch FROM now() - b.since) / 86400, 0) ELSE 0 END,
       z.bloat,
       coalesce((SELECT min(a.target) FROM steward.actions AS a
                  WHERE a.kind = 'drop_index' AND a.relation = i.indrelid
                    AND a.evidence ->> 'covered_by' = quote_ident(n.nspname) || '.' || quote_ident(c.relname)
                    AND (a.status IN ('proposed', 'approved', 'queued', 'running', 'quarantined', 'verifying')
                         OR (a.status = 'kept'
                             AND a.updated_at > now() - current_setting('pg_steward.unused_after')::interval))), ''),
       coalesce((SELECT min(a.evidence ->> 'advised_because') FROM steward.actions AS a
                  WHERE a.kind = 'drop_index' AND a.relation = i.indrelid AND a.status = 'quarantined'
                    AND a.target = quote_ident(n.nspname) || '.' || quote_ident(c.relname)
                    AND NOT coalesce((a.evidence ->> 'unused')::boolean, false)), '')
  FROM pg_index AS i
  JOIN pg_class AS c ON c.oid = i.indexrelid
  JOIN pg_namespace AS n ON n.oid = c.relnamespace
  JOIN pg_class AS t ON t.oid = i.indrelid
  JOIN pg_namespace AS tn ON tn.oid = t.relnamespace
  LEFT JOIN steward.index_usage AS u ON u.index = i.indexrelid AND u.relation = i.indrelid
  LEFT JOIN steward.index_bloat AS z ON z.index = i.indexrelid AND z.relation = i.indrelid
 CROSS JOIN LATERAL (SELECT count(*) AS count, coalesce(sum(s.uses), 0) AS uses, max(s.used_at) AS used_at,
                            max(s.since) AS since, (array_agg(s.standby ORDER BY s.used_at DESC NULLS LAST))[1] AS name
                       FROM steward.standby_usage AS s
                      WHERE s.index = i.indexrelid AND s.standby = ANY ($2::text[])) AS b
 CROSS JOIN LATERAL (SELECT pg_stat_get_numscans(i.indexrelid) > u.scans AND NOT pg_is_in_recovery() AS used) AS l)";

constexpr const char *kWatched = R"(
 WHERE c.relpersistence <> 't' AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'steward')
   AND ($1::oid = 0 OR i.indexrelid = $1::oid)
   AND ($3::float8 = 0
        OR (greatest(u.since, u.used_at) <= now() - $3::float8 * interval '1 day' AND NOT l.used))
 ORDER BY tn.nspname, t.relname, c.relname)";

} // namespace

bool
NoteIndexUsage(Spi &spi)
{
	bool unlisted = AnswerAllStandbys(spi) && CountUnlistedStandbys(spi) > 0;

	/* Counters that were read before another transaction noted its own would seem to have gone down. */
	spi.Execute("SELECT pg_stat_clear_snapshot()");
	if (!TryLockForNotingUsage())
		return false;
	spi.Execute(kForgetIfBrokenQuery, {BoolValue(unlisted)});
	spi.Execute("DELETE FROM steward.index_usage AS u"
				" WHERE NOT EXISTS (SELECT FROM pg_index AS i WHERE i.indexrelid = u.index)");
	spi.Execute(std::string(kCounters) + kAddQuery);
	spi.Execute(std::string(kCounters) + kAddNewQuery);
	return true;
}

void
CarryUsage(Spi &spi, steward::ObjectId from, const std::string &to)
{
	spi.Execute("DELETE FROM steward.index_usage AS u USING steward.index_usage AS o"
				" WHERE u.index = to_regclass($2) AND o.index = $1::oid AND u.index <> o.index",
				{std::to_string(from), to});
	spi.Execute("UPDATE steward.index_usage SET index = to_regclass($2)"
				" WHERE index = $1::oid AND to_regclass($2) IS NOT NULL",
				{std::to_string(from), to});
}

std::vector<IndexUsage>
ReadIndexUsage(Spi &spi, const UsageFilter &filter)
{
	std::vector<IndexUsage> indexes;
	std::vector<std::string> standbys = StandbyNames();

	for (const Row &row :
		 spi.Query(std::string(kUsageQuery) + kJoinUniqueDuty + kWatched,
				   {std::to_string(filter.only), ArrayLiteral(standbys), std::to_string(filter.quiet_days)}))
	{
		IndexUsage index;

		index.oid = row.ObjectId(0);
		index.relation = row.ObjectId(1);
		index.target = row.Text(2);
		index.table_quoted = row.Text(3);
		index.table_label = row.Text(4);
		index.definition = row.Text(5);
		index.valid = row.Bool(6);
		index.being_built = row.Bool(7);
		index.duties.primary_key = row.Bool(8);
		index.duties.unique = row.Bool(9);
		index.duties.exclusion = row.Bool(10);
		index.duties.constraint = row.Bool(11);
		index.duties.replica_identity = row.Bool(12);
		index.duties.clustered = row.Bool(13);
		index.duties.partitioned = row.Bool(14);
		index.duties.of_extension = row.Bool(15);
		index.duties.foreign_key = row.Text(16);
		index.size_bytes = row.Number(17);
		index.watched_days = row.Number(18);
		index.scans = row.Number(19);
		if (!row.IsNull(20))
			index.used_days_ago = row.Number(20);
		index.table_reads = row.Number(21);
		index.table_writes = row.Number(22);
		index.plain = row.Bool(25);
		index.standby_scans = row.Number(26);
		index.standby = row.Text(27);
		index.on_standbys = !standbys.empty();
		if (!row.IsNull(28))
			index.standby_used_days_ago = row.Number(28);
		index.standby_watched_days = row.Number(29);
		if (!row.IsNull(30))
			index.bloat = row.Number(30);
		index.stands_in_for = row.Text(31);
		index.superfluous = row.Text(32);
		if (!row.IsNull(23))
			index.watched_since = row.Text(23);
		if (!row.IsNull(24))
			index.used_at = row.Text(24);
		indexes.push_back(std::move(index));
	}
	return indexes;
}

} // namespace steward::pg
