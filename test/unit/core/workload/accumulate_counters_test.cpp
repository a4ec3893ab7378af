/*-------------------------------------------------------------------------
 *
 * accumulate_counters_test.cpp
 *	  Shows how the ever-growing counters of pg_stat_statements become what a
 *	  statement did within the window: differences, resets, evictions, and
 *	  what ran a moment ago.
 *
 *-------------------------------------------------------------------------
 */
#include "core/workload/accumulate_counters.h"

#include <string>

#include <gtest/gtest.h>

namespace steward
{

namespace
{

StatementKey
KeyOf(int64_t queryid, ObjectId userid = 10)
{
	return {userid, queryid, true};
}

LiveStatement
Live(int64_t queryid, StatementCounters counters, double since = 1000)
{
	return {KeyOf(queryid), counters, since, "statement " + std::to_string(queryid)};
}

TEST(CountersSince, AreAllWhereNothingWasSeen)
{
	StatementCounters now = {7, 70.5, 700, 11, 3};
	StatementCounters added = CountersSince(now, nullptr);

	EXPECT_EQ(added.calls, 7);
	EXPECT_DOUBLE_EQ(added.total_ms, 70.5);
	EXPECT_EQ(added.rows, 700);
	EXPECT_EQ(added.blocks_hit, 11);
	EXPECT_EQ(added.blocks_read, 3);
}

TEST(CountersSince, AreTheDifference)
{
	SeenCounters seen = {{5, 50, 500, 10, 1}, 2000};
	StatementCounters added = CountersSince({7, 70.5, 700, 11, 3}, &seen);

	EXPECT_EQ(added.calls, 2);
	EXPECT_DOUBLE_EQ(added.total_ms, 20.5);
	EXPECT_EQ(added.rows, 200);
	EXPECT_EQ(added.blocks_hit, 1);
	EXPECT_EQ(added.blocks_read, 2);
}

TEST(CountersSince, AreAllAfterAReset)
{
	SeenCounters seen = {{5, 50, 500, 10, 1}, 2000};

	EXPECT_EQ(CountersSince({2, 20, 200, 4, 0}, &seen).calls, 2);
	EXPECT_DOUBLE_EQ(CountersSince({2, 20, 200, 4, 0}, &seen).total_ms, 20);
}

/* A time that lost its last digits when it was written down is no reset. */
TEST(CountersSince, AreNoneWhereTheTimeWasRounded)
{
	SeenCounters seen = {{5, 0.045678, 500, 10, 1}, 2000};
	StatementCounters added = CountersSince({5, 0.045677999999999996, 500, 10, 1}, &seen);

	EXPECT_EQ(added.calls, 0);
	EXPECT_DOUBLE_EQ(added.total_ms, 0);
}

/* More calls than before the reset, but in less time than they took before: it was reset. */
TEST(CountersSince, AreAllWhereOnlyTheTimeWentDown)
{
	SeenCounters seen = {{5, 50, 500, 10, 1}, 2000};
	StatementCounters added = CountersSince({6, 6, 600, 12, 0}, &seen);

	EXPECT_EQ(added.calls, 6);
	EXPECT_DOUBLE_EQ(added.total_ms, 6);
	EXPECT_EQ(added.rows, 600);
}

TEST(CountersSince, AreNothingWhereItDidNotRun)
{
	SeenCounters seen = {{5, 50, 500, 10, 1}, 2000};

	EXPECT_EQ(CountersSince({5, 50, 500, 10, 1}, &seen).calls, 0);
}

TEST(CountersSince, NeverCountRowsOrBlocksBelowNothing)
{
	SeenCounters seen = {{5, 50, 500, 10, 9}, 2000};
	StatementCounters added = CountersSince({6, 60, 400, 9, 3}, &seen);

	EXPECT_EQ(added.rows, 0);
	EXPECT_EQ(added.blocks_hit, 0);
	EXPECT_EQ(added.blocks_read, 0);
}

TEST(PartsSince, HoldOnlyWhatRan)
{
	auto parts = PartsSince({Live(1, {5, 50, 0, 0, 0}), Live(2, {9, 90, 0, 0, 0})},
							{{KeyOf(1), {{5, 50, 0, 0, 0}, 2000}}, {KeyOf(2), {{4, 40, 0, 0, 0}, 2000}}});

	ASSERT_EQ(parts.size(), 1u);
	EXPECT_EQ(parts.at(KeyOf(2)).counters.calls, 5);
	EXPECT_DOUBLE_EQ(parts.at(KeyOf(2)).since, 2000);
}

TEST(PartsSince, BeginWhereTheStatementBeganIfItIsNew)
{
	auto parts = PartsSince({Live(1, {5, 50, 0, 0, 0}, 1234)}, {});

	EXPECT_DOUBLE_EQ(parts.at(KeyOf(1)).since, 1234);
	EXPECT_EQ(parts.at(KeyOf(1)).counters.calls, 5);
}

TEST(PartsSince, TellUsersAndLevelsApart)
{
	LiveStatement other = Live(1, {3, 30, 0, 0, 0});
	LiveStatement nested = Live(1, {4, 40, 0, 0, 0});

	other.key.userid = 11;
	nested.key.toplevel = false;

	auto parts = PartsSince({Live(1, {2, 20, 0, 0, 0}), other, nested}, {});

	EXPECT_EQ(parts.size(), 3u);
}

/*
 * The statement was reset (or evicted and came back) after it was last noted,
 * and has run more often since than before: its counters are higher, but none
 * of that was seen.  That its counting began later than we looked tells.
 */
TEST(PartsSince, AreAllWhereCountingBeganAnewAfterTheLastLook)
{
	auto parts =
		PartsSince({Live(1, {150, 1500, 0, 0, 0}, 3000)}, {{KeyOf(1), {{100, 1000, 0, 0, 0}, 2000}}});

	EXPECT_EQ(parts.at(KeyOf(1)).counters.calls, 150);
	EXPECT_DOUBLE_EQ(parts.at(KeyOf(1)).since, 3000);
}

TEST(AccumulateWindow, CountsWhatRanAMomentAgo)
{
	std::vector<Statement> window = AccumulateWindow({Live(1, {12, 120, 0, 0, 0}, 1000)}, {}, {});

	ASSERT_EQ(window.size(), 1u);
	EXPECT_EQ(window[0].counters.calls, 12);
	EXPECT_DOUBLE_EQ(window[0].since, 1000);
	EXPECT_EQ(window[0].text, "statement 1");
}

TEST(AccumulateWindow, AddsWhatWasRecordedToWhatIsNew)
{
	std::vector<Statement> window =
		AccumulateWindow({Live(1, {12, 120, 30, 7, 1}, 500)}, {{KeyOf(1), {{10, 100, 20, 5, 1}, 3000}}},
						 {{KeyOf(1), {{6, 60, 12, 3, 0}, 2000}}});

	ASSERT_EQ(window.size(), 1u);
	EXPECT_EQ(window[0].counters.calls, 8);
	EXPECT_DOUBLE_EQ(window[0].counters.total_ms, 80);
	EXPECT_EQ(window[0].counters.rows, 22);
	EXPECT_EQ(window[0].counters.blocks_hit, 5);
	EXPECT_EQ(window[0].counters.blocks_read, 0);
	EXPECT_DOUBLE_EQ(window[0].since, 2000) << "the window reaches back to its first part";
}

/* It was noted long ago and has not run since: its parts have left the window. */
TEST(AccumulateWindow, LeavesOutWhatDidNotRunWithinTheWindow)
{
	EXPECT_TRUE(AccumulateWindow({Live(1, {10, 100, 0, 0, 0})}, {{KeyOf(1), {{10, 100, 0, 0, 0}, 3000}}}, {})
					.empty());
}

/* Evicted from pg_stat_statements: there is no text to analyse any more. */
TEST(AccumulateWindow, LeavesOutWhatPgStatStatementsForgot)
{
	EXPECT_TRUE(AccumulateWindow({}, {{KeyOf(1), {{10, 100, 0, 0, 0}, 3000}}},
								 {{KeyOf(1), {{10, 100, 0, 0, 0}, 2000}}})
					.empty());
}

TEST(AccumulateWindow, PutsTheStatementThatTookMostTimeFirst)
{
	std::vector<Statement> window = AccumulateWindow(
		{Live(1, {1, 10, 0, 0, 0}), Live(2, {1, 30, 0, 0, 0}), Live(3, {1, 20, 0, 0, 0})}, {}, {});

	ASSERT_EQ(window.size(), 3u);
	EXPECT_EQ(window[0].key.queryid, 2);
	EXPECT_EQ(window[1].key.queryid, 3);
	EXPECT_EQ(window[2].key.queryid, 1);
}

} // namespace

} // namespace steward
