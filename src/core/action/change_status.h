/*-------------------------------------------------------------------------
 *
 * change_status.h
 *	  The state machine of an action.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <optional>

#include "model/action.h"

namespace steward
{

enum class ActionEvent
{
	kPropose,  /* an adviser gives the advice (again) */
	kWithhold, /* an adviser gives it, but something speaks against it */
	kRetire,   /* no adviser gives it any more */
	kApprove,
	kDismiss,
	kLose,       /* somebody else dropped its index */
	kApply,      /* put into the queue */
	kRevert,     /* put into the queue, to be undone */
	kStart,      /* an action worker takes it from the queue */
	kPostpone,   /* taken out of the queue, nothing was changed */
	kReturn,     /* the same, of one that was approved: it stays so */
	kResume,     /* the same, of one whose index is in quarantine: it stays so */
	kSucceed,    /* the worker did what was asked */
	kFinish,     /* the same of maintenance: its effect is not measured */
	kQuarantine, /* it begins to be tried without the index */
	kRelease,    /* the index was missed; or what was tried is of no use, and nothing is left of it */
	kRecur,      /* maintenance that has to be done again */
	kFail,       /* the worker could not, and nothing of the attempt is left */
	kKeep,       /* measured, and good */
};

/* What becomes of an action in `status` at `event`; nothing where it may not happen. */
std::optional<ActionStatus> NextStatus(ActionStatus status, ActionEvent event);

} // namespace steward
