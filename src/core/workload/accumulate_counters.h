/*-------------------------------------------------------------------------
 *
 * accumulate_counters.h
 *	  Turn the ever-growing counters of pg_stat_statements into what a
 *	  statement did within the window.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <map>
#include <vector>

#include "model/statement.h"

namespace steward
{

/*
 * What was added since `seen`; without it, all.  A counter that went down
 * was reset or evicted in between, so what it shows is all new.
 */
StatementCounters CountersSince(const StatementCounters &now, const SeenCounters *seen);

/* What each live statement added since it was last noted; those that did not run are left out. */
std::map<StatementKey, WindowPart> PartsSince(const std::vector<LiveStatement> &live,
											  const std::map<StatementKey, SeenCounters> &seen);

/*
 * The window of each live statement: the recorded parts plus what was added
 * since the steward last looked, so that what ran a moment ago counts.
 * Statements that did not run within the window are left out; the one that
 * took most time comes first.
 */
std::vector<Statement> AccumulateWindow(const std::vector<LiveStatement> &live,
										const std::map<StatementKey, SeenCounters> &seen,
										const std::map<StatementKey, WindowPart> &recorded);

} // namespace steward
