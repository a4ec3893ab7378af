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
#include "pg/spi.h"

namespace steward
{

struct JudgedIndex
{
	IndexUsage index;
	UsageJudgement judgement;
};

/* As the extension's owner. */
std::vector<JudgedIndex> JudgeIndexes(pg::Spi &spi);

} // namespace steward
