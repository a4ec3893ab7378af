/*-------------------------------------------------------------------------
 *
 * index_bloat.cpp
 *	  What is known of the size of indexes, and of what a rebuild would win.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/index_bloat.h"

#include "pg/settings.h"

namespace steward::pg
{

namespace
{

constexpr double kBytesPerMb = 1024.0 * 1024;

/*
 * An index's reltuples are of its last VACUUM or build; since then it has grown with
 * its table.  Of a file of more than one segment relpages says the size.
 */
constexpr const char *kBloatQuery = R"(
SELECT i.indexrelid, i.indrelid, quote_ident(n.nspname) || '.' || quote_ident(c.relname), c.relname,
       tn.nspname || '.' || t.relname, a.amname = 'btree', s.bytes,
       CASE WHEN r.rows > 0 THEN s.bytes / r.rows ELSE 0 END, b.rebuilt_bytes_per_row, b.bloat
  FROM pg_index AS i
  JOIN pg_class AS c ON c.oid = i.indexrelid
  JOIN pg_am AS a ON a.oid = c.relam
  JOIN pg_namespace AS n ON n.oid = c.relnamespace
  JOIN pg_class AS t ON t.oid = i.indrelid
  JOIN pg_namespace AS tn ON tn.oid = t.relnamespace
  LEFT JOIN steward.index_bloat AS b ON b.index = i.indexrelid AND b.relation = i.indrelid
 CROSS JOIN LATERAL (SELECT greatest(c.relpages::float8 * current_setting('block_size')::integer,
                                     (pg_stat_file(pg_relation_filepath(c.oid), true)).size, 0) AS bytes) AS s
 CROSS JOIN LATERAL (SELECT greatest(c.reltuples, 0)
                            * CASE WHEN t.reltuples > 0
                                   THEN greatest(1, pg_stat_get_live_tuples(t.oid) / t.reltuples) ELSE 1 END AS rows) AS r
 WHERE i.indisvalid AND i.indisready AND i.indislive AND NOT i.indisexclusion AND c.relkind = 'i'
   AND c.relpersistence <> 't' AND a.amname <> 'brin'
   AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'steward')
   AND ($1::oid <> 0
        OR NOT EXISTS (SELECT FROM steward.actions AS d
                        WHERE d.kind = 'drop_index' AND d.relation = i.indrelid
                          AND d.arguments ->> 'index' = i.indexrelid::text
                          AND d.status IN ('approved', 'queued', 'running', 'quarantined')))
   AND ($1::oid = 0 OR i.indexrelid = $1::oid)
   AND ($1::oid <> 0 OR s.bytes >= $2::float8) )";

} // namespace

std::vector<IndexBloat>
ReadIndexBloat(Spi &spi, steward::ObjectId only)
{
	std::vector<IndexBloat> indexes;

	for (const Row &row :
		 spi.Query(std::string(kBloatQuery) + " ORDER BY s.bytes DESC, i.indexrelid",
				   {std::to_string(only), std::to_string(settings::bloat_min_size_mb * kBytesPerMb)}))
	{
		IndexBloat index;

		index.oid = row.ObjectId(0);
		index.relation = row.ObjectId(1);
		index.target = row.Text(2);
		index.name = row.Text(3);
		index.table_label = row.Text(4);
		index.btree = row.Bool(5);
		index.size_bytes = row.Number(6);
		index.bytes_per_row = row.Number(7);
		if (!row.IsNull(8))
			index.rebuilt_bytes_per_row = row.Number(8);
		if (!row.IsNull(9))
			index.bloat = row.Number(9);
		indexes.push_back(std::move(index));
	}
	return indexes;
}

std::vector<steward::ObjectId>
IndexesToMeasure(Spi &spi, double hours, size_t most)
{
	std::vector<steward::ObjectId> indexes;

	spi.Execute("DELETE FROM steward.index_bloat AS b"
				" WHERE NOT EXISTS (SELECT FROM pg_index AS i WHERE i.indexrelid = b.index)");
	for (const Row &row : spi.Query(
			 std::string(kBloatQuery) +
				 "   AND (b.measured_at IS NULL OR b.measured_at < now() - $3::float8 * interval '1 hour')"
				 " ORDER BY b.measured_at NULLS FIRST, s.bytes DESC, i.indexrelid LIMIT $4::integer",
			 {"0", std::to_string(settings::bloat_min_size_mb * kBytesPerMb), std::to_string(hours),
			  std::to_string(most)}))
		indexes.push_back(row.ObjectId(0));
	return indexes;
}

void
NoteBloat(Spi &spi, const IndexBloat &index, std::optional<double> bloat)
{
	spi.Execute(
		"INSERT INTO steward.index_bloat AS b (index, relation, measured_at, bloat)"
		" VALUES ($1::oid, $2::oid, now(), $3::float8)"
		" ON CONFLICT (index) DO UPDATE SET measured_at = excluded.measured_at, bloat = excluded.bloat",
		{std::to_string(index.oid), std::to_string(index.relation),
		 bloat ? Value(std::to_string(*bloat)) : Value()});
}

void
NoteRebuilt(Spi &spi, const IndexBloat &index)
{
	spi.Execute("INSERT INTO steward.index_bloat AS b (index, relation, rebuilt_at, rebuilt_bytes_per_row)"
				" VALUES ($1::oid, $2::oid, now(), $3::float8)"
				" ON CONFLICT (index) DO UPDATE SET rebuilt_at = excluded.rebuilt_at,"
				"   rebuilt_bytes_per_row = excluded.rebuilt_bytes_per_row, measured_at = NULL, bloat = NULL",
				{std::to_string(index.oid), std::to_string(index.relation),
				 index.bytes_per_row > 0 ? Value(std::to_string(index.bytes_per_row)) : Value()});
}

} // namespace steward::pg
