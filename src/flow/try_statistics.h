/*-------------------------------------------------------------------------
 *
 * try_statistics.h
 *	  Creating extended statistics, or raising a column's statistics target,
 *	  which stays only if the planner expects better by it.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <optional>
#include <string>

#include "base/error.h"
#include "model/action.h"

namespace steward
{

struct StatisticsTrial
{
	std::optional<Error> error; /* what ended it; nothing was created */
	std::string useless;        /* why they do not help; nothing was created then either */
	Json figures;               /* what was expected without and with them */
};

/*
 * In one transaction, of an action worker, which is rolled back where they are of
 * no use: where what is expected of the rows that samples of the statements read is
 * not better by half, or no plan is another one.  Tried again with a larger
 * statistics target before that.
 */
StatisticsTrial TryStatistics(const Action &action);

} // namespace steward
