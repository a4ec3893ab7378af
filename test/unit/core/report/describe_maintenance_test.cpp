/*-------------------------------------------------------------------------
 *
 * describe_maintenance_test.cpp
 *	  The maintenance report, for people to read.
 *
 *-------------------------------------------------------------------------
 */
#include "core/report/describe_maintenance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace steward
{

namespace
{

using testing::HasSubstr;
using testing::Not;

Json
Empty()
{
	return {{"since", "2026-11-25 03:00:00+00"}, {"until", "2026-11-26 03:00:00+00"}};
}

TEST(DescribeMaintenance, ADayOnWhichNothingWasDone)
{
	EXPECT_EQ(DescribeMaintenance(Empty()),
			  "Maintenance from 2026-11-25 03:00:00+00 to 2026-11-26 03:00:00+00\nNothing was done.\n");
}

TEST(DescribeMaintenance, SaysWhatWasDoneAndWhatWasWon)
{
	Json report = Empty();
	constexpr int64_t kMb = 1024 * 1024;

	report["dropped"] =
		Json::array({{{"action", 3}, {"target", "public.a"}, {"bytes", 2 * kMb}, {"why", "nobody used it"}}});
	report["rebuilt"] = Json::array({{{"action", 4},
									  {"target", "public.b"},
									  {"bytes_before", 100 * kMb},
									  {"bytes_after", 30 * kMb},
									  {"bytes_won", 70 * kMb}},
									 {{"action", 5},
									  {"target", "public.c"},
									  {"bytes_before", 60 * kMb},
									  {"bytes_after", 30 * kMb},
									  {"bytes_won", 30 * kMb}}});
	report["analyzed"] = Json::array({{{"action", 6}, {"target", "public.t"}}});

	std::string text = DescribeMaintenance(report);

	EXPECT_THAT(text, HasSubstr("Dropped 1 index, 2.0 MB won:\n  #3 public.a: 2.0 MB: nobody used it\n"));
	EXPECT_THAT(text, HasSubstr("Rebuilt 2 indexes, 100 MB won:\n  #4 public.b: 100 MB -> 30.0 MB\n"));
	EXPECT_THAT(text, HasSubstr("New statistics for 1 table:\n  #6 public.t\n"));
	EXPECT_THAT(text, Not(HasSubstr("Nothing was done")));
}

TEST(DescribeMaintenance, SaysWhatWaitsAndWhatWasSkippedAndWhy)
{
	Json report = Empty();

	report["waiting"] =
		Json::array({{{"action", 7}, {"target", "public.d"}, {"why", "the window is closed"}}});
	report["skipped"] = Json::array({{{"target", "public.e"}, {"why", "it failed: no space"}}});
	report["warnings"] = Json::array({"public.f: dead rows"});

	std::string text = DescribeMaintenance(report);

	EXPECT_THAT(text,
				HasSubstr("Nothing was done.\nWaiting, 1 action:\n  #7 public.d: the window is closed\n"));
	EXPECT_THAT(text,
				HasSubstr("Skipped:\n  public.e: it failed: no space\nTo look at:\n  public.f: dead rows\n"));
}

TEST(DescribeMaintenance, WhatWaitsIsToldWithItsReason)
{
	Json report = Empty();

	report["waiting"] = Json::array({{{"action", 7},
									  {"kind", "drop_index"},
									  {"target", "public.d"},
									  {"reason", "a duplicate"},
									  {"why", "the window is closed"}}});
	EXPECT_THAT(DescribeMaintenance(report),
				HasSubstr("  #7 public.d: drop_index, a duplicate; it waits: the window is closed\n"));
}

TEST(DescribeMaintenance, WhatIsInQuarantineIsToldWithItsTime)
{
	Json report = Empty();

	report["quarantine"] = Json::array({{{"action", 7},
										 {"target", "public.d"},
										 {"bytes", 8192},
										 {"why", "a duplicate"},
										 {"so_far", "in force for 1 day of 7 days"}}});
	EXPECT_THAT(DescribeMaintenance(report), HasSubstr(": a duplicate; in force for 1 day of 7 days\n"));
}

TEST(DescribeMaintenance, ADryRunSaysWhatDoesIt)
{
	Json report = Empty();

	EXPECT_THAT(DescribeMaintenance(report), HasSubstr("Nothing was done.\n"));
	report["dry_run"] = true;
	EXPECT_THAT(DescribeMaintenance(report), HasSubstr("CALL steward.maintain(false);"));
}

TEST(DescribeMaintenance, WhatWasOfNoUseIsNotWhatWasTakenBack)
{
	Json report = Empty();

	report["of_no_use"] = Json::array({{{"action", 7}, {"target", "public.d"}, {"why", "the same plans"}}});
	EXPECT_THAT(DescribeMaintenance(report),
				HasSubstr("Tried, of no use, and rolled back, 1 change:\n  #7 public.d: the same plans\n"));
}

TEST(DescribeMaintenance, ManyAreCounted)
{
	Json report = Empty();

	for (int i = 0; i < 25; i++)
		report["analyzed"].push_back({{"action", i}, {"target", "t" + std::to_string(i)}});

	std::string text = DescribeMaintenance(report);

	EXPECT_THAT(text, HasSubstr("New statistics for 25 tables:"));
	EXPECT_THAT(text, HasSubstr("t19\n  and 5 more\n"));
	EXPECT_THAT(text, Not(HasSubstr("t20")));
}

} // namespace

} // namespace steward
