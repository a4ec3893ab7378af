/*-------------------------------------------------------------------------
 *
 * watch_usage.cpp
 *	  Each index, what it was used for, and whether it is needed.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "flow/watch_usage.h"

#include "pg/index_usage.h"
#include "pg/quarantine.h"
#include "pg/rebuildable.h"
#include "pg/settings.h"
#include "pg/standbys.h"

namespace steward
{

namespace
{

constexpr double kMinutesPerDay = 24 * 60;

std::vector<JudgedIndex>
Judge(pg::Spi &spi, const pg::UsageFilter &filter)
{
	std::vector<JudgedIndex> judged;
	UsageRules rules;

	rules.unused_after_days = pg::settings::unused_after_min / kMinutesPerDay;
	rules.unseen_readers = UnseenReadersNow(spi);
	for (IndexUsage &index : pg::ReadIndexUsage(spi, filter))
	{
		index.in_quarantine = pg::IsInQuarantine(index.oid);

		UsageJudgement judgement = JudgeUsage(index, rules);

		judged.push_back({std::move(index), std::move(judgement)});
	}
	return judged;
}

} // namespace

std::vector<JudgedIndex>
JudgeIndexes(pg::Spi &spi)
{
	return Judge(spi, {});
}

std::vector<JudgedIndex>
FindUnused(pg::Spi &spi)
{
	std::vector<JudgedIndex> judged = Judge(spi, {0, pg::settings::unused_after_min / kMinutesPerDay});

	std::erase_if(
		judged, [](const JudgedIndex &index)
		{ return index.judgement.verdict != UsageVerdict::kUnused || index.index.definition.empty(); });
	for (JudgedIndex &index : judged)
		index.index.rebuildable = index.index.plain || pg::IsRebuildable(index.index.oid);
	return judged;
}

std::string
UnseenReadersNow(pg::Spi &spi)
{
	return pg::UnseenReaders(spi, pg::settings::unused_after_min / kMinutesPerDay);
}

UsageJudgement
JudgeIndex(pg::Spi &spi, ObjectId index)
{
	std::vector<JudgedIndex> judged = Judge(spi, {index, 0});

	return judged.empty() ? UsageJudgement{UsageVerdict::kWatched, "it is not there any more"}
						  : judged.front().judgement;
}

bool
IsUnused(const Action &action)
{
	return action.kind == ActionKind::kDropIndex && action.evidence.value("unused", false);
}

} // namespace steward
