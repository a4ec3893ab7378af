/*-------------------------------------------------------------------------
 *
 * foreign_keys.cpp
 *	  The queries that foreign keys run when rows they refer to go or change.
 *
 * Nobody sees them in pg_stat_statements unless it tracks nested statements,
 * yet the statement that sets them off pays for them: without an index on the
 * referring columns each is a scan of the whole table.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/foreign_keys.h"

#include <algorithm>
#include <map>

namespace steward::pg
{

namespace
{

/*
 * A key of a partitioned table stands in the catalog once for each partition,
 * too; the topmost one is what is checked.
 */
constexpr const char *kForeignKeyQuery = R"(
SELECT c.conname, c.confrelid, c.conrelid, r.relowner,
       'SELECT 1 FROM ' || CASE WHEN r.relkind = 'p' THEN '' ELSE 'ONLY ' END
         || format('%I.%I', n.nspname, r.relname) || ' AS x WHERE '
         || (SELECT string_agg(format('$%s = x.%I', k.position, a.attname), ' AND ' ORDER BY k.position)
               FROM unnest(c.conkey) WITH ORDINALITY AS k (number, position)
               JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = k.number)
         || ' FOR KEY SHARE OF x',
       (SELECT string_agg(a.atttypid::oid::text, ' ' ORDER BY k.position)
          FROM unnest(c.confkey) WITH ORDINALITY AS k (number, position)
          JOIN pg_attribute AS a ON a.attrelid = c.confrelid AND a.attnum = k.number),
       array_to_string(c.confkey, ' ')
  FROM pg_constraint AS c
  JOIN pg_class AS r ON r.oid = c.conrelid
  JOIN pg_namespace AS n ON n.oid = r.relnamespace
 WHERE c.contype = 'f' AND c.conparentid = 0 AND c.confrelid = ANY ($1::oid[])
 ORDER BY c.confrelid, c.conname, c.oid)";

std::vector<ObjectId>
ParseOids(const std::string &text)
{
	std::vector<ObjectId> oids;
	size_t at = 0;

	while (at < text.size())
	{
		size_t length = 0;

		oids.push_back(static_cast<ObjectId>(std::stoul(text.substr(at), &length)));
		at += length + 1;
	}
	return oids;
}

bool
IsSetOff(const Row &row, const std::vector<ObjectId> &deletes, const std::vector<ColumnWrite> &writes)
{
	ObjectId referred = row.ObjectId(1);
	std::vector<ObjectId> columns = ParseOids(row.Text(6));

	if (std::find(deletes.begin(), deletes.end(), referred) != deletes.end())
		return true;
	return std::any_of(writes.begin(), writes.end(),
					   [&](const ColumnWrite &write)
					   {
						   return write.relation == referred &&
								  std::find(columns.begin(), columns.end(),
											static_cast<ObjectId>(write.column)) != columns.end();
					   });
}

} // namespace

std::vector<ForeignKeyCheck>
FindForeignKeyChecks(Spi &spi, const std::vector<ObjectId> &deletes, const std::vector<ColumnWrite> &writes)
{
	std::vector<ForeignKeyCheck> checks;
	std::string referred;

	for (ObjectId oid : deletes)
		referred += (referred.empty() ? "" : ",") + std::to_string(oid);
	for (const ColumnWrite &write : writes)
		referred += (referred.empty() ? "" : ",") + std::to_string(write.relation);
	if (referred.empty())
		return checks;
	for (const Row &row : spi.Query(kForeignKeyQuery, {"{" + referred + "}"}))
	{
		std::vector<SampledValue> values;

		if (!IsSetOff(row, deletes, writes))
			continue;
		for (ObjectId type : ParseOids(row.Text(5)))
			values.push_back({type, SampledValue::Kind::kUnknown, ""});

		auto query = std::make_unique<AnalyzedQuery>(
			row.Text(4), Identity{row.ObjectId(3), "pg_catalog, pg_temp"}, false, std::move(values));

		if (!query->unfit())
			checks.push_back({row.Text(0), row.ObjectId(2), std::move(query)});
	}
	return checks;
}

} // namespace steward::pg
