/*-------------------------------------------------------------------------
 *
 * judge_usage_test.cpp
 *	  Shows which indexes count as unused, and what keeps one.
 *
 *-------------------------------------------------------------------------
 */
#include "core/maintenance/judge_usage.h"

#include <functional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace steward
{

namespace
{

using testing::HasSubstr;

/* Watched for 40 days, in which its table was read and written, and it was not used. */
IndexUsage
Idle()
{
	IndexUsage index;

	index.valid = true;
	index.watched_days = 40;
	index.table_reads = 1200;
	index.table_writes = 3000;
	return index;
}

TEST(JudgeUsage, WhatNobodyUsedInFiveWeeksIsUnused)
{
	UsageJudgement judgement = JudgeUsage(Idle(), {});

	EXPECT_EQ(judgement.verdict, UsageVerdict::kUnused);
	EXPECT_EQ(
		judgement.reason,
		"it was not used in 40 days, in which its table was read 1200 times and 3000 of its rows were written");
}

TEST(JudgeUsage, BeforeThatItIsWatched)
{
	IndexUsage index = Idle();

	index.watched_days = 34.9;
	EXPECT_EQ(JudgeUsage(index, {}).verdict, UsageVerdict::kWatched);
	EXPECT_THAT(JudgeUsage(index, {}).reason, HasSubstr("pg_steward.unused_after is 35 days"));
	index.watched_days = 0;
	EXPECT_EQ(JudgeUsage(index, {}).verdict, UsageVerdict::kWatched) << "it is seen for the first time";
}

TEST(JudgeUsage, OneUseWithinThatTimeKeepsIt)
{
	IndexUsage index = Idle();

	index.scans = 1;
	index.used_days_ago = 34;
	EXPECT_EQ(JudgeUsage(index, {}).verdict, UsageVerdict::kNeeded);
	EXPECT_THAT(JudgeUsage(index, {}).reason, HasSubstr("last 34 days ago"));
	index.used_days_ago = 36;
	EXPECT_EQ(JudgeUsage(index, {}).verdict, UsageVerdict::kUnused);
}

TEST(JudgeUsage, ATableThatNobodyTouchesShowsNothing)
{
	IndexUsage index = Idle();

	index.table_reads = 0;
	EXPECT_EQ(JudgeUsage(index, {}).verdict, UsageVerdict::kWatched);
	EXPECT_THAT(JudgeUsage(index, {}).reason, HasSubstr("not read either"));
	index = Idle();
	index.table_writes = 0;
	EXPECT_EQ(JudgeUsage(index, {}).verdict, UsageVerdict::kWatched);
	EXPECT_THAT(JudgeUsage(index, {}).reason, HasSubstr("not written either"));
}

TEST(JudgeUsage, WhoReadsUnseenKeepsIt)
{
	UsageRules rules;

	rules.unseen_readers = "2 standbys follow this server";
	EXPECT_EQ(JudgeUsage(Idle(), rules).verdict, UsageVerdict::kWatched);
	EXPECT_THAT(JudgeUsage(Idle(), rules).reason, HasSubstr("2 standbys"));
}

TEST(JudgeUsage, InQuarantineNothingIsForgotten)
{
	IndexUsage index = Idle();

	index.in_quarantine = true;
	index.watched_days = 0.1;
	index.table_reads = 0;
	EXPECT_EQ(JudgeUsage(index, {}).verdict, UsageVerdict::kUnused) << "a crash wiped the counters";
	EXPECT_THAT(JudgeUsage(index, {}).reason, HasSubstr("in quarantine"));
	EXPECT_EQ(JudgeUsage(index, {35, "a standby follows"}).verdict, UsageVerdict::kWatched);
	index.used_days_ago = 0;
	EXPECT_EQ(JudgeUsage(index, {}).verdict, UsageVerdict::kNeeded) << "somebody used it nevertheless";
}

TEST(JudgeUsage, ADuplicateInQuarantineWasUsedUntilThen)
{
	IndexUsage index = Idle();

	index.in_quarantine = true;
	index.superfluous = "an exact duplicate of public.twin";
	index.used_days_ago = 0;
	EXPECT_EQ(JudgeUsage(index, {}).verdict, UsageVerdict::kUnused);
	EXPECT_THAT(JudgeUsage(index, {}).reason, HasSubstr("it is an exact duplicate of public.twin"));
}

TEST(JudgeUsage, WhatADuplicateLeavesItsWorkToIsNeeded)
{
	IndexUsage index = Idle();

	index.stands_in_for = "public.twin";
	EXPECT_EQ(JudgeUsage(index, {}).verdict, UsageVerdict::kNeeded) << "the planner took the other one";
	EXPECT_THAT(JudgeUsage(index, {}).reason, HasSubstr("public.twin"));
}

TEST(JudgeUsage, StandbysHaveToBeWatchedAsLong)
{
	IndexUsage index = Idle();

	index.on_standbys = true;
	EXPECT_EQ(JudgeUsage(index, {}).verdict, UsageVerdict::kWatched) << "nobody knows yet what is used there";
	index.standby_watched_days = 36;
	EXPECT_EQ(JudgeUsage(index, {}).verdict, UsageVerdict::kUnused);
	EXPECT_THAT(JudgeUsage(index, {}).reason, HasSubstr("not used in 36 days"));
	index.standby_used_days_ago = 3;
	index.standby = "replica1";
	index.standby_scans = 2;
	EXPECT_EQ(JudgeUsage(index, {}).verdict, UsageVerdict::kNeeded);
	EXPECT_EQ(JudgeUsage(index, {}).reason, "it was used 2 times on standbys, last on replica1 3 days ago");
	index.standby_used_days_ago = 35.5;
	EXPECT_EQ(JudgeUsage(index, {}).verdict, UsageVerdict::kUnused);
}

TEST(JudgeUsage, WhatIsBuiltOrInvalidIsNotJudged)
{
	IndexUsage index = Idle();

	index.valid = false;
	EXPECT_EQ(JudgeUsage(index, {}).verdict, UsageVerdict::kWatched);
	index.being_built = true;
	EXPECT_THAT(JudgeUsage(index, {}).reason, HasSubstr("building"));
}

TEST(JudgeUsage, EachDutyKeepsAnIndex)
{
	const std::vector<std::pair<std::string, std::function<void(IndexDuties &)>>> duties = {
		{"primary key", [](IndexDuties &d) { d.primary_key = true; }},
		{"values unique", [](IndexDuties &d) { d.unique = true; }},
		{"exclusion constraint", [](IndexDuties &d) { d.exclusion = true; }},
		{"constraint depends", [](IndexDuties &d) { d.constraint = true; }},
		{"replica identity", [](IndexDuties &d) { d.replica_identity = true; }},
		{"clustered", [](IndexDuties &d) { d.clustered = true; }},
		{"partitioned table", [](IndexDuties &d) { d.partitioned = true; }},
		{"extension", [](IndexDuties &d) { d.of_extension = true; }},
		{"foreign key orders_customer_fkey", [](IndexDuties &d) { d.foreign_key = "orders_customer_fkey"; }}};

	for (const auto &[word, set] : duties)
	{
		IndexUsage index = Idle();

		set(index.duties);
		EXPECT_EQ(JudgeUsage(index, {}).verdict, UsageVerdict::kNeeded) << word;
		EXPECT_THAT(JudgeUsage(index, {}).reason, HasSubstr(word));
	}
}

} // namespace

} // namespace steward
