/*-------------------------------------------------------------------------
 *
 * find_bottlenecks_test.cpp
 *	  Shows which statements count as bottlenecks: the slow ones, and those
 *	  that take much of all time.
 *
 *-------------------------------------------------------------------------
 */
#include "core/tuner/find_bottlenecks.h"

#include <vector>

#include <gtest/gtest.h>

namespace steward
{

namespace
{

Statement
Ran(int64_t calls, double total_ms)
{
	Statement statement;

	statement.counters.calls = calls;
	statement.counters.total_ms = total_ms;
	return statement;
}

TEST(FindBottlenecks, ASlowCallIsOneHoweverRare)
{
	std::vector<Bottleneck> found = FindBottlenecks({Ran(1000000, 1000000), Ran(2, 2002)}, {});

	ASSERT_EQ(found.size(), 2u);
	EXPECT_EQ(found[0].statement, 0u);
	EXPECT_EQ(found[1].statement, 1u);
	EXPECT_EQ(found[1].reason, "a call takes 1.0 s");
}

TEST(FindBottlenecks, AQuickOneThatTakesMuchOfAllTimeIsOne)
{
	std::vector<Bottleneck> found = FindBottlenecks({Ran(100000, 60), Ran(10, 38), Ran(10, 2)}, {});

	ASSERT_EQ(found.size(), 2u);
	EXPECT_EQ(found[0].reason, "takes 60 % of all time");
	EXPECT_DOUBLE_EQ(found[0].share, 0.60);
	EXPECT_DOUBLE_EQ(found[1].share, 0.38);
}

TEST(FindBottlenecks, LimitsAreInclusiveForSharesAndExclusiveForTimes)
{
	EXPECT_EQ(FindBottlenecks({Ran(1, 5), Ran(100, 95)}, {}).size(), 2u);
	EXPECT_EQ(FindBottlenecks({Ran(1, 1000), Ran(1000000, 999000)}, {}).size(), 1u) << "1 s is not over 1 s";
}

TEST(FindBottlenecks, LargestShareFirst)
{
	std::vector<Bottleneck> found = FindBottlenecks({Ran(1, 10), Ran(1, 60), Ran(1, 30)}, {});

	ASSERT_EQ(found.size(), 3u);
	EXPECT_EQ(found[0].statement, 1u);
	EXPECT_EQ(found[1].statement, 2u);
	EXPECT_EQ(found[2].statement, 0u);
}

TEST(FindBottlenecks, AnIdleServerHasNone)
{
	EXPECT_TRUE(FindBottlenecks({}, {}).empty());
	EXPECT_TRUE(FindBottlenecks({Ran(10, 0)}, {}).empty());
}

} // namespace

} // namespace steward
