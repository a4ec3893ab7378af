/*-------------------------------------------------------------------------
 *
 * judge_usage.cpp
 *	  Whether an index is needed.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#include "core/maintenance/judge_usage.h"

#include <algorithm>

#include "base/text.h"

namespace steward
{

namespace
{

constexpr double kSecondsPerDay = 24 * 60 * 60;

std::string
Days(double days)
{
	return FormatDuration(days * kSecondsPerDay);
}

/* Empty where it is there for speed alone. */
std::string
DutyOf(const IndexUsage &index)
{
	const IndexDuties &duties = index.duties;

	if (duties.primary_key)
		return "it is the primary key";
	if (duties.replica_identity)
		return "it is the replica identity of its table: without it, published updates would fail";
	if (duties.exclusion)
		return "it enforces an exclusion constraint";
	if (duties.unique)
		return "it keeps values unique, which its counters do not show";
	if (duties.constraint)
		return "a constraint depends on it";
	if (duties.clustered)
		return "its table is clustered by it";
	if (duties.partitioned)
		return "it belongs to the index of a partitioned table";
	if (duties.of_extension)
		return "it belongs to an extension";
	if (!duties.foreign_key.empty())
		return "foreign key " + duties.foreign_key +
			   " needs it, to find the rows that refer to one that is deleted or changed";
	return "";
}

std::string
Quarantine(const IndexUsage &index)
{
	return std::string("in quarantine, where the planner does without it") +
		   (index.on_standbys ? " here, but not on standbys" : "");
}

/* Without a use, here or on standbys too. */
double
QuietDays(const IndexUsage &index, bool on_standbys)
{
	double days = std::min(index.used_days_ago.value_or(index.watched_days), index.watched_days);

	if (!on_standbys)
		return days;
	return std::min(
		{days, index.standby_used_days_ago.value_or(index.standby_watched_days), index.standby_watched_days});
}

} // namespace

UsageJudgement
JudgeUsage(const IndexUsage &index, const UsageRules &rules)
{
	double quiet_days = QuietDays(index, index.on_standbys);
	std::string unused = "it was not used in " + Days(quiet_days);

	if (index.being_built)
		return {UsageVerdict::kWatched, "somebody is just building it"};
	if (!index.valid)
		return {UsageVerdict::kWatched, "it is invalid: nobody can use it, and it costs with every write"};
	if (std::string duty = DutyOf(index); !duty.empty())
		return {UsageVerdict::kNeeded, duty};
	/* Whichever of the two the planner took until now. */
	if (!index.stands_in_for.empty())
		return {UsageVerdict::kNeeded, "it stands in for index " + index.stands_in_for +
										   ", which goes or went since this one finds all that it finds"};
	if (index.in_quarantine && !index.superfluous.empty())
		return {UsageVerdict::kUnused, Quarantine(index) + ": it is " + index.superfluous};
	if (index.used_days_ago && *index.used_days_ago < rules.unused_after_days)
		return {UsageVerdict::kNeeded, "it was used " + FormatNumber(index.scans, 0) + " times in " +
										   Days(index.watched_days) + ", last " + Days(*index.used_days_ago) +
										   " ago"};
	if (index.standby_used_days_ago && *index.standby_used_days_ago < rules.unused_after_days)
		return {UsageVerdict::kNeeded, "it was used " + FormatNumber(index.standby_scans, 0) +
										   " times on standbys, last on " + index.standby + " " +
										   Days(*index.standby_used_days_ago) + " ago"};
	if (!rules.unseen_readers.empty())
		return {UsageVerdict::kWatched,
				(index.in_quarantine ? "in quarantine"
									 : "it was not used in " + Days(QuietDays(index, false)) + " here") +
					", but " + rules.unseen_readers};
	/* Known before; meanwhile nobody can use it, so that nothing is forgotten if the counters are lost. */
	if (index.in_quarantine)
		return {UsageVerdict::kUnused, Quarantine(index) + ", since nobody had used it"};
	if (quiet_days < rules.unused_after_days)
		return {UsageVerdict::kWatched,
				unused + "; pg_steward.unused_after is " + Days(rules.unused_after_days)};
	if (index.table_reads == 0 || index.table_writes == 0)
		return {UsageVerdict::kWatched, unused + ", but meanwhile its table was not " +
											(index.table_reads == 0 ? "read" : "written") +
											" either, so that this shows nothing"};
	return {UsageVerdict::kUnused, unused + ", in which its table was read " +
									   FormatNumber(index.table_reads, 0) + " times and " +
									   FormatNumber(index.table_writes, 0) + " of its rows were written"};
}

std::string
VerdictName(UsageVerdict verdict)
{
	switch (verdict)
	{
		case UsageVerdict::kNeeded:
			return "needed";
		case UsageVerdict::kWatched:
			return "watched";
		case UsageVerdict::kUnused:
			return "unused";
	}
	return "";
}

} // namespace steward
