/*-------------------------------------------------------------------------
 *
 * judge_usage.h
 *	  Whether an index is needed.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <string>

#include "model/index_usage.h"

namespace steward
{

enum class UsageVerdict
{
	kNeeded,  /* it was used, or something else than speed depends on it */
	kWatched, /* nobody knows yet */
	kUnused,
};

struct UsageJudgement
{
	UsageVerdict verdict = UsageVerdict::kWatched;
	std::string reason;
};

/* What is true of the server, not of one index. */
struct UsageRules
{
	double unused_after_days = 35;
	std::string unseen_readers; /* who may use indexes without being seen here, as a clause; empty: nobody */
};

/*
 * An index is unused if for so many days nobody used it while its table was read
 * and written.  That an index enforces something does not show in how often it is
 * used, so such ones are kept whatever the counters say.
 */
UsageJudgement JudgeUsage(const IndexUsage &index, const UsageRules &rules);

/* "needed", "watched" or "unused" */
std::string VerdictName(UsageVerdict verdict);

} // namespace steward
