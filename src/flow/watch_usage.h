/*-------------------------------------------------------------------------
 *
 * watch_usage.h
 *	  Each index, what it was used for, and whether it is needed.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <vector>

#include "core/maintenance/judge_usage.h"
#include "model/action.h"
#include "pg/spi.h"

namespace steward
{

struct JudgedIndex
{
	IndexUsage index;
	UsageJudgement judgement;
};

/* All of the database.  As the extension's owner. */
std::vector<JudgedIndex> JudgeIndexes(pg::Spi &spi);

/* Those of them that count as unused, of which there are few. */
std::vector<JudgedIndex> FindUnused(pg::Spi &spi);

/* Whose use of indexes is not known, as a clause; empty: nobody's. */
std::string UnseenReadersNow(pg::Spi &spi);

/* One of them; of one that is not there nobody knows anything. */
UsageJudgement JudgeIndex(pg::Spi &spi, ObjectId index);

/* Whether the action drops an index for no other reason than that nobody uses it. */
bool IsUnused(const Action &action);

} // namespace steward
