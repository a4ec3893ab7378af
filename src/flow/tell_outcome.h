/*-------------------------------------------------------------------------
 *
 * tell_outcome.h
 *	  What became of an action so far, for its page.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "pg/guard.h"

#include <string>
#include <vector>

#include "model/action.h"
#include "pg/spi.h"

namespace steward
{

/* In lines; none where nothing did yet. */
std::vector<std::string> TellOutcome(pg::Spi &spi, const Action &action);

} // namespace steward
