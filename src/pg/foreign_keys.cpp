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

namespace steward::pg
{

namespace
{

/*
 * A key of a partitioned table stands in the catalog once for each partition,
 * too; the topmost one is what is checked.  18 knows keys that are not enforced,
 * and those of times, which look for ranges.
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
   AND coalesce((to_jsonb(c) ->> 'conenforced')::boolean, true)
   AND NOT coalesce((to_jsonb(c) ->> 'conperiod')::boolean, false)
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

} // namespace

ForeignKeys::ForeignKeys(Spi &spi, const std::set<ObjectId> &referred)
{
	std::string oids;

	for (ObjectId oid : referred)
		oids += (oids.empty() ? "" : ",") + std::to_string(oid);
	if (oids.empty())
		return;
	for (const Row &row : spi.Query(kForeignKeyQuery, {"{" + oids + "}"}))
		keys_.push_back({row.Text(0), row.ObjectId(1), row.ObjectId(2), row.ObjectId(3), row.Text(4),
						 ParseOids(row.Text(5)), ParseOids(row.Text(6))});
}

bool
ForeignKeys::IsSetOff(const Key &key, const std::vector<ObjectId> &deletes,
					  const std::vector<ColumnWrite> &writes)
{
	if (std::find(deletes.begin(), deletes.end(), key.referred) != deletes.end())
		return true;
	return std::any_of(writes.begin(), writes.end(),
					   [&](const ColumnWrite &write)
					   {
						   return write.relation == key.referred &&
								  std::find(key.columns.begin(), key.columns.end(),
											static_cast<ObjectId>(write.column)) != key.columns.end();
					   });
}

std::vector<ForeignKeyCheck>
ForeignKeys::ChecksFor(const std::vector<ObjectId> &deletes, const std::vector<ColumnWrite> &writes,
					   const std::function<bool(ObjectId)> &may_tell) const
{
	std::vector<ForeignKeyCheck> checks;

	for (const Key &key : keys_)
	{
		std::vector<SampledValue> values;

		if (!IsSetOff(key, deletes, writes) || !may_tell(key.referring))
			continue;
		for (ObjectId type : key.types)
			values.push_back({type, SampledValue::Kind::kUnknown, ""});

		auto query = std::make_unique<AnalyzedQuery>(key.query, Identity{key.owner, "pg_catalog, pg_temp"},
													 false, std::move(values));

		if (!query->unfit())
			checks.push_back({key.name, key.referring, std::move(query)});
	}
	return checks;
}

} // namespace steward::pg
