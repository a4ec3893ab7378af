/*-------------------------------------------------------------------------
 *
 * measure_action.h
 *	  Whether what was applied helps: statements' times before and after.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <optional>

#include "core/tuner/judge_effect.h"
#include "model/action.h"
#include "pg/journal.h"

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

/* Keeps what helped, has taken back what did not, and leaves the rest for later. */
void VerifyActions(pg::Spi &spi, pg::Journal &journal);

Json EffectToJson(const Effect &effect);

} // namespace steward
