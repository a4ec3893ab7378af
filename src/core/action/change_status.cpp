/*-------------------------------------------------------------------------
 *
 * change_status.cpp
 *	  The state machine of an action.
 *
 *	  proposed -> approved -> queued -> running -> verifying -> kept
 *	                                                        \-> revert_queued -> reverting -> taken_back
 *
 * An action that fails, or that was dismissed, is not proposed again, and one
 * that was taken back only after a while; a person may apply it.
 *
 * Pure: one table, read by all who change a status.
 *
 *-------------------------------------------------------------------------
 */
#include "core/action/change_status.h"

#include <array>

namespace steward
{

namespace
{

using S = ActionStatus;
using E = ActionEvent;

struct Transition
{
	S from;
	E event;
	S to;
};

constexpr std::array kTransitions = {
	Transition{S::kProposed, E::kPropose, S::kProposed},
	Transition{S::kProposed, E::kWithhold, S::kWithheld},
	Transition{S::kProposed, E::kRetire, S::kObsolete},
	Transition{S::kProposed, E::kApprove, S::kApproved},
	Transition{S::kProposed, E::kDismiss, S::kDismissed},
	Transition{S::kProposed, E::kApply, S::kQueued},
	Transition{S::kApproved, E::kPropose, S::kApproved},
	Transition{S::kApproved, E::kWithhold, S::kWithheld},
	Transition{S::kApproved, E::kRetire, S::kObsolete},
	Transition{S::kApproved, E::kPostpone, S::kProposed},
	Transition{S::kApproved, E::kDismiss, S::kDismissed},
	Transition{S::kApproved, E::kApply, S::kQueued},
	Transition{S::kWithheld, E::kPropose, S::kProposed},
	Transition{S::kWithheld, E::kWithhold, S::kWithheld},
	Transition{S::kWithheld, E::kRetire, S::kObsolete},
	Transition{S::kWithheld, E::kDismiss, S::kDismissed},
	Transition{S::kQueued, E::kStart, S::kRunning},
	Transition{S::kQueued, E::kPostpone, S::kProposed},
	Transition{S::kQueued, E::kReturn, S::kApproved},
	Transition{S::kQueued, E::kResume, S::kQuarantined},
	Transition{S::kRunning, E::kSucceed, S::kVerifying},
	Transition{S::kRunning, E::kFinish, S::kKept},
	Transition{S::kRunning, E::kQuarantine, S::kQuarantined},
	Transition{S::kQuarantined, E::kApply, S::kQueued},
	Transition{S::kQuarantined, E::kRelease, S::kTakenBack},
	Transition{S::kQuarantined, E::kPostpone, S::kProposed},
	Transition{S::kRunning, E::kPostpone, S::kProposed},
	Transition{S::kRunning, E::kFail, S::kFailed},
	Transition{S::kRunning, E::kRelease, S::kTakenBack},
	Transition{S::kVerifying, E::kKeep, S::kKept},
	Transition{S::kVerifying, E::kRevert, S::kRevertQueued},
	Transition{S::kVerifying, E::kLose, S::kDismissed},
	Transition{S::kKept, E::kRevert, S::kRevertQueued},
	Transition{S::kKept, E::kLose, S::kDismissed},
	Transition{S::kKept, E::kRecur, S::kProposed},
	Transition{S::kRevertQueued, E::kStart, S::kReverting},
	Transition{S::kRevertQueued, E::kPostpone, S::kVerifying},
	Transition{S::kReverting, E::kSucceed, S::kTakenBack},
	Transition{S::kReverting, E::kPostpone, S::kVerifying},
	Transition{S::kReverting, E::kFail, S::kVerifying},
	Transition{S::kTakenBack, E::kPropose, S::kProposed},
	Transition{S::kTakenBack, E::kApprove, S::kApproved},
	Transition{S::kTakenBack, E::kApply, S::kQueued},
	Transition{S::kTakenBack, E::kDismiss, S::kDismissed},
	Transition{S::kFailed, E::kApprove, S::kApproved},
	Transition{S::kFailed, E::kApply, S::kQueued},
	Transition{S::kFailed, E::kDismiss, S::kDismissed},
	Transition{S::kFailed, E::kRetire, S::kObsolete},
	Transition{S::kFailed, E::kRecur, S::kProposed},
	Transition{S::kDismissed, E::kApprove, S::kApproved},
	Transition{S::kDismissed, E::kApply, S::kQueued},
	Transition{S::kObsolete, E::kPropose, S::kProposed},
	Transition{S::kObsolete, E::kWithhold, S::kWithheld},
	Transition{S::kObsolete, E::kDismiss, S::kDismissed},
};

} // namespace

std::optional<ActionStatus>
NextStatus(ActionStatus status, ActionEvent event)
{
	for (const Transition &transition : kTransitions)
	{
		if (transition.from == status && transition.event == event)
			return transition.to;
	}
	return std::nullopt;
}

} // namespace steward
