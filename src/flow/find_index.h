/*-------------------------------------------------------------------------
 *
 * find_index.h
 *	  Whether the index that an action is about is there, and in which state.
 *
 * A name alone does not say so: somebody else may have taken it.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "pg/journal.h"

#include "model/relation.h"

namespace steward
{

enum class IndexState
{
	kAbsent,
	kInvalid,
	kValid,
};

/* The index of the action's name, whatever it is; nullptr where the table has none. */
const ExistingIndex *FindIndex(const Catalog &catalog, const Action &action);

/* Whether an index of the action's name is the one that it is about, and not somebody else's. */
bool IsTheIndex(const ExistingIndex &index, Relation relation, const Action &action, pg::Journal &journal);

/* In a transaction of its own; waits for a lock on the table. */
IndexState LookAtIndex(const Action &action);

} // namespace steward
