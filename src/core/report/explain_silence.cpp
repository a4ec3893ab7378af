/*-------------------------------------------------------------------------
 *
 * explain_silence.cpp
 *	  Why no index is advised at all.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#include "core/report/explain_silence.h"

#include <algorithm>

#include "base/text.h"

namespace steward
{

namespace
{

/* Of the statements that were analysed. */
std::string
ExplainNoIndex(const Silence &silence)
{
	if (!silence.reads_wanted)
		return "no statement reads the relations that were asked for";
	if (silence.sizes.empty() && !silence.obstacles.empty())
		return Join(silence.obstacles, "; ");
	if (silence.sizes.empty())
		return "no statement has a condition, join or order for which an index is missing";

	double smallest = *std::min_element(silence.sizes.begin(), silence.sizes.end());

	if (smallest > silence.budget)
		return "the smallest index worth trying takes " + FormatBytes(smallest) +
			   ", more than the storage budget of " + FormatBytes(silence.budget);
	return "of " + Count(silence.sizes.size(), "index", "indexes") + " tried, none within the budget saves " +
		   FormatPercent(silence.min_gain) + " of the workload";
}

} // namespace

std::string
ExplainSilence(const Silence &silence)
{
	std::vector<std::string> parts;

	if (silence.statements == 0)
		return "no statement was observed in this database yet";
	if (silence.waiting + silence.unfit == 0 && silence.sizes.empty() && silence.tables_unfit)
		return "";
	if (silence.waiting + silence.unfit < silence.statements)
		parts.push_back(ExplainNoIndex(silence));
	if (silence.waiting > 0)
		parts.push_back(Count(silence.waiting, "statement") + " did not run often enough yet");
	if (silence.unfit > 0)
		parts.push_back(Count(silence.unfit, "statement") +
						" cannot be analysed, see the reason in steward.statements");
	return Join(parts, "; ");
}

} // namespace steward
