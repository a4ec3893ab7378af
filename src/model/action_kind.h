/*-------------------------------------------------------------------------
 *
 * action_kind.h
 *	  What kinds of actions there are, what states they go through, and the
 *	  names under which both are stored.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace steward
{

enum class ActionKind
{
	kCreateIndex,
	kDropIndex,
	kReindexIndex,
	kAnalyze,
	kCreateStatistics,
	kSetStatistics, /* a column's statistics target, as ALTER TABLE sets it */
};

enum class ActionStatus
{
	kProposed,
	kApproved,
	kWithheld, /* advised, but something speaks against it: see the reason */
	kQueued,
	kRunning,
	kQuarantined, /* the planner does without the index, before it is dropped */
	kVerifying,   /* done; its effect is being measured */
	kKept,
	kRevertQueued,
	kReverting,
	kTakenBack,
	kFailed,
	kDismissed,
	kObsolete, /* no longer advised */
};

std::string_view StatusName(ActionStatus status);
std::optional<ActionStatus> StatusFromName(std::string_view name);

std::string_view KindName(ActionKind kind);
std::optional<ActionKind> KindFromName(std::string_view name);

/* "create_index, drop_index, ..." */
std::string KindNames();

/* Whether the action's target is an index. */
bool IsOnIndex(ActionKind kind);

/* Statistics that are tried, and taken back where they do not help. */
bool IsStatisticsTrial(ActionKind kind);

/* Maintenance: there is nothing to take back of it, it may have to be done again, and it is not measured. */
bool IsMaintenance(ActionKind kind);

} // namespace steward
