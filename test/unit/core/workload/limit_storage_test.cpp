/*-------------------------------------------------------------------------
 *
 * limit_storage_test.cpp
 *	  Shows what is forgotten first where the steward's tables are too large,
 *	  and what never is.
 *
 *-------------------------------------------------------------------------
 */
#include "core/workload/limit_storage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace steward
{

namespace
{

using testing::ElementsAre;
using testing::IsEmpty;

/* Ten intervals of 100 rows with 1 byte each, and four ended actions of 100 bytes. */
Storage
Some()
{
	Storage storage;

	storage.row_bytes = 1;
	for (int i = 10; i > 0; i--)
		storage.intervals.push_back({static_cast<double>(i), 100});
	for (int64_t id = 1; id <= 4; id++)
		storage.ended.push_back({id, 100});
	return storage;
}

TEST(LimitStorage, NothingWhereAllFits)
{
	Forgotten forgotten = LimitStorage(Some(), 1400);

	EXPECT_THAT(forgotten.actions, IsEmpty());
	EXPECT_FALSE(forgotten.until);
}

TEST(LimitStorage, TheOldestIntervalsFirst)
{
	Forgotten forgotten = LimitStorage(Some(), 1000);

	EXPECT_THAT(forgotten.actions, IsEmpty());
	/* 600 are left for them, cut to 480: four stay. */
	EXPECT_EQ(forgotten.until, 6);
}

TEST(LimitStorage, EndedActionsBeyondHalf)
{
	Storage storage = Some();

	storage.kept_bytes = 150;
	/* 550 of 500 are cut to 400 */
	EXPECT_THAT(LimitStorage(storage, 1000).actions, ElementsAre(1, 2));
}

TEST(LimitStorage, TheNewestIntervalStaysBesideWhatIsNotGivenUp)
{
	Storage storage = Some();

	storage.kept_bytes = 5000;

	Forgotten forgotten = LimitStorage(storage, 100);

	EXPECT_THAT(forgotten.actions, ElementsAre(1, 2, 3, 4));
	EXPECT_EQ(forgotten.until, 9);
	storage.intervals.clear();
	EXPECT_FALSE(LimitStorage(storage, 100).until);
}

} // namespace

} // namespace steward
