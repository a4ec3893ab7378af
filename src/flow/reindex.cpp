/*-------------------------------------------------------------------------
 *
 * reindex.cpp
 *	  What REINDEX INDEX CONCURRENTLY did, and what it left when it was
 *	  interrupted.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "flow/reindex.h"

#include <optional>
#include <string>

#include "flow/run_ddl.h"
#include "pg/catalog.h"
#include "pg/ddl.h"
#include "pg/session.h"

namespace steward
{

namespace
{

constexpr int kRemovalTries = 3;

/* The first of those left over that is none of those that were there before; its name. */
std::string
FindLeftover(pg::Spi &spi, pg::Journal &journal, const Action &action)
{
	std::optional<Json> before = journal.LastDefinition(action.id);

	if (!before || !before->contains(kIndexesBefore))
		return "";
	/* A table that somebody has locked is not one that is gone. */
	pg::LockForReading(action.relation);

	/* The old index keeps its OID under its new name, which may be cut; whatever else was there before is not ours. */
	pg::Rows rows =
		spi.Query("SELECT n.nspname, c.relname FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid"
				  "  JOIN pg_namespace AS n ON n.oid = c.relnamespace"
				  " WHERE i.indrelid = $1::oid AND NOT i.indisvalid AND c.relname ~ '._cc(new|old)[0-9]*$'"
				  "   AND starts_with($4, regexp_replace(c.relname, '_cc(new|old)[0-9]*$', ''))"
				  "   AND (NOT $2::jsonb ? i.indexrelid::text OR i.indexrelid = $3::oid)"
				  "   AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index AS p"
				  "                    WHERE p.index_relid = i.indexrelid AND p.pid <> pg_backend_pid())"
				  " ORDER BY i.indexrelid LIMIT 1",
				  {std::to_string(action.relation), DumpJson(before->at(kIndexesBefore)),
				   std::to_string(action.arguments.at("index").get<ObjectId>()),
				   action.arguments.at("name").get<std::string>()});

	return rows.empty() ? "" : pg::QualifiedName(rows.front().Text(0), rows.front().Text(1));
}

} // namespace

Json
IndexesOf(pg::Spi &spi, ObjectId relation)
{
	Json indexes = Json::object();

	for (const pg::Row &row : spi.Query("SELECT i.indexrelid, i.indexrelid::regclass::text FROM pg_index AS i"
										" WHERE i.indrelid = $1::oid ORDER BY i.indexrelid",
										{std::to_string(relation)}))
		indexes[row.Text(0)] = row.Text(1);
	return indexes;
}

bool
IsReindexed(const Action &action)
{
	bool is = false;

	InTransaction(
		[&]
		{
			pg::Spi spi;

			pg::LockForReading(action.relation);
			is = spi.QueryOne("SELECT EXISTS (SELECT FROM pg_index"
							  " WHERE indexrelid = to_regclass($1) AND indrelid = $2::oid AND indisvalid"
							  "   AND indexrelid <> $3::oid)",
							  {action.target, std::to_string(action.relation),
							   std::to_string(action.arguments.at("index").get<ObjectId>())})
					 .Bool(0);
		});
	return is;
}

bool
RemoveReindexLeftovers(const Action &action)
{
	for (int failures = 0;;)
	{
		int tries = IsInHurry() ? 1 : kRemovalTries;
		std::string leftover;

		InTransaction(
			[&]
			{
				pg::Spi spi;
				pg::Journal journal(spi);

				leftover = FindLeftover(spi, journal, action);
			});
		if (leftover.empty())
			return true;
		if (std::optional<Error> error = RunDdl(pg::DropIndexStatement(leftover)))
		{
			pg::LogWarning("could not remove " + leftover + ": " + error->message);
			if (++failures >= tries)
				return false;
		}
	}
}

} // namespace steward
