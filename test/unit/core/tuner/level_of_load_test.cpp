/*-------------------------------------------------------------------------
 *
 * level_of_load_test.cpp
 *	  Shows what is told of the server in the hours in which a statement ran,
 *	  and where nothing is.
 *
 *-------------------------------------------------------------------------
 */
#include "core/tuner/level_of_load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace steward
{

namespace
{

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

constexpr int64_t kEnough = 10;

StatementCounters
Ran(int64_t calls, double mean_ms)
{
	StatementCounters counters;

	counters.calls = calls;
	counters.total_ms = mean_ms * static_cast<double>(calls);
	return counters;
}

/* Usual by day (hour 12), three times as long at night (hour 2). */
std::vector<Control>
DayAndNight()
{
	return {{5, {{12, Ran(100, 5)}, {2, Ran(50, 15)}}},
			{1, {{12, Ran(100, 1)}, {2, Ran(50, 3)}}},
			{40, {{12, Ran(100, 40)}, {2, Ran(50, 120)}}},
			{9, {{12, Ran(100, 90)}, {2, Ran(50, 9)}}}};
}

TEST(LevelOfLoad, IsTheMedianOfTheControls)
{
	std::vector<Control> controls = DayAndNight();

	controls.pop_back();
	EXPECT_THAT(LevelsByHour(controls, kEnough), ElementsAre(Pair(2, 3), Pair(12, 1)));
}

TEST(LevelOfLoad, FewControlsTellNothing)
{
	std::vector<Control> controls = DayAndNight();

	controls.resize(2);
	EXPECT_THAT(LevelsByHour(controls, kEnough), IsEmpty());

	/* They have to run in that hour, often enough. */
	controls = DayAndNight();
	controls.pop_back();
	controls[0].hours[2] = Ran(9, 15);
	EXPECT_THAT(LevelsByHour(controls, kEnough), ElementsAre(Pair(12, 1)));
}

TEST(LevelOfLoad, AStatementIsMeasuredByItsOwnHours)
{
	Levels levels = {{2, 3}, {12, 1}};

	EXPECT_EQ(LevelFor({{2, Ran(10, 100)}}, levels, 10), 3);
	EXPECT_EQ(LevelFor({{12, Ran(10, 100)}}, levels, 10), 1);
	EXPECT_EQ(LevelFor({{2, Ran(10, 100)}, {12, Ran(30, 1)}}, levels, 40), 1.5);
}

TEST(LevelOfLoad, HoursOfWhichNothingIsKnownTellNothing)
{
	Levels levels = {{2, 3}};

	EXPECT_FALSE(LevelFor({}, levels, 0));
	EXPECT_FALSE(LevelFor({{2, Ran(10, 1)}, {3, Ran(11, 1)}}, levels, 21));
	EXPECT_EQ(LevelFor({{2, Ran(11, 1)}, {3, Ran(10, 1)}}, levels, 21), 3);
}

/* The last day is remembered, and the trial was longer. */
TEST(LevelOfLoad, HoursThatAreForgottenTellNothing)
{
	EXPECT_FALSE(LevelFor({{2, Ran(100, 1)}}, {{2, 3}}, 1000));
}

} // namespace

} // namespace steward
