/*-------------------------------------------------------------------------
 *
 * maintenance_window_test.cpp
 *	  Shows how the times of maintenance are written, and when they are.
 *
 *-------------------------------------------------------------------------
 */
#include "model/maintenance_window.h"

#include <gtest/gtest.h>

namespace steward
{

namespace
{

constexpr int kMonday = 0;
constexpr int kFriday = 4;
constexpr int kSaturday = 5;
constexpr int kSunday = 6;

bool
IsOpenAt(const std::string &text, int day, int hour, int minute = 0)
{
	std::optional<MaintenanceWindow> window = ParseMaintenanceWindow(text);

	EXPECT_TRUE(window) << text;
	return window && IsOpen(*window, day, hour * 60 + minute);
}

} // namespace

TEST(MaintenanceWindow, HoursOfEveryDay)
{
	EXPECT_FALSE(IsOpenAt("01:00-05:00", kMonday, 0, 59));
	EXPECT_TRUE(IsOpenAt("01:00-05:00", kMonday, 1));
	EXPECT_TRUE(IsOpenAt("01:00-05:00", kSunday, 4, 59));
	EXPECT_FALSE(IsOpenAt("01:00-05:00", kSunday, 5));
	EXPECT_TRUE(IsOpenAt("00:00-24:00", kSunday, 23, 59));
}

TEST(MaintenanceWindow, DaysAndRangesOfDays)
{
	EXPECT_TRUE(IsOpenAt("Mon,sat 1:00-5:00", kSaturday, 2));
	EXPECT_FALSE(IsOpenAt("Mon,sat 1:00-5:00", kFriday, 2));
	EXPECT_TRUE(IsOpenAt("Fri-Mon 01:00-05:00", kSunday, 2));
	EXPECT_TRUE(IsOpenAt("Fri-Mon 01:00-05:00", kMonday, 2));
	EXPECT_FALSE(IsOpenAt("Fri-Mon 01:00-05:00", kMonday + 1, 2));
	EXPECT_TRUE(IsOpenAt("Mon-Wed, Sun 01:00-05:00", kSunday, 2));
}

/* The day is the one on which it opens. */
TEST(MaintenanceWindow, HoursOverMidnight)
{
	EXPECT_TRUE(IsOpenAt("Sun 22:00-04:00", kSunday, 23));
	EXPECT_TRUE(IsOpenAt("Sun 22:00-04:00", kMonday, 3, 59));
	EXPECT_FALSE(IsOpenAt("Sun 22:00-04:00", kMonday, 4));
	EXPECT_FALSE(IsOpenAt("Sun 22:00-04:00", kSunday, 3));
	EXPECT_FALSE(IsOpenAt("Sun 22:00-04:00", kMonday, 23));
}

TEST(MaintenanceWindow, ATimeZoneIsNamedBehindTheHours)
{
	EXPECT_EQ(ParseMaintenanceWindow("Sun 22:00-04:00 Europe/Berlin")->time_zone, "Europe/Berlin");
	EXPECT_EQ(ParseMaintenanceWindow("22:00-04:00")->time_zone, "");
}

TEST(MaintenanceWindow, WhatIsOfAnotherFormIsNone)
{
	for (const char *text : {"", "Sunday 01:00-02:00", "01:00", "1-2", "25:00-26:00", "01:60-02:00",
							 "01:00-02:00 UTC more", "Mon- 01:00-02:00", "01:00-24:01"})
		EXPECT_FALSE(ParseMaintenanceWindow(text)) << text;
	EXPECT_FALSE(ParseMaintenanceWindow("01:00-02:00 " + std::string(10'000'000, 'x'))) << "no crash";
}

} // namespace steward
