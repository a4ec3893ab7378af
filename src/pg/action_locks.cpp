/*-------------------------------------------------------------------------
 *
 * action_locks.cpp
 *	  Who refreshes the advice of a database, and who carries out its actions.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/action_locks.h"

#include "pg/session.h"

extern "C"
{
#include "storage/lock.h"
}

namespace steward::pg
{

namespace
{

constexpr uint32 kLockClass = 0x57E3A2D1;

/* Advisory locks have 1 and 2 in this place of the tag. */
constexpr uint16 kLockMethodField = 57;

enum class LockPurpose
{
	kRefreshing = 1,
	kActing = 2,
	kNotingUsage = 3,
};

LOCKTAG
TagOf(LockPurpose purpose)
{
	LOCKTAG tag;

	SET_LOCKTAG_ADVISORY(tag, CurrentDatabase(), kLockClass, static_cast<uint32>(purpose), kLockMethodField);
	return tag;
}

bool
TryLock(LockPurpose purpose, bool of_session)
{
	bool acquired = false;

	Guarded(
		[&]
		{
			LOCKTAG tag = TagOf(purpose);

			acquired = LockAcquire(&tag, ExclusiveLock, of_session, true) != LOCKACQUIRE_NOT_AVAIL;
		});
	return acquired;
}

} // namespace

void
LockForRefreshing()
{
	Guarded(
		[]
		{
			LOCKTAG tag = TagOf(LockPurpose::kRefreshing);

			(void) LockAcquire(&tag, ExclusiveLock, false, false);
		});
}

bool
TryLockForActing()
{
	return TryLock(LockPurpose::kActing, true);
}

bool
TryLockForNotingUsage()
{
	return TryLock(LockPurpose::kNotingUsage, false);
}

bool
SomebodyActs()
{
	bool acts = false;

	Guarded(
		[&]
		{
			LOCKTAG tag = TagOf(LockPurpose::kActing);

			if (LockAcquire(&tag, ExclusiveLock, false, true) == LOCKACQUIRE_NOT_AVAIL)
				acts = true;
			else
				LockRelease(&tag, ExclusiveLock, false);
		});
	return acts;
}

} // namespace steward::pg
