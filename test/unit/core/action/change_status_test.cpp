/*-------------------------------------------------------------------------
 *
 * change_status_test.cpp
 *	  Shows which steps an action may take, one by one, and that every other
 *	  one is refused.
 *
 * The table is written out here a second time, on purpose: whoever changes
 * the state machine has to change both, and mean it.
 *
 *-------------------------------------------------------------------------
 */
#include "core/action/change_status.h"

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace steward
{

namespace
{

using S = ActionStatus;
using E = ActionEvent;

const std::vector<S> kStates = {
	S::kProposed,     S::kApproved,  S::kWithheld,  S::kQueued, S::kRunning,   S::kVerifying, S::kKept,
	S::kRevertQueued, S::kReverting, S::kTakenBack, S::kFailed, S::kDismissed, S::kObsolete,  S::kQuarantined,
};

const std::vector<E> kEvents = {
	E::kPropose, E::kWithhold, E::kRetire,     E::kApprove, E::kDismiss, E::kLose, E::kApply,
	E::kRevert,  E::kStart,    E::kPostpone,   E::kReturn,  E::kSucceed, E::kFail, E::kKeep,
	E::kFinish,  E::kRecur,    E::kQuarantine, E::kRelease, E::kResume,
};

const std::map<std::pair<S, E>, S> kLegal = {
	/* Advice that is given again keeps the decision about it. */
	{{S::kProposed, E::kPropose}, S::kProposed},
	{{S::kApproved, E::kPropose}, S::kApproved},
	{{S::kWithheld, E::kPropose}, S::kProposed},
	{{S::kObsolete, E::kPropose}, S::kProposed},

	{{S::kProposed, E::kWithhold}, S::kWithheld},
	{{S::kApproved, E::kWithhold}, S::kWithheld},
	{{S::kWithheld, E::kWithhold}, S::kWithheld},
	{{S::kObsolete, E::kWithhold}, S::kWithheld},

	{{S::kProposed, E::kRetire}, S::kObsolete},
	{{S::kApproved, E::kRetire}, S::kObsolete},
	{{S::kWithheld, E::kRetire}, S::kObsolete},
	{{S::kFailed, E::kRetire}, S::kObsolete},

	/* After pg_steward.retry_after. */
	{{S::kTakenBack, E::kPropose}, S::kProposed},

	{{S::kProposed, E::kApprove}, S::kApproved},
	{{S::kTakenBack, E::kApprove}, S::kApproved},
	{{S::kFailed, E::kApprove}, S::kApproved},
	{{S::kDismissed, E::kApprove}, S::kApproved},

	{{S::kProposed, E::kDismiss}, S::kDismissed},
	{{S::kApproved, E::kPostpone}, S::kProposed},
	{{S::kApproved, E::kDismiss}, S::kDismissed},
	{{S::kWithheld, E::kDismiss}, S::kDismissed},
	{{S::kVerifying, E::kLose}, S::kDismissed},
	{{S::kKept, E::kLose}, S::kDismissed},
	{{S::kTakenBack, E::kDismiss}, S::kDismissed},
	{{S::kFailed, E::kDismiss}, S::kDismissed},
	{{S::kObsolete, E::kDismiss}, S::kDismissed},

	/* Withheld advice is not applied: something speaks against it. */
	{{S::kDismissed, E::kApply}, S::kQueued},
	{{S::kProposed, E::kApply}, S::kQueued},
	{{S::kApproved, E::kApply}, S::kQueued},
	{{S::kTakenBack, E::kApply}, S::kQueued},
	{{S::kFailed, E::kApply}, S::kQueued},

	{{S::kQueued, E::kStart}, S::kRunning},
	{{S::kQueued, E::kPostpone}, S::kProposed},
	{{S::kQueued, E::kReturn}, S::kApproved},
	{{S::kQueued, E::kResume}, S::kQuarantined},
	{{S::kRunning, E::kSucceed}, S::kVerifying},
	{{S::kRunning, E::kFinish}, S::kKept},
	/* An unused index is done without before it is dropped. */
	{{S::kRunning, E::kQuarantine}, S::kQuarantined},
	{{S::kQuarantined, E::kApply}, S::kQueued},
	{{S::kQuarantined, E::kRelease}, S::kTakenBack},
	{{S::kQuarantined, E::kPostpone}, S::kProposed},
	{{S::kRunning, E::kPostpone}, S::kProposed},
	{{S::kRunning, E::kFail}, S::kFailed},
	{{S::kRunning, E::kRelease}, S::kTakenBack},

	{{S::kVerifying, E::kKeep}, S::kKept},
	{{S::kVerifying, E::kRevert}, S::kRevertQueued},
	{{S::kKept, E::kRevert}, S::kRevertQueued},
	{{S::kKept, E::kRecur}, S::kProposed},
	{{S::kFailed, E::kRecur}, S::kProposed},

	/* An undo that did not work leaves the index, so the action stands as applied. */
	{{S::kRevertQueued, E::kStart}, S::kReverting},
	{{S::kRevertQueued, E::kPostpone}, S::kVerifying},
	{{S::kReverting, E::kSucceed}, S::kTakenBack},
	{{S::kReverting, E::kPostpone}, S::kVerifying},
	{{S::kReverting, E::kFail}, S::kVerifying},
};

TEST(NextStatus, KnowsEveryLegalStepAndRefusesAllOthers)
{
	for (S state : kStates)
	{
		for (E event : kEvents)
		{
			auto legal = kLegal.find({state, event});
			std::optional<S> next = NextStatus(state, event);

			SCOPED_TRACE(std::string(StatusName(state)) + ", event " +
						 std::to_string(static_cast<int>(event)));
			ASSERT_EQ(next.has_value(), legal != kLegal.end());
			if (next)
			{
				EXPECT_EQ(StatusName(*next), StatusName(legal->second));
			}
		}
	}
}

TEST(NextStatus, OnlyAPersonLeadsOutOfDismissed)
{
	for (E event : kEvents)
		EXPECT_EQ(NextStatus(S::kDismissed, event).has_value(), event == E::kApply || event == E::kApprove);
}

/* While a worker is at it nobody else may move the action. */
TEST(NextStatus, WhatIsAtWorkIsNeitherAppliedNorDismissedNorRetired)
{
	for (S state : {S::kQueued, S::kRunning, S::kRevertQueued, S::kReverting})
	{
		for (E event : {E::kApply, E::kRevert, E::kDismiss, E::kRetire, E::kPropose, E::kWithhold})
			EXPECT_FALSE(NextStatus(state, event).has_value()) << StatusName(state);
	}
}

TEST(NextStatus, EveryStateCanBeReached)
{
	std::set<S> reached = {S::kProposed};
	size_t known = 0;

	while (known != reached.size())
	{
		known = reached.size();
		for (const auto &[step, to] : kLegal)
		{
			if (reached.count(step.first) > 0)
				reached.insert(to);
		}
	}
	EXPECT_EQ(reached.size(), kStates.size());
}

} // namespace

} // namespace steward
