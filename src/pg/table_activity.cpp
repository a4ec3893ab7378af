/*-------------------------------------------------------------------------
 *
 * table_activity.cpp
 *	  What has become of people's tables and indexes, as the server counts it.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/table_activity.h"

namespace steward::pg
{

namespace
{

/*
 * When autovacuum analyses: autovacuum_analyze_threshold rows, and a share of the
 * table, each of which may be set for the table.  Of a partitioned table those rows
 * count as modified that are in partitions which autovacuum found changed since.
 * Functions that would lock a partition are not used: it may be locked for hours.
 * One whose columns have no statistics after ANALYZE, as with a target of 0, was analysed.
 * A table of which nobody has counted the rows is taken to have one for each 100 bytes.
 */
constexpr const char *kActivityQuery = R"(
WITH RECURSIVE below (root, oid) AS (
	SELECT c.oid, c.oid FROM pg_class AS c WHERE c.relkind = 'p' AND NOT c.relispartition
	UNION ALL
	SELECT b.root, h.inhrelid FROM below AS b JOIN pg_inherits AS h ON h.inhparent = b.oid),
parts AS (
	SELECT b.root, bool_or(l.relkind = 'f') AS has_foreign,
	       sum(greatest(l.reltuples, pg_stat_get_live_tuples(l.oid), 0)) AS tuples,
	       sum(CASE WHEN pg_stat_get_last_autoanalyze_time(l.oid) > pg_stat_get_last_analyze_time(b.root)
	                THEN greatest(l.reltuples, 0) ELSE pg_stat_get_mod_since_analyze(l.oid) END) AS modified
	  FROM below AS b JOIN pg_class AS l ON l.oid = b.oid
	 WHERE l.relkind <> 'p' GROUP BY b.root),
maintained AS (
	SELECT relid FROM pg_stat_progress_vacuum WHERE datname = current_database()
	UNION
	SELECT relid FROM pg_stat_progress_analyze WHERE datname = current_database()),
autovacuum AS (
	SELECT NOT (current_setting('autovacuum')::boolean AND current_setting('track_counts')::boolean) AS off,
	       count(*) >= current_setting('autovacuum_max_workers')::integer AS workers_busy,
	       current_setting('autovacuum_analyze_threshold')::float8 AS threshold,
	       current_setting('autovacuum_analyze_scale_factor')::float8 AS scale
	  FROM pg_stat_activity WHERE backend_type = 'autovacuum worker')
SELECT c.oid, quote_ident(n.nspname) || '.' || quote_ident(c.relname), n.nspname || '.' || c.relname,
       c.relkind = 'p', coalesce(p.has_foreign, false),
       EXISTS (SELECT FROM pg_statistic AS s WHERE s.starelid = c.oid AND s.stainherit = (c.relkind = 'p'))
         OR pg_stat_get_last_analyze_time(c.oid) IS NOT NULL OR pg_stat_get_last_autoanalyze_time(c.oid) IS NOT NULL,
       coalesce(o.enabled::boolean, true) AND NOT a.off, a.off, a.workers_busy, m.relid IS NOT NULL,
       coalesce(whole_schema.nspname || '.' || whole.relname, ''),
       t.tuples, coalesce(p.modified, pg_stat_get_mod_since_analyze(c.oid)),
       coalesce(o.threshold::float8, a.threshold) + coalesce(o.scale::float8, a.scale) * t.tuples
  FROM pg_class AS c
  JOIN pg_namespace AS n ON n.oid = c.relnamespace
  LEFT JOIN parts AS p ON p.root = c.oid
  LEFT JOIN maintained AS m ON m.relid = c.oid
  LEFT JOIN below AS b ON b.oid = c.oid AND c.relispartition
  LEFT JOIN pg_class AS whole ON whole.oid = b.root
  LEFT JOIN pg_namespace AS whole_schema ON whole_schema.oid = whole.relnamespace
 CROSS JOIN autovacuum AS a
 CROSS JOIN LATERAL (SELECT max(option_value) FILTER (WHERE option_name = 'autovacuum_enabled') AS enabled,
                            max(option_value) FILTER (WHERE option_name = 'autovacuum_analyze_threshold') AS threshold,
                            max(option_value) FILTER (WHERE option_name = 'autovacuum_analyze_scale_factor') AS scale
                       FROM pg_options_to_table(c.reloptions)) AS o
 CROSS JOIN LATERAL (SELECT CASE WHEN c.relkind = 'p' THEN p.tuples
                                 WHEN c.reltuples < 0 AND pg_stat_get_live_tuples(c.oid) = 0
                                 THEN (pg_stat_file(pg_relation_filepath(c.oid), true)).size / 100
                                 ELSE greatest(c.reltuples, pg_stat_get_live_tuples(c.oid)) END AS tuples) AS t
 WHERE (c.relkind = 'r' OR (c.relkind = 'p' AND NOT c.relispartition)) AND c.relpersistence <> 't'
   AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'steward')
   AND t.tuples + pg_stat_get_mod_since_analyze(c.oid) > 0
 ORDER BY c.oid)";

