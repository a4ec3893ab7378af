/*-------------------------------------------------------------------------
 *
 * build_parts.h
 *	  Build the index of a partitioned table concurrently, one partition after
 *	  the other, and remove what there is of one.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <optional>

#include "base/error.h"
#include "model/action.h"

namespace steward
{

/* Whether the action's index is one that is built from parts. */
bool HasParts(const Action &action);

/*
 * Builds what is missing of it; what is there already stays.  The error that
 * ended it, if one did.  Outside of transactions.
 */
std::optional<Error> BuildParts(const Action &action);

/* Removes all of it.  True where nothing is left.  Outside of transactions. */
bool RemoveParts(const Action &action);

} // namespace steward
