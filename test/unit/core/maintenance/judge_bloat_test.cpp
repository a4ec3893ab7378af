/*-------------------------------------------------------------------------
 *
 * judge_bloat_test.cpp
 *	  How much of an index would be gone after a rebuild.
 *
 *-------------------------------------------------------------------------
 */
#include "core/maintenance/judge_bloat.h"

#include <gtest/gtest.h>

namespace steward
{

namespace
{

/* 1,000 leaf pages of 8,000 bytes, filled to `density`, and `unused` others. */
PageSample
Sample(double density, double unused)
{
	PageSample sample;

	sample.pages = 1000 + unused;
	sample.looked_at = sample.pages;
	sample.unused = unused;
	sample.leaf_bytes = 1000 * 8000.0;
	sample.free_bytes = sample.leaf_bytes * (1 - density);
	return sample;
}

TEST(JudgeBloat, AFreshIndexHasNone)
{
	EXPECT_NEAR(BtreeBloat(Sample(0.9, 0)).value(), 0, 1e-9);
	EXPECT_EQ(BtreeBloat(Sample(0.95, 0)), 0) << "denser than its fillfactor";
}

TEST(JudgeBloat, HalfEmptyLeavesAndDeletedPagesBothCount)
{
	EXPECT_NEAR(BtreeBloat(Sample(0.45, 0)).value(), 0.5, 1e-9);
	EXPECT_NEAR(BtreeBloat(Sample(0.9, 1500)).value(), 0.6, 1e-9) << "the leaves alone would show none";
	EXPECT_NEAR(BtreeBloat(Sample(0.45, 1000)).value(), 0.75, 1e-9);
}

TEST(JudgeBloat, TheFillfactorIsNoBloat)
{
	PageSample sample = Sample(0.5, 0);

	sample.fillfactor = 50;
	EXPECT_NEAR(BtreeBloat(sample).value(), 0, 1e-9);
}

TEST(JudgeBloat, SomePagesStandForAll)
{
	PageSample sample = Sample(0.45, 1000);

	sample.pages *= 50;
	EXPECT_NEAR(BtreeBloat(sample).value(), 0.75, 1e-9);
}

TEST(JudgeBloat, WithoutPagesNothingIsKnown)
{
	EXPECT_FALSE(BtreeBloat({}));

	PageSample empty = Sample(0, 10);

	empty.leaf_bytes = empty.free_bytes = 0;
	empty.pages = empty.looked_at = 10;
	EXPECT_EQ(BtreeBloat(empty), 1) << "nothing but deleted pages";
}

TEST(JudgeBloat, OtherIndexesAreComparedWithTheirRebuild)
{
	EXPECT_NEAR(BloatSinceRebuild(100, 25).value(), 0.75, 1e-9);
	EXPECT_EQ(BloatSinceRebuild(20, 25), 0) << "it shrank";
	EXPECT_FALSE(BloatSinceRebuild(0, 25)) << "rows were never counted";
	EXPECT_FALSE(BloatSinceRebuild(25, 0));
}

TEST(JudgeBloat, PagesAreReadWhereItMayBeWorthIt)
{
	EXPECT_TRUE(IsWorthMeasuring(100, {}, 0.5)) << "it was never rebuilt";
	EXPECT_TRUE(IsWorthMeasuring(100, 50, 0.5));
	EXPECT_TRUE(IsWorthMeasuring(100, 75, 0.5)) << "rows may be shorter now";
	EXPECT_FALSE(IsWorthMeasuring(100, 90, 0.5));
	EXPECT_TRUE(IsWorthMeasuring(0, 90, 0.5)) << "nobody counted the rows";
}

} // namespace

} // namespace steward
