#include "core/report/explain_silence.h"

#include <gtest/gtest.h>

namespace steward
{
namespace
{

Silence
OneStatement()
{
	Silence silence;

	silence.statements = 1;
	silence.budget = 1000000;
	silence.min_gain = 0.001;
	return silence;
}

TEST(ExplainSilence, NothingWasObserved)
{
	EXPECT_EQ(ExplainSilence({}), "no statement was observed in this database yet");
}

TEST(ExplainSilence, TablesTellThemselves)
{
	Silence silence = OneStatement();

	silence.tables_unfit = true;
	EXPECT_EQ(ExplainSilence(silence), "");
	silence.unfit = 1;
	EXPECT_EQ(ExplainSilence(silence),
			  "1 statement cannot be analysed, see the reason in steward.statements");
}

TEST(ExplainSilence, OtherTablesWereAskedFor)
{
	Silence silence = OneStatement();

	silence.reads_wanted = false;
	EXPECT_EQ(ExplainSilence(silence), "no statement reads the relations that were asked for");
}

TEST(ExplainSilence, NothingIsMissing)
{
	EXPECT_EQ(ExplainSilence(OneStatement()),
			  "no statement has a condition, join or order for which an index is missing");
}

TEST(ExplainSilence, NoneCanBeBuilt)
{
	Silence silence = OneStatement();

	silence.obstacles = {"values of body are too long", "a / b fails"};
	EXPECT_EQ(ExplainSilence(silence), "values of body are too long; a / b fails");
}

TEST(ExplainSilence, TheBudgetIsTooSmall)
{
	Silence silence = OneStatement();

	silence.sizes = {3 * 1024 * 1024, 2 * 1024 * 1024};
	EXPECT_EQ(ExplainSilence(silence),
			  "the smallest index worth trying takes 2.0 MB, more than the storage budget of 977 kB");
}

TEST(ExplainSilence, NoneSavesEnough)
{
	Silence silence = OneStatement();

	silence.sizes = {8192, 16384};
	EXPECT_EQ(ExplainSilence(silence),
			  "of 2 indexes tried, none within the budget saves 0.1 % of the workload");
}

TEST(ExplainSilence, OthersWaitOrCannotBeAnalysed)
{
	Silence silence = OneStatement();

	silence.statements = 6;
	silence.waiting = 3;
	silence.unfit = 2;
	EXPECT_EQ(
		ExplainSilence(silence),
		"no statement has a condition, join or order for which an index is missing; 3 statements did not run "
		"often enough yet; 2 statements cannot be analysed, see the reason in steward.statements");
}

} // namespace
} // namespace steward
