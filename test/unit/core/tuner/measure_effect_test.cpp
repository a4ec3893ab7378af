/*-------------------------------------------------------------------------
 *
 * measure_effect_test.cpp
 *	  Shows how times before and after a change are compared: like with like,
 *	  and only what ran on both sides.
 *
 *-------------------------------------------------------------------------
 */
#include "core/tuner/measure_effect.h"

#include <gtest/gtest.h>

namespace steward
{

namespace
{

StatementCounters
Ran(int64_t calls, double total_ms)
{
	StatementCounters counters;

	counters.calls = calls;
	counters.total_ms = total_ms;
	return counters;
}

TEST(MeasureEffect, IsTheMeanBeforeAndAfter)
{
	Effect effect = MeasureEffect({{Ran(10, 100), Ran(5, 10)}});

	EXPECT_EQ(effect.measured, 1u);
	EXPECT_EQ(effect.pending, 0u);
	EXPECT_EQ(effect.calls_after, 5);
	EXPECT_DOUBLE_EQ(effect.before_ms, 10);
	EXPECT_DOUBLE_EQ(effect.after_ms, 2);
}

/*
 * Nothing became faster here; the slow statement just runs less often now.
 * Weighted by its calls before, that would look like a gain.
 */
TEST(MeasureEffect, AnotherMixIsNoGain)
{
	Effect effect = MeasureEffect({{Ran(100, 1000), Ran(1, 10)}, {Ran(1, 1), Ran(99, 99)}});

	EXPECT_DOUBLE_EQ(effect.before_ms, effect.after_ms);
	EXPECT_DOUBLE_EQ(effect.before_ms, (10 * 1 + 1 * 99) / 100.0);
}

TEST(MeasureEffect, WhatDidNotRunAgainIsPending)
{
	Effect effect = MeasureEffect({{Ran(10, 100), Ran(0, 0)}, {Ran(10, 100), Ran(2, 2)}});

	EXPECT_EQ(effect.measured, 1u);
	EXPECT_EQ(effect.pending, 1u);
	EXPECT_DOUBLE_EQ(effect.after_ms, 1);
}

TEST(MeasureEffect, WhatNeverRanBeforeIsPendingToo)
{
	EXPECT_EQ(MeasureEffect({{Ran(0, 0), Ran(2, 2)}}).pending, 1u);
}

TEST(MeasureEffect, NothingIsNothing)
{
	Effect effect = MeasureEffect({});

	EXPECT_EQ(effect.measured, 0u);
	EXPECT_DOUBLE_EQ(effect.before_ms, 0);
	EXPECT_DOUBLE_EQ(effect.after_ms, 0);
}

} // namespace

} // namespace steward
