/*-------------------------------------------------------------------------
 *
 * change_action.h
 *	  Move an action along its state machine, and write it down.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "core/action/change_status.h"
#include "pg/journal.h"

namespace steward
{

/*
 * Records what becomes of the action at `event`.  A Refusal where its state
 * does not allow it, or where somebody else changed it meanwhile.
 */
void ChangeAction(pg::Journal &journal, Action &action, ActionEvent event,
				  const pg::TransitionNote &note = {});

/* Maintenance that was done, or is not called for any more, may be decided about again at any time; nothing happens to other kinds. */
void OpenAgain(pg::Journal &journal, Action &action);

/* To be taken back; and before it the drops of indexes that it took the place of. */
void RevertAction(pg::Journal &journal, Action &action, const pg::TransitionNote &note = {});

} // namespace steward
