/*-------------------------------------------------------------------------
 *
 * explain_verdict.cpp
 *	  What became of one statement: the index for it, or why there is none.
 *
 * The first thing that stands in the way is the one that is told.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#include "core/report/explain_verdict.h"

#include "base/text.h"

namespace steward
{

namespace
{

/* A plan that becomes cheaper by less than this share is the same plan. */
constexpr double kNoCheaper = 0.99;

/* Of a statement for which indexes were priced. */
std::string
ExplainPrices(const StatementOutcome &outcome)
{
	std::string tried = Count(outcome.tried, "index", "indexes") + " tried";
	std::string better = "planner cost " + FormatNumber(outcome.cost, 0) + " would become " +
						 FormatNumber(outcome.best_cost, 0);

	if (outcome.best_cost >= outcome.cost * kNoCheaper)
		return "of " + tried +
			   " none makes its plan cheaper: it reads too large a part of its tables, or is quick as it is";
	if (outcome.best_size > outcome.budget)
		return better + ", but " + FormatBytes(outcome.best_size) +
			   " of indexes do not fit into the storage budget of " + FormatBytes(outcome.budget);
	if (outcome.best_size > outcome.room)
		return better + ", but other indexes save more and leave " + FormatBytes(outcome.room) +
			   " of the storage budget";
	if (outcome.best_saving >= outcome.min_saving &&
		outcome.best_saving - outcome.upkeep < outcome.min_saving)
		return better + ", but the rows that are written would cost as much more: it is read too rarely";
	if (outcome.best_saving < outcome.min_saving)
		return better + ", which is less than " + FormatNumber(100 * outcome.min_saving, 2) +
			   " % of the workload";
	return better +
		   ", too little for an index of its own, or other indexes save more within the storage budget";
}

} // namespace

std::string
ExplainVerdict(const StatementOutcome &outcome)
{
	if (!outcome.served_by.empty())
		return "would be served by " + Join(outcome.served_by, ", ");
	if (!outcome.withheld.empty())
		return "withheld: " + Join(outcome.withheld, ", ");
	if (outcome.all_left_out)
		return outcome.left_out.empty() ? "no index: it reads no table"
										: "no index: " + Join(outcome.left_out, "; ");
	if (outcome.tried > 0)
		return "no index: " + ExplainPrices(outcome);
	if (outcome.cut_off)
		return "no index yet: pg_steward.advice_time_limit was over before it was looked at";
	if (!outcome.obstacles.empty())
		return "no index: " + Join(outcome.obstacles, "; ");
	if (outcome.could_use)
		return "no index: those that are there serve it already, or it finds too large a part of its tables";
	return "no index: it has no condition, join or order that an index serves";
}

} // namespace steward
