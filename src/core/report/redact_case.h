/*-------------------------------------------------------------------------
 *
 * redact_case.h
 *	  Take all that may be a value of somebody's rows out of a recorded case.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "core/index/advice_case.h"

namespace steward
{

/* What is decided from it stays the same: no decision reads the texts. */
void RedactCase(AdviceCase &recorded);

} // namespace steward
