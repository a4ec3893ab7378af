/*-------------------------------------------------------------------------
 *
 * describe_gains_test.cpp
 *	  Shows which facts of the statements that gain are kept as evidence, and
 *	  that times stand there only if they were measured.
 *
 *-------------------------------------------------------------------------
 */
#include "core/report/describe_gains.h"

#include <gtest/gtest.h>

namespace steward
{

namespace
{

AdvisedStatement
MakeStatement(int64_t queryid, int64_t calls, double total_ms)
{
	AdvisedStatement advised;

	advised.statement.key = {10, queryid, true};
	advised.statement.text = "SELECT " + std::to_string(queryid);
	advised.statement.counters.calls = calls;
	advised.statement.counters.total_ms = total_ms;
	advised.share = 0.25;
	return advised;
}

TEST(DescribeGains, KeepsTheOrderAndTheFacts)
{
	RecommendedIndex recommended;

	recommended.gains = {{1, 100, 10}, {0, 50, 40}};

	Json gains = DescribeGains({MakeStatement(7, 4, 10), MakeStatement(8, 2, 30)}, recommended);

	ASSERT_EQ(gains.size(), 2u);
	EXPECT_EQ(DumpJson(gains[0]), "{\"userid\":10,\"queryid\":8,\"toplevel\":true,\"query\":\"SELECT 8\","
								  "\"calls\":2,\"mean_ms\":15.0,\"expected_ms\":15.0,\"share\":0.25,"
								  "\"cost_before\":100.0,\"cost_after\":10.0}");
	EXPECT_EQ(gains[1]["queryid"], 7);
}

/* Queries that the caller brought were not measured. */
TEST(DescribeGains, LeavesOutTimesThatWereNotMeasured)
{
	RecommendedIndex recommended;

	recommended.gains = {{0, 100, 10}};

	Json gains = DescribeGains({MakeStatement(1, 0, 0)}, recommended);

	EXPECT_FALSE(gains[0].contains("calls"));
	EXPECT_FALSE(gains[0].contains("mean_ms"));
	EXPECT_FALSE(gains[0].contains("share"));
	EXPECT_EQ(gains[0]["cost_before"], 100.0);
}

TEST(DescribeGains, IsAnEmptyListWhereNothingGains)
{
	EXPECT_EQ(DumpJson(DescribeGains({}, {})), "[]");
}

/* A server may use another encoding than UTF-8; the evidence is still JSON. */
TEST(DescribeGains, SurvivesTextThatIsNotUtf8)
{
	AdvisedStatement advised = MakeStatement(1, 1, 1);
	RecommendedIndex recommended;

	advised.statement.text = "SELECT '\xE9'";
	recommended.gains = {{0, 2, 1}};
	EXPECT_NE(DumpJson(DescribeGains({advised}, recommended)).find("SELECT '\xEF\xBF\xBD'"),
			  std::string::npos);
}

} // namespace

} // namespace steward
