/*-------------------------------------------------------------------------
 *
 * action_kind.cpp
 *	  The names under which kinds and states of actions are stored.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#include "model/action_kind.h"

#include <array>
#include <utility>

namespace steward
{

namespace
{

using S = ActionStatus;

constexpr std::array kStatusNames = {
	std::pair{S::kProposed, "proposed"},
	std::pair{S::kApproved, "approved"},
	std::pair{S::kWithheld, "withheld"},
	std::pair{S::kQueued, "queued"},
	std::pair{S::kRunning, "running"},
	std::pair{S::kVerifying, "verifying"},
	std::pair{S::kQuarantined, "quarantined"},
	std::pair{S::kKept, "kept"},
	std::pair{S::kRevertQueued, "revert_queued"},
	std::pair{S::kReverting, "reverting"},
	std::pair{S::kTakenBack, "taken_back"},
	std::pair{S::kFailed, "failed"},
	std::pair{S::kDismissed, "dismissed"},
	std::pair{S::kObsolete, "obsolete"},
};

constexpr std::array kKindNames = {
	std::pair{ActionKind::kCreateIndex, "create_index"},
	std::pair{ActionKind::kDropIndex, "drop_index"},
	std::pair{ActionKind::kReindexIndex, "reindex_index"},
	std::pair{ActionKind::kAnalyze, "analyze"},
	std::pair{ActionKind::kCreateStatistics, "create_statistics"},
	std::pair{ActionKind::kSetStatistics, "set_statistics"},
};

template <typename Names, typename Value>
std::string_view
NameOf(const Names &names, Value value)
{
	for (const auto &[known, name] : names)
	{
		if (known == value)
			return name;
	}
	return "";
}

template <typename Value, typename Names>
std::optional<Value>
ValueOf(const Names &names, std::string_view wanted)
{
	for (const auto &[value, name] : names)
	{
		if (wanted == name)
			return value;
	}
	return std::nullopt;
}

} // namespace

std::string_view
StatusName(ActionStatus status)
{
	return NameOf(kStatusNames, status);
}

std::optional<ActionStatus>
StatusFromName(std::string_view name)
{
	return ValueOf<ActionStatus>(kStatusNames, name);
}

std::string_view
KindName(ActionKind kind)
{
	return NameOf(kKindNames, kind);
}

std::optional<ActionKind>
KindFromName(std::string_view name)
{
	return ValueOf<ActionKind>(kKindNames, name);
}

std::string
KindNames()
{
	std::string names;

	for (const auto &[kind, name] : kKindNames)
		names += (names.empty() ? "" : ", ") + std::string(name);
	return names;
}

bool
IsOnIndex(ActionKind kind)
{
	return kind == ActionKind::kCreateIndex || kind == ActionKind::kDropIndex ||
		   kind == ActionKind::kReindexIndex;
}

bool
IsStatisticsTrial(ActionKind kind)
{
	return kind == ActionKind::kCreateStatistics || kind == ActionKind::kSetStatistics;
}

bool
IsMaintenance(ActionKind kind)
{
	return kind == ActionKind::kReindexIndex || kind == ActionKind::kAnalyze;
}

} // namespace steward
