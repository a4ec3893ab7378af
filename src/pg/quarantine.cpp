/*-------------------------------------------------------------------------
 *
 * quarantine.cpp
 *	  Indexes that the planner is not to use, in all sessions of this server.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/quarantine.h"

#include <algorithm>

#include "pg/shared_memory.h"

extern "C"
{
#include "miscadmin.h"
#include "port/atomics.h"
#include "utils/inval.h"
}

namespace steward::pg
{

namespace
{

/* Both in one, so that nobody reads the half of an entry. */
uint64
EntryOf(Oid index)
{
	return (static_cast<uint64>(MyDatabaseId) << 32) | index;
}

Oid
DatabaseOf(uint64 entry)
{
	return static_cast<Oid>(entry >> 32);
}

/* Entries behind the last that is taken are not looked at.  Lock held. */
void
NoteLength()
{
	uint32 length = 0;

	for (uint32 i = 0; i < kMaxQuarantined; i++)
	{
		if (pg_atomic_read_u64(&Shared()->quarantined[i]) != 0)
			length = i + 1;
	}
	pg_atomic_write_u32(&Shared()->quarantined_length, length);
}

/* True where there is a place.  Lock held. */
bool
Add(uint64 entry)
{
	for (pg_atomic_uint64 &place : Shared()->quarantined)
	{
		if (pg_atomic_read_u64(&place) == 0)
		{
			pg_atomic_write_u64(&place, entry);
			return true;
		}
	}
	return false;
}

} // namespace

bool
QuarantineOnly(const std::vector<steward::ObjectId> &indexes)
{
	bool all = true;
	bool changed = false;

	if (Shared() == nullptr)
		return indexes.empty();
	{
		SharedLock lock(LW_EXCLUSIVE);

		for (pg_atomic_uint64 &place : Shared()->quarantined)
		{
			uint64 entry = pg_atomic_read_u64(&place);

			if (entry == 0 || DatabaseOf(entry) != MyDatabaseId ||
				std::find(indexes.begin(), indexes.end(), static_cast<Oid>(entry)) != indexes.end())
				continue;
			pg_atomic_write_u64(&place, 0);
			changed = true;
		}
		for (steward::ObjectId index : indexes)
		{
			if (IsInQuarantine(index))
				continue;
			bool added = Add(EntryOf(index));

			all = all && added;
			changed = changed || added;
			NoteLength();
		}
		NoteLength();
	}
	if (changed)
		ForgetPlans();
	return all;
}

/* Which tables' plans it were is not worth remembering: this is rare. */
void
ForgetPlans()
{
	Guarded([] { CacheInvalidateRelcacheAll(); });
}

void
ForgetQuarantinesElsewhere(const std::set<Oid> &databases)
{
	SharedLock lock(LW_EXCLUSIVE);

	for (pg_atomic_uint64 &place : Shared()->quarantined)
	{
		uint64 entry = pg_atomic_read_u64(&place);

		if (entry != 0 && databases.count(DatabaseOf(entry)) == 0)
			pg_atomic_write_u64(&place, 0);
	}
	NoteLength();
}

bool
HasPlaceInQuarantine()
{
	if (Shared() == nullptr)
		return false;
	for (pg_atomic_uint64 &place : Shared()->quarantined)
	{
		if (pg_atomic_read_u64(&place) == 0)
			return true;
	}
	return false;
}

void
EndAllQuarantines()
{
	bool changed = false;

	if (Shared() == nullptr)
		return;
	{
		SharedLock lock(LW_EXCLUSIVE);

		changed = pg_atomic_read_u32(&Shared()->quarantined_length) > 0;
		for (pg_atomic_uint64 &place : Shared()->quarantined)
			pg_atomic_write_u64(&place, 0);
		NoteLength();
	}
	if (changed)
		ForgetPlans();
}

bool
IsInQuarantine(Oid index)
{
	uint32 length = Shared() == nullptr ? 0 : pg_atomic_read_u32(&Shared()->quarantined_length);
	uint64 wanted = EntryOf(index);

	for (uint32 i = 0; i < length; i++)
	{
		if (pg_atomic_read_u64(&Shared()->quarantined[i]) == wanted)
			return true;
	}
	return false;
}

bool
HasQuarantines()
{
	uint32 length = Shared() == nullptr ? 0 : pg_atomic_read_u32(&Shared()->quarantined_length);

	for (uint32 i = 0; i < length; i++)
	{
		if (DatabaseOf(pg_atomic_read_u64(&Shared()->quarantined[i])) == MyDatabaseId)
			return true;
	}
	return false;
}

void
LeaveOutQuarantined(RelOptInfo *relation)
{
	ListCell *cell;

	if (Shared() == nullptr || pg_atomic_read_u32(&Shared()->quarantined_length) == 0)
		return;
	foreach (cell, relation->indexlist)
	{
		if (IsInQuarantine(lfirst_node(IndexOptInfo, cell)->indexoid))
			relation->indexlist = foreach_delete_current(relation->indexlist, cell);
	}
}

} // namespace steward::pg
