/*-------------------------------------------------------------------------
 *
 * action.h
 *	  Everything the steward may change is an action: the change, its undo,
 *	  the evidence, the expected effect, and where it stands.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "model/action_kind.h"
#include "model/object_id.h"

namespace steward
{

/* A member of the evidence. */
constexpr const char *kAdvisedBecause = "advised_because";

/* Advice as an adviser returns it, before it has an id. */
struct Advice
{
	ActionKind kind = ActionKind::kCreateIndex;
	std::string canonical; /* the same advice has the same text on any server */
	int priority = 100;
	ObjectId relation = 0;
	std::string relation_label; /* schema.table, what exclusion patterns match */
	std::string target;         /* schema-qualified index name, quoted where needed */
	Json arguments;             /* what the DDL is made from */
	std::vector<std::string> ddl;
	std::vector<std::string> undo_ddl;
	Json expected;
	Json evidence;
	std::string reason;
	bool withheld = false;
};

struct Action
{
	int64_t id = 0;
	bool local = true; /* made in this database of this cluster, not in one it was copied from */
	ActionKind kind = ActionKind::kCreateIndex;
	ActionStatus status = ActionStatus::kProposed;
	ObjectId relation = 0;
	std::string target;
	Json arguments;
	std::vector<std::string> ddl;
	std::vector<std::string> undo_ddl;
	Json expected;
	Json evidence;
	std::string reason;
};

/* Why it was advised, whatever became of it: `reason` says why it is where it is. */
inline std::string
WhyAdvised(const Action &action)
{
	return action.evidence.is_object() ? action.evidence.value(kAdvisedBecause, action.reason)
									   : action.reason;
}

} // namespace steward
