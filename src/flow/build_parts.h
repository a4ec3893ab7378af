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

#include "pg/journal.h"

#include <cstdint>
#include <optional>
#include <string>

#include "base/error.h"

namespace steward
{

/* Whether the action's index is one that is built from parts. */
bool HasParts(const Action &action);

/* How a build ended, if not with the index. */
struct PartsOutcome
{
	std::optional<Error> error;
	std::string pause; /* why it goes on later, with what is there already */
};

/*
 * Builds what is missing of it; what is there already stays.  It pauses before
 * the next partition where something speaks against that, and where a lock is
 * not to be had: hours of work are not thrown away for it.  Outside of
 * transactions.
 */
PartsOutcome BuildParts(const Action &action);

/* How many of its parts are built, as far as the journal knows them. */
int64_t CountBuiltParts(pg::Spi &spi, pg::Journal &journal, const Action &action);

/*
 * An index of a partition that became part of the action's index, and which
 * neither the steward nor the server made for it; empty where there is none.
 */
std::string PartOfOthers(pg::Spi &spi, pg::Journal &journal, const Action &action);

/* Removes all of it that can be.  False where a lock is in the way.  Outside of transactions. */
bool RemoveParts(const Action &action);

} // namespace steward
