/*-------------------------------------------------------------------------
 *
 * run_action.h
 *	  The spine of an action worker: carry out one action.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <cstdint>

namespace steward
{

/*
 * Applies a queued action, undoes one queued for that, or settles one that a
 * worker left when it died.  In a background worker, outside of transactions.
 */
void RunAction(int64_t id);

} // namespace steward
