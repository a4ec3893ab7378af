/*-------------------------------------------------------------------------
 *
 * measure_action.h
 *	  Whether an applied index helps: its statements' times before and after.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <vector>

#include "core/tuner/measure_effect.h"
#include "model/action.h"
#include "pg/journal.h"

namespace steward
{

/* What the statements an action serves took before it, and since it was done. */
std::vector<Observation> ObserveAction(pg::Spi &spi, pg::Journal &journal, const Action &action);

/* An action whose statements ran again often enough and became faster is kept. */
void KeepWhatHelped(pg::Spi &spi, pg::Journal &journal);

Json EffectToJson(const Effect &effect);

} // namespace steward
