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
#include <vector>

#include "model/action.h"

namespace steward
{

/*
 * DO, UNDO, WHY, NOW, GAIN, ORDER, PRICE, LOCKS, CHECK, NOT; one section each, plain
 * text.  `outcome` is what became of it so far.
 */
std::string ExplainAction(const Action &action, const std::vector<std::string> &outcome = {});

} // namespace steward
