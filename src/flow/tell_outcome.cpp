/*-------------------------------------------------------------------------
 *
 * tell_outcome.cpp
 *	  What became of an action so far, for its page.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "flow/tell_outcome.h"

#include "base/json.h"
#include "flow/quarantine.h"
#include "pg/extension.h"
#include "pg/journal.h"
#include "pg/raii.h"

namespace steward
{

std::vector<std::string>
TellOutcome(pg::Spi &spi, const Action &action)
{
	pg::ActingAs owner(pg::RequireExtension("pg_steward").owner, 0);
	pg::Journal journal(spi);
	std::vector<std::string> lines;

	/* As advice it says why, with which a page begins. */
	if (action.reason != WhyAdvised(action))
		lines.push_back(action.reason);
	if (action.status == ActionStatus::kQuarantined)
		lines.push_back("The quarantine is " + DescribeQuarantine(spi, journal, action) + ".");
	else if (action.status == ActionStatus::kFailed)
		lines.push_back("It failed: " + journal.ReadLastError(action.id).text);
	else if (std::string trouble = journal.ErrorOfNewestEntry(action.id).text; !trouble.empty())
		lines.push_back("The last time: " + trouble);
	else if (std::string effect =
				 journal.ReadObserved(action.id).value_or(Json::object()).value("reason", "");
			 !effect.empty() && effect != action.reason)
		lines.push_back(effect);
	return lines;
}

} // namespace steward
