/*-------------------------------------------------------------------------
 *
 * reindex.h
 *	  What REINDEX INDEX CONCURRENTLY did, and what it left when it was
 *	  interrupted.
 *
 * It builds a new index under the name with _ccnew, swaps the names, and drops
 * the old one as _ccold; the one that is left over is invalid.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "pg/journal.h"

namespace steward
{

/* In an action's before_state: the table's indexes by OID, as {"16400": "public.name"}. */
inline constexpr const char *kIndexesBefore = "indexes";

/* Likewise: its size. */
inline constexpr const char *kBytesBefore = "bytes";

Json IndexesOf(pg::Spi &spi, ObjectId relation);

/* Whether the index of the name is a new one, and valid.  In a transaction of its own. */
bool IsReindexed(const Action &action);

/* Removes what was left over.  False where a lock is in the way.  Outside of transactions. */
bool RemoveReindexLeftovers(const Action &action);

} // namespace steward