/* Of a partition, somebody may be building the index in parts, on behalf of the whole. */
/* $1: those that REINDEX CONCURRENTLY itself left. */
constexpr const char *kInvalidQuery = R"(
SELECT i.indexrelid, i.indrelid, c.relname, quote_ident(n.nspname) || '.' || quote_ident(c.relname),
       tn.nspname || '.' || t.relname
  FROM pg_index AS i
  JOIN pg_class AS c ON c.oid = i.indexrelid
  JOIN pg_namespace AS n ON n.oid = c.relnamespace
  JOIN pg_class AS t ON t.oid = i.indrelid
  JOIN pg_namespace AS tn ON tn.oid = t.relnamespace
 WHERE NOT i.indisvalid AND i.indislive AND NOT i.indisexclusion AND c.relkind = 'i' AND c.relpersistence <> 't'
   AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'steward')
   AND (c.relname ~ '_cc(new|old)[0-9]*$') = $1::boolean
   AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index AS p
                    WHERE p.index_relid = i.indexrelid OR p.relid = i.indrelid)
   AND NOT EXISTS (SELECT FROM steward.actions AS a
                    WHERE (a.relation = i.indrelid OR a.relation IN (SELECT pg_partition_ancestors(i.indrelid)))
                      AND a.status IN ('queued', 'running', 'revert_queued', 'reverting'))
 ORDER BY i.indexrelid)";

/* TOAST tables count as part of theirs.  Left out is what nobody could have a word about. */
constexpr const char *kVacuumQuery = R"(
SELECT n.nspname || '.' || c.relname, v.transactions, v.multixacts, v.dead, v.vacuum_after, v.off,
       n.nspname IN ('pg_catalog', 'information_schema', 'pg_toast', 'steward')
  FROM pg_class AS c
  JOIN pg_namespace AS n ON n.oid = c.relnamespace
  LEFT JOIN pg_class AS l ON l.oid = c.reltoastrelid
 CROSS JOIN LATERAL (SELECT max(option_value) FILTER (WHERE option_name = 'autovacuum_enabled') AS enabled,
                            max(option_value) FILTER (WHERE option_name = 'autovacuum_vacuum_threshold') AS threshold,
                            max(option_value) FILTER (WHERE option_name = 'autovacuum_vacuum_scale_factor') AS scale
                       FROM pg_options_to_table(c.reloptions)) AS o
 CROSS JOIN LATERAL (
	SELECT greatest(age(c.relfrozenxid), age(l.relfrozenxid)) AS transactions,
	       greatest(mxid_age(c.relminmxid), mxid_age(l.relminmxid)) AS multixacts,
	       pg_stat_get_dead_tuples(c.oid) AS dead,
	       coalesce(o.threshold, current_setting('autovacuum_vacuum_threshold'))::float8
	         + coalesce(o.scale, current_setting('autovacuum_vacuum_scale_factor'))::float8 * greatest(c.reltuples, 0) AS vacuum_after,
	       NOT coalesce(o.enabled, current_setting('autovacuum'))::boolean
	         OR NOT current_setting('track_counts')::boolean AS off) AS v
 WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't'
   AND ((v.dead > v.vacuum_after AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'steward'))
        OR v.transactions > least(current_setting('autovacuum_freeze_max_age')::integer, 1000000000)
        OR v.multixacts > least(current_setting('autovacuum_multixact_freeze_max_age')::integer, 1000000000))
 ORDER BY greatest(v.transactions, v.multixacts) DESC, n.nspname, c.relname)";

} // namespace

std::vector<TableActivity>
ReadTableActivity(Spi &spi)
{
	std::vector<TableActivity> tables;

	for (const Row &row : spi.Query(kActivityQuery))
	{
		TableActivity table;

		table.oid = row.ObjectId(0);
		table.quoted = row.Text(1);
		table.label = row.Text(2);
		table.partitioned = row.Bool(3);
		table.foreign_partitions = row.Bool(4);
		table.analyzed = row.Bool(5);
		table.autovacuumed = row.Bool(6);
		table.autovacuum_off = row.Bool(7);
		table.autovacuum_full = row.Bool(8);
		table.being_maintained = row.Bool(9);
		table.label_of_whole = row.Text(10);
		table.tuples = row.Number(11);
		table.modified = row.Number(12);
		table.analyze_after = row.Number(13);
		tables.push_back(std::move(table));
	}
	return tables;
}

