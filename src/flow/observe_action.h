/*-------------------------------------------------------------------------
 *
 * observe_action.h
 *	  Statements' times before an action and since it was done.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "pg/journal.h"

#include <optional>
#include <vector>

#include "core/tuner/judge_effect.h"

namespace steward
{

/*
 * What statements took until now, and their counters, from which their times
 * afterwards are reckoned: of those that an action serves, others on its table,
 * and some on other tables.  Nothing where pg_stat_statements is gone: what is
 * done is done.
 */
std::optional<Json> TakeBaseline(pg::Spi &spi, const Action &action);

/* What they took before an action, and since it was done. */
Trial ObserveAction(pg::Spi &spi, pg::Journal &journal, const Action &action);

/*
 * Adds to a trial how the server fared in the hours in which its statements ran,
 * as far as pg_steward.workload_window remembers them.
 */
void CorrectByHours(pg::Spi &spi, pg::Journal &journal, const Action &action, Trial &trial);

/* Of a baseline: the others on its table, in the order of Trial::beside. */
std::vector<StatementKey> KeysBeside(const Json &baseline);

} // namespace steward
