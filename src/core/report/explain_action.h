/*-------------------------------------------------------------------------
 *
 * explain_action.h
 *	  The page of an action that goes into a change request.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <string>

#include "model/action.h"

namespace steward
{

/* DO, UNDO, WHY, GAIN, ORDER, PRICE, LOCKS, CHECK, NOT; one section each, plain text. */
std::string ExplainAction(const Action &action);

} // namespace steward
