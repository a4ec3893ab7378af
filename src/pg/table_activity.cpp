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
 * table, each of which may be set for the table.
 */
constexpr const char *kActivityQuery = R"(
SELECT c.oid, quote_ident(n.nspname) || '.' || quote_ident(c.relname), n.nspname || '.' || c.relname, c.relkind = 'p',
       EXISTS (SELECT FROM pg_statistic AS s WHERE s.starelid = c.oid AND s.stainherit = (c.relkind = 'p')),
       coalesce(o.enabled::boolean, true) AND current_setting('autovacuum')::boolean AND current_setting('track_counts')::boolean,
       t.tuples, pg_stat_get_mod_since_analyze(c.oid),
       coalesce(o.threshold::float8, current_setting('autovacuum_analyze_threshold')::float8)
         + coalesce(o.scale::float8, current_setting('autovacuum_analyze_scale_factor')::float8) * greatest(c.reltuples, 0)
  FROM pg_class AS c
  JOIN pg_namespace AS n ON n.oid = c.relnamespace
 CROSS JOIN LATERAL (SELECT max(option_value) FILTER (WHERE option_name = 'autovacuum_enabled') AS enabled,
                            max(option_value) FILTER (WHERE option_name = 'autovacuum_analyze_threshold') AS threshold,
                            max(option_value) FILTER (WHERE option_name = 'autovacuum_analyze_scale_factor') AS scale
                       FROM pg_options_to_table(c.reloptions)) AS o
 CROSS JOIN LATERAL (SELECT CASE WHEN c.relkind = 'p'
                                 THEN (SELECT sum(greatest(l.reltuples, pg_stat_get_live_tuples(l.oid), 0))
                                         FROM pg_partition_tree(c.oid) AS p JOIN pg_class AS l ON l.oid = p.relid WHERE p.isleaf)
                                 ELSE greatest(c.reltuples, pg_stat_get_live_tuples(c.oid), 0) END AS tuples) AS t
 WHERE (c.relkind = 'r' OR (c.relkind = 'p' AND NOT c.relispartition)) AND c.relpersistence <> 't'
   AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'steward')
   AND t.tuples + pg_stat_get_mod_since_analyze(c.oid) > 0
 ORDER BY c.oid)";

constexpr const char *kInvalidQuery = R"(
SELECT i.indexrelid, i.indrelid, c.relname, quote_ident(n.nspname) || '.' || quote_ident(c.relname),
       tn.nspname || '.' || t.relname, pg_relation_size(i.indexrelid)
  FROM pg_index AS i
  JOIN pg_class AS c ON c.oid = i.indexrelid
  JOIN pg_namespace AS n ON n.oid = c.relnamespace
  JOIN pg_class AS t ON t.oid = i.indrelid
  JOIN pg_namespace AS tn ON tn.oid = t.relnamespace
 WHERE NOT i.indisvalid AND i.indislive AND NOT i.indisexclusion AND c.relkind = 'i' AND c.relpersistence <> 't'
   AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'steward')
   AND c.relname !~ '_cc(new|old)[0-9]*$'
   AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index AS p WHERE p.index_relid = i.indexrelid)
   AND NOT EXISTS (SELECT FROM steward.actions AS a
                    WHERE a.relation = i.indrelid AND a.status IN ('queued', 'running', 'revert_queued', 'reverting'))
 ORDER BY i.indexrelid)";

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
		table.analyzed = row.Bool(4);
		table.autovacuumed = row.Bool(5);
		table.tuples = row.Number(6);
		table.modified = row.Number(7);
		table.analyze_after = row.Number(8);
		tables.push_back(std::move(table));
	}
	return tables;
}

std::vector<InvalidIndex>
ReadInvalidIndexes(Spi &spi)
{
	std::vector<InvalidIndex> indexes;

	for (const Row &row : spi.Query(kInvalidQuery))
		indexes.push_back(
			{row.ObjectId(0), row.ObjectId(1), row.Text(2), row.Text(3), row.Text(4), row.Number(5)});
	return indexes;
}

} // namespace steward::pg
