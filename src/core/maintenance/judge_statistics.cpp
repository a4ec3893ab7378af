/*-------------------------------------------------------------------------
 *
 * judge_statistics.cpp
 *	  Whether a table has to be analysed.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#include "core/maintenance/judge_statistics.h"

#include "base/text.h"

namespace steward
{

namespace
{

/* With fewer rows the planner reads all of them anyway, whatever it knows of them. */
constexpr double kFewRows = 1000;

/* So many times later than autovacuum should have come it is not waited for. */
constexpr double kTooLate = 2;

std::string
WhoDoesNot(const TableActivity &table)
{
	if (table.autovacuum_off)
		return "autovacuum is off";
	return table.autovacuumed ? "autovacuum is late: all its workers are busy" : "autovacuum is off for it";
}

/* Autovacuum comes within its next rounds. */
bool
IsLeftToAutovacuum(const TableActivity &table)
{
	bool late = table.autovacuum_full && table.modified > kTooLate * table.analyze_after;

	return table.autovacuumed && !table.partitioned && !late;
}

} // namespace

std::string
WhyAnalyze(const TableActivity &table)
{
	bool is_due = table.modified > table.analyze_after;

	if (table.being_maintained || (table.tuples < kFewRows && table.modified < kFewRows))
		return "";
	if (!table.analyzed && table.partitioned)
		return "the partitioned table itself was never analysed, which autovacuum does not do: of its columns the "
			   "planner knows only what it guesses";
	/* Without so many modified rows autovacuum does not come: after pg_upgrade, or a crash that cost the counters. */
	if (!table.analyzed && !(is_due && IsLeftToAutovacuum(table)))
		return "it was never analysed: of its columns the planner knows only what it guesses";
	if (!table.analyzed || !is_due || IsLeftToAutovacuum(table))
		return "";
	if (table.partitioned)
		return table.modified > kTooLate * table.analyze_after
				   ? "partitions with about " + FormatNumber(table.modified, 0) + " of its " +
						 FormatNumber(table.tuples, 0) +
						 " rows changed since the whole was analysed, which autovacuum does not do"
				   : "";
	return FormatNumber(table.modified, 0) + " rows were modified since it was analysed, it has about " +
		   FormatNumber(table.tuples, 0) + ": " + WhoDoesNot(table);
}

} // namespace steward
