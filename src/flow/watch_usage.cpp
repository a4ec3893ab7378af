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
#include "pg/settings.h"

namespace steward
{

namespace
{

constexpr double kMinutesPerDay = 24 * 60;

} // namespace

std::vector<JudgedIndex>
JudgeIndexes(pg::Spi &spi)
{
	std::vector<JudgedIndex> judged;
	UsageRules rules;

	rules.unused_after_days = pg::settings::unused_after_min / kMinutesPerDay;
	rules.unseen_readers = pg::UnseenReaders(spi, rules.unused_after_days);
	for (IndexUsage &index : pg::ReadIndexUsage(spi))
	{
		UsageJudgement judgement = JudgeUsage(index, rules);

		judged.push_back({std::move(index), std::move(judgement)});
	}
	return judged;
}

} // namespace steward
