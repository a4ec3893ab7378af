/*-------------------------------------------------------------------------
 *
 * quarantine.h
 *	  Indexes that the planner is not to use, in all sessions of this server.
 *
 * A look at the list takes no lock: somebody plans each moment.  It is empty nearly
 * always, which is one read.  Uniqueness and ON CONFLICT do not go through the
 * planner's list of indexes, so that results are right whatever is taken out of it.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <set>
#include <vector>

#include "model/object_id.h"
#include "pg/guard.h"

extern "C"
{
#include "nodes/pathnodes.h"
}

namespace steward::pg
{

/*
 * Makes the list say just these of this database, and has plans made anew that
 * depend on what changed.  False where there is no place for all of them.  In a
 * transaction; plans are made anew when it ends.
 */
bool QuarantineOnly(const std::vector<steward::ObjectId> &indexes);

/* Has all plans made anew, when the transaction ends. */
void ForgetPlans();

/* In all databases of the cluster. */
void EndAllQuarantines();

/* In databases that are none of these, which are gone. */
void ForgetQuarantinesElsewhere(const std::set<Oid> &databases);

/* Whether there is room for one more. */
bool HasPlaceInQuarantine();

bool IsInQuarantine(Oid index);

/* Whether any index of this database is. */
bool HasQuarantines();

/* Takes them out of the planner's list; called for each table that is planned. */
void LeaveOutQuarantined(RelOptInfo *relation);

} // namespace steward::pg
