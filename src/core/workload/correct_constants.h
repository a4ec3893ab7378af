/*-------------------------------------------------------------------------
 *
 * correct_constants.h
 *	  The planner's cost constants that fit what things take on this server.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "model/consumption.h"

namespace steward
{

/*
 * The constants of pages that stand to the prices in milliseconds as those of
 * processing do, which stay what they are; of two figures, as people write them.
 */
Prices ConstantsFor(const Prices &milliseconds, const Prices &constants);

} // namespace steward
