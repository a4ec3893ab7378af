/*-------------------------------------------------------------------------
 *
 * measure_action.h
 *	  Whether what was applied helps, and what becomes of it.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "core/tuner/judge_effect.h"
#include "core/tuner/measure_effect.h"
#include "model/action.h"
#include "pg/journal.h"

namespace steward
{

/* Keeps what helped, has taken back what did not, and leaves the rest for later. */
void VerifyActions(pg::Spi &spi, pg::Journal &journal);

Json EffectToJson(const Effect &effect);

/* What the action's observed column shows. */
Json JudgementToJson(const Judgement &judgement, const Trial &trial);

} // namespace steward
