/*-------------------------------------------------------------------------
 *
 * quarantine.h
 *	  Doing without an index for a while, before it is dropped.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "pg/journal.h"

namespace steward
{

/* Whether the action is to wait in quarantine before it is carried out. */
bool NeedsQuarantine(pg::Journal &journal, const Action &action);

/* Has the planner do without those indexes whose actions say so, and no others of this database. */
void ApplyQuarantines(pg::Journal &journal);

/*
 * Ends each quarantine in which something became slower, or whose index something that
 * ran meanwhile would have used; drops what nobody missed, when its time is over.
 */
void JudgeQuarantines(pg::Spi &spi, pg::Journal &journal);

/* How long it has been in force, of how long, and what keeps the index after that. */
std::string DescribeQuarantine(pg::Spi &spi, pg::Journal &journal, const Action &action);

/* The planner uses the index again, and the action is a proposal as before. */
void EndQuarantine(pg::Journal &journal, Action &action, const std::string &why);

/* All of this database: nobody will look at what is missed. */
void LiftQuarantines(pg::Spi &spi, pg::Journal &journal);

} // namespace steward
