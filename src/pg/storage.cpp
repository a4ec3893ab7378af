/*-------------------------------------------------------------------------
 *
 * storage.cpp
 *	  How large the steward's own tables are, and what can be forgotten.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/storage.h"

#include <string>

#include "pg/settings.h"

namespace steward::pg
{

namespace
{

/* Of a row: its line pointer, and an entry of the primary key at 90 % fill. */
constexpr double kRowOverhead = 4 + 50;

/*
 * What is taken back is not proposed again for a while, which is only known as
 * long as it is remembered; what is kept may still have to be taken back; what
 * was dismissed is a decision.
 */
constexpr const char *kEnded =
	"(a.status IN ('obsolete', 'failed')"
	" OR (a.status = 'kept' AND a.kind IN ('analyze', 'reindex_index')"
	"     AND a.updated_at < now() - interval '1 day')"
	" OR (a.status IN ('kept', 'taken_back')"
	"     AND a.updated_at < now() - current_setting('pg_steward.retry_after')::interval))";

/* As it is stored: a whole row would be measured as if nothing of it were compressed. */
constexpr const char *kActionSize =
	"200 + pg_column_size(a.arguments) + pg_column_size(a.ddl) + pg_column_size(a.undo_ddl)"
	" + pg_column_size(a.expected) + pg_column_size(a.evidence) + coalesce(pg_column_size(a.observed), 0)";
constexpr const char *kEntrySize =
	"100 + coalesce(pg_column_size(j.before_state), 0) + coalesce(pg_column_size(j.measured), 0)"
	" + coalesce(pg_column_size(j.error), 0)";

} // namespace

double
SizeOfTables(Spi &spi)
{
	return spi
		.QueryOne("SELECT coalesce(sum(pg_total_relation_size(oid)), 0) FROM pg_class"
				  " WHERE relnamespace = 'steward'::regnamespace AND relkind = 'r'")
		.Number(0);
}

std::vector<IntervalRows>
CountIntervals(Spi &spi)
{
	std::vector<IntervalRows> intervals;

	for (const Row &row :
		 spi.Query("SELECT extract(epoch FROM until), count(*) FROM steward.statement_history"
				   " GROUP BY until ORDER BY until DESC"))
		intervals.push_back({row.Number(0), row.Number(1)});
	return intervals;
}

double
IntervalRowSize(Spi &spi)
{
	return spi.QueryOne("SELECT coalesce(avg(pg_column_size(h.*)), 0)"
						"  FROM (SELECT * FROM steward.statement_history LIMIT 100) AS h")
			   .Number(0) +
		   kRowOverhead;
}

std::vector<ActionSize>
SizesOfEnded(Spi &spi)
{
	std::vector<ActionSize> actions;

	/* The least worth first. */
	for (const Row &row : spi.Query(
			 std::string("SELECT a.id, ") + kActionSize + " + coalesce((SELECT sum(" + kEntrySize +
			 ") FROM steward.journal AS j WHERE j.action = a.id), 0)"
			 "  FROM steward.actions AS a WHERE " +
			 kEnded +
			 " ORDER BY array_position('{obsolete,taken_back,failed,kept}', a.status), a.updated_at, a.id"))
		actions.push_back({row.Integer(0), row.Number(1)});
	return actions;
}

double
SizeOfOthers(Spi &spi)
{
	return spi
		.QueryOne(
			std::string("SELECT coalesce((SELECT sum(") + kActionSize +
			") FROM steward.actions AS a WHERE NOT " + kEnded + "), 0) + coalesce((SELECT sum(" + kEntrySize +
			") FROM steward.journal AS j JOIN steward.actions AS a ON a.id = j.action WHERE NOT " + kEnded +
			"), 0)"
			"     + coalesce((SELECT sum(pg_column_size(c.*)) FROM steward.statement_counters AS c), 0)"
			"     + coalesce((SELECT sum(pg_column_size(v.*)) FROM steward.verdicts AS v), 0)"
			"     + coalesce((SELECT sum(pg_column_size(u.*)) FROM steward.index_usage AS u), 0)"
			"     + coalesce((SELECT sum(pg_column_size(u.*)) FROM steward.standby_usage AS u), 0)"
			"     + coalesce((SELECT sum(pg_column_size(b.*)) FROM steward.index_bloat AS b), 0)"
			"     + coalesce((SELECT sum(pg_column_size(r.*)) FROM steward.maintenance_rounds AS r), 0)")
		.Number(0);
}

void
ForgetIntervals(Spi &spi, double until)
{
	/* The number was read back from text. */
	spi.Execute("DELETE FROM steward.statement_history"
				" WHERE until <= to_timestamp($1::float8) + interval '1 millisecond'",
				{std::to_string(until)});
}

void
ForgetActions(Spi &spi, const std::vector<int64_t> &ids)
{
	std::string list;

	for (int64_t id : ids)
		list += (list.empty() ? "" : ",") + std::to_string(id);
	spi.Execute(std::string("DELETE FROM steward.actions AS a WHERE a.id = ANY ($1::bigint[]) AND ") + kEnded,
				{"{" + list + "}"});
}

void
ForgetOldActions(Spi &spi)
{
	spi.Execute(std::string("DELETE FROM steward.actions AS a"
							" WHERE a.updated_at < now() - make_interval(mins => $1::integer) AND ") +
					kEnded,
				{std::to_string(settings::journal_retention_min)});
	/* The newest says when the next one is due. */
	spi.Execute("DELETE FROM steward.maintenance_rounds AS r"
				" WHERE r.began_at < now() - make_interval(mins => least($1::integer, $2::integer))"
				"   AND r.id < (SELECT max(id) FROM steward.maintenance_rounds)",
				{std::to_string(settings::journal_retention_min), std::to_string(settings::retry_after_min)});
	/* Maintenance is done again and again, as one action. */
	spi.Execute("DELETE FROM steward.journal AS j USING steward.actions AS a"
				" WHERE a.id = j.action AND a.kind IN ('analyze', 'reindex_index')"
				"   AND j.at < now() - make_interval(mins => least($1::integer, $2::integer))"
				"   AND a.status IN ('proposed', 'kept', 'failed', 'obsolete')",
				{std::to_string(settings::journal_retention_min), std::to_string(settings::retry_after_min)});
}

} // namespace steward::pg
