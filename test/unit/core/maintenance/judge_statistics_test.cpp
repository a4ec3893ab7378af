/*-------------------------------------------------------------------------
 *
 * judge_statistics_test.cpp
 *	  Shows which tables are to be analysed, and which are left to autovacuum.
 *
 *-------------------------------------------------------------------------
 */
#include "core/maintenance/judge_statistics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace steward
{

namespace
{

using testing::HasSubstr;
using testing::Not;

/* 10,000 rows, analysed, of which 300 were modified since; autovacuum comes after 1,050. */
TableActivity
Steady()
{
	TableActivity table;

	table.oid = 1;
	table.analyzed = true;
	table.autovacuumed = true;
	table.tuples = 10000;
	table.modified = 300;
	table.analyze_after = 1050;
	return table;
}

TEST(WhyAnalyze, WhatIsUpToDateIsLeftAlone)
{
	EXPECT_EQ(WhyAnalyze(Steady()), "");
}

TEST(WhyAnalyze, AutovacuumHasItsTime)
{
	TableActivity table = Steady();

	table.modified = 5000;
	EXPECT_EQ(WhyAnalyze(table), "") << "it comes within its next round";
	table.autovacuum_full = true;
	EXPECT_THAT(WhyAnalyze(table), HasSubstr("5000 rows were modified"));
	EXPECT_THAT(WhyAnalyze(table), HasSubstr("autovacuum is late"));
	table.modified = 2000;
	EXPECT_EQ(WhyAnalyze(table), "") << "not twice as many yet";
}

TEST(WhyAnalyze, WhoIsAtWorkOnItIsLetAlone)
{
	TableActivity table = Steady();

	table.modified = 5000;
	table.autovacuumed = false;
	table.being_maintained = true;
	EXPECT_EQ(WhyAnalyze(table), "");
}

TEST(WhyAnalyze, NobodyElseDoesIt)
{
	TableActivity table = Steady();

	table.autovacuumed = false;
	table.modified = 1100;
	EXPECT_THAT(WhyAnalyze(table), HasSubstr("autovacuum is off for it"));
	table.autovacuum_off = true;
	EXPECT_THAT(WhyAnalyze(table), Not(HasSubstr("for it")));
	EXPECT_THAT(WhyAnalyze(table), HasSubstr("autovacuum is off"));
}

TEST(WhyAnalyze, NeverAnalysed)
{
	TableActivity table = Steady();

	table.analyzed = false;
	EXPECT_THAT(WhyAnalyze(table), HasSubstr("never analysed")) << "autovacuum waits for more modified rows";
	table.modified = 1100;
	EXPECT_EQ(WhyAnalyze(table), "") << "autovacuum comes at once";
	table.autovacuumed = false;
	EXPECT_THAT(WhyAnalyze(table), HasSubstr("never analysed"));
	table.tuples = 900;
	table.modified = 900;
	EXPECT_EQ(WhyAnalyze(table), "") << "few rows";
}

TEST(WhyAnalyze, APartitionedTableIsNobodyElsesBusiness)
{
	TableActivity table = Steady();

	table.partitioned = true;
	EXPECT_EQ(WhyAnalyze(table), "");
	table.modified = 1100;
	EXPECT_EQ(WhyAnalyze(table), "") << "not twice as many yet";
	table.modified = 2200;
	EXPECT_THAT(WhyAnalyze(table), HasSubstr("partitions with about 2200 of its 10000 rows changed"));
	table.modified = 0;
	table.analyzed = false;
	EXPECT_THAT(WhyAnalyze(table), HasSubstr("which autovacuum does not do"));
}

} // namespace

} // namespace steward
