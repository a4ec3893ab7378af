/*-------------------------------------------------------------------------
 *
 * judge_estimate_test.cpp
 *	  How far the planner's expectations of rows are from what is there.
 *
 *-------------------------------------------------------------------------
 */
#include "core/maintenance/judge_estimate.h"

#include <gtest/gtest.h>

namespace steward
{

namespace
{

TEST(JudgeEstimate, IsOffInEitherDirection)
{
	EXPECT_EQ(MisestimateOf(10, 1000), 100);
	EXPECT_EQ(MisestimateOf(1000, 10), 100);
	EXPECT_EQ(MisestimateOf(50, 50), 1);
	EXPECT_EQ(MisestimateOf(0.01, 0), 1) << "less than a row is one";
	EXPECT_EQ(MisestimateOf(20, 0), 20);
}

TEST(JudgeEstimate, TheTypicalOneIsNotThatOfASingleOutlier)
{
	EXPECT_EQ(TypicalMisestimate({}), 1);
	EXPECT_NEAR(TypicalMisestimate({{1, 1, 100}, {1, 100, 1}}), 100, 1e-6);
	EXPECT_NEAR(TypicalMisestimate({{1, 1, 1e6}, {1, 10, 10}, {1, 10, 10}}), 100, 1e-6);
}

TEST(JudgeEstimate, IsFarOffWhereEnoughRowsAreConcerned)
{
	EXPECT_TRUE(IsFarOff({1, 10, 100}));
	EXPECT_TRUE(IsFarOff({1, 1000, 1})) << "fewer than expected";
	EXPECT_FALSE(IsFarOff({1, 11, 100}));
	EXPECT_FALSE(IsFarOff({1, 1, 99})) << "few rows change no plan";
}

TEST(JudgeEstimate, BetterIsHalfAsFarOff)
{
	EXPECT_TRUE(IsBetterExpected({{1, 1, 100}}, {{1, 60, 100}}));
	EXPECT_TRUE(IsBetterExpected({{1, 1, 100}}, {{1, 2, 100}}));
	EXPECT_FALSE(IsBetterExpected({{1, 1, 100}}, {{1, 1.5, 100}}));
	EXPECT_FALSE(IsBetterExpected({{1, 1, 100}}, {})) << "nothing is known of it";
}

} // namespace

} // namespace steward
