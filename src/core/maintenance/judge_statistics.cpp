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

} // namespace

std::string
WhyAnalyze(const TableActivity &table)
{
	double patience = table.autovacuumed ? kTooLate : 1;

	if (table.tuples < kFewRows && table.modified < kFewRows)
		return "";
	if (!table.analyzed && table.partitioned)
		return "the partitioned table itself was never analysed, which autovacuum does not do: of its columns the "
			   "planner knows only what it guesses";
	if (!table.analyzed && (!table.autovacuumed || table.modified > patience * table.analyze_after))
		return "it was never analysed: of its columns the planner knows only what it guesses";
	if (!table.analyzed || table.partitioned || table.modified <= patience * table.analyze_after)
		return "";
	return FormatNumber(table.modified, 0) + " rows were modified since it was analysed, it has about " +
		   FormatNumber(table.tuples, 0) +
		   (table.autovacuumed ? ": autovacuum is late" : ": autovacuum is off for it");
}

} // namespace steward
