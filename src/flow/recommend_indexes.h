/*-------------------------------------------------------------------------
 *
 * recommend_indexes.h
 *	  From chosen candidates to recommendations: names, statements, reasons, and
 *	  a second opinion.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "flow/tuning.h"
#include "pg/spi.h"

namespace steward
{

/* One recommendation for each chosen index, best first. */
void AdviseCreations(Tuning &tuning, const PricedWorkload &priced, const Selection &selection, pg::Spi &spi);

} // namespace steward