std::vector<ObjectId>
TablesAbove(Spi &spi, ObjectId table)
{
	std::vector<ObjectId> above;

	for (const Row &row :
		 spi.Query("SELECT a.relid::oid FROM pg_partition_ancestors($1::oid)"
				   "  WITH ORDINALITY AS a (relid, place) WHERE a.relid <> $1::oid ORDER BY a.place",
				   {std::to_string(table)}))
		above.push_back(row.ObjectId(0));
	return above;
}

bool
IsBeingMaintained(Spi &spi, steward::ObjectId table)
{
	return spi
		.QueryOne("SELECT EXISTS (SELECT FROM pg_locks AS l JOIN pg_database AS d ON d.oid = l.database"
				  " WHERE d.datname = current_database() AND l.locktype = 'relation' AND l.relation = $1::oid"
				  "   AND l.granted AND l.pid <> pg_backend_pid()"
				  "   AND l.mode IN ('ShareUpdateExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock',"
				  "                  'ExclusiveLock', 'AccessExclusiveLock'))",
				  {std::to_string(table)})
		.Bool(0);
}

double
LastAnalyzed(Spi &spi, steward::ObjectId table)
{
	return spi
		.QueryOne(
			"SELECT coalesce(extract(epoch FROM greatest(pg_stat_get_last_analyze_time($1::oid),"
			"                                            pg_stat_get_last_autoanalyze_time($1::oid))), 0)",
			{std::to_string(table)})
		.Number(0);
}

double
ModifiedShare(Spi &spi, steward::ObjectId table)
{
	return spi
		.QueryOne(
			"SELECT coalesce(max(least(1, pg_stat_get_mod_since_analyze(oid) / nullif(reltuples, 0)::float8)), 1)"
			"  FROM pg_class WHERE oid = $1::oid AND reltuples >= 0",
			{std::to_string(table)})
		.Number(0);
}

std::vector<VacuumHealth>
ReadVacuumHealth(Spi &spi)
{
	std::vector<VacuumHealth> tables;

	for (const Row &row : spi.Query(kVacuumQuery))
		tables.push_back({row.Text(0), row.Number(1), row.Number(2), row.Number(3), row.Number(4),
						  row.Bool(5), row.Bool(6)});
	return tables;
}

FreezeLimits
ReadFreezeLimits(Spi &spi)
{
	Row row = spi.QueryOne("SELECT current_setting('autovacuum_freeze_max_age'),"
						   "       current_setting('autovacuum_multixact_freeze_max_age')");

	return {row.Number(0), row.Number(1)};
}

std::vector<ObjectId>
TablesWithDuplicates(Spi &spi)
{
	std::vector<ObjectId> tables;

	/* Which of them may go, and whether anything else tells them apart, is looked at closer. */
	for (
		const Row &row : spi.Query(
			"SELECT DISTINCT i.indrelid FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid"
			" WHERE i.indisvalid AND c.relpersistence <> 't' AND NOT c.relispartition AND c.relnamespace NOT IN"
			"  (SELECT oid FROM pg_namespace"
			"    WHERE nspname IN ('pg_catalog', 'information_schema', 'pg_toast', 'steward'))"
			" GROUP BY i.indrelid, c.relam, i.indkey::text, i.indclass::text, i.indcollation::text,"
			"          i.indoption::text,"
			/* But for where in its text it stood: pg_get_expr() would wait for who has locked a table. */
			"          regexp_replace(i.indexprs::text, ':location -?[0-9]+', '', 'g'),"
			"          regexp_replace(i.indpred::text, ':location -?[0-9]+', '', 'g')"
			" HAVING count(*) > 1 ORDER BY i.indrelid"))
		tables.push_back(row.ObjectId(0));
	return tables;
}

std::vector<InvalidIndex>
ReadInvalidIndexes(Spi &spi, LeftBy left)
{
	std::vector<InvalidIndex> indexes;

	for (const Row &row : spi.Query(kInvalidQuery, {BoolValue(left == LeftBy::kReindex)}))
		indexes.push_back({row.ObjectId(0), row.ObjectId(1), row.Text(2), row.Text(3), row.Text(4)});
	return indexes;
}

} // namespace steward::pg
