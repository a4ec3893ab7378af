/*-------------------------------------------------------------------------
 *
 * explain_verdict_test.cpp
 *	  Shows that each statement is told the first thing that stands in the way
 *	  of an index for it.
 *
 *-------------------------------------------------------------------------
 */
#include "core/report/explain_verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace steward
{

namespace
{

constexpr double kMegabyte = 1024 * 1024;

/* Three indexes were tried; one of a megabyte would save much, and there is room for it. */
StatementOutcome
MakePriced()
{
	StatementOutcome outcome;

	outcome.could_use = true;
	outcome.tried = 3;
	outcome.cost = 1000;
	outcome.best_cost = 100.4;
	outcome.best_size = kMegabyte;
	outcome.budget = 10 * kMegabyte;
	outcome.room = 5 * kMegabyte;
	outcome.best_saving = 0.5;
	outcome.min_saving = 0.001;
	return outcome;
}

TEST(ExplainVerdict, NamesTheIndexesThatServeIt)
{
	StatementOutcome outcome = MakePriced();

	outcome.served_by = {"public.t_a_idx", "public.u_b_idx"};
	outcome.withheld = {"public.t_c_idx"};
	EXPECT_EQ(ExplainVerdict(outcome), "would be served by public.t_a_idx, public.u_b_idx");
}

TEST(ExplainVerdict, NamesTheIndexesThatAreWithheld)
{
	StatementOutcome outcome = MakePriced();

	outcome.withheld = {"public.t_a_idx", "public.t_c_idx"};
	EXPECT_EQ(ExplainVerdict(outcome), "withheld: public.t_a_idx, public.t_c_idx");
}

TEST(ExplainVerdict, TellsWhyItsTablesAreLeftOut)
{
	StatementOutcome outcome;

	outcome.all_left_out = true;
	outcome.left_out = {"public.t: it is small", "public.u: it is temporary"};
	EXPECT_EQ(ExplainVerdict(outcome), "no index: public.t: it is small; public.u: it is temporary");
	outcome.left_out = {};
	EXPECT_EQ(ExplainVerdict(outcome), "no index: it reads no table");
}

/* What is said of the other tables says more. */
TEST(ExplainVerdict, OneTableThatIsLeftOutIsNotTheReason)
{
	StatementOutcome outcome = MakePriced();

	outcome.left_out = {"public.t: it is small"};
	EXPECT_THAT(ExplainVerdict(outcome), testing::Not(testing::HasSubstr("small")));
}

TEST(ExplainVerdict, NothingIsCheaper)
{
	StatementOutcome outcome = MakePriced();

	outcome.best_cost = 995;
	EXPECT_EQ(ExplainVerdict(outcome),
			  "no index: of 3 indexes tried none makes its plan cheaper: it reads too "
			  "large a part of its tables, or is quick as it is");
	outcome.tried = 1;
	EXPECT_THAT(ExplainVerdict(outcome), testing::HasSubstr("of 1 index tried none"));
}

TEST(ExplainVerdict, ItDoesNotFitIntoTheBudget)
{
	StatementOutcome outcome = MakePriced();

	outcome.best_size = 11 * kMegabyte;
	EXPECT_EQ(ExplainVerdict(outcome),
			  "no index: planner cost 1000 would become 100, but 11.0 MB of indexes do "
			  "not fit into the storage budget of 10.0 MB");
}

TEST(ExplainVerdict, OthersTookTheRoom)
{
	StatementOutcome outcome = MakePriced();

	outcome.best_size = 6 * kMegabyte;
	EXPECT_EQ(ExplainVerdict(outcome), "no index: planner cost 1000 would become 100, but other indexes save "
									   "more and leave 5.0 MB of the storage budget");
}

TEST(ExplainVerdict, WritesCostMoreThanItSaves)
{
	StatementOutcome outcome = MakePriced();

	outcome.upkeep = 0.4;
	EXPECT_THAT(ExplainVerdict(outcome), testing::HasSubstr("too little for an index of its own"));
	outcome.upkeep = 0.5;
	EXPECT_EQ(ExplainVerdict(outcome), "no index: planner cost 1000 would become 100, but the rows that are "
									   "written would cost as much more: it is read too rarely");
}

TEST(ExplainVerdict, ItSavesTooLittleOfTheWorkload)
{
	StatementOutcome outcome = MakePriced();

	outcome.best_saving = 0.0009;
	EXPECT_EQ(ExplainVerdict(outcome),
			  "no index: planner cost 1000 would become 100, which is less than 0.10 % "
			  "of the workload");
}

TEST(ExplainVerdict, ItIsTooLittleForAnIndexOfItsOwn)
{
	EXPECT_EQ(ExplainVerdict(MakePriced()),
			  "no index: planner cost 1000 would become 100, too little for an index of its own, or other "
			  "indexes save more within the storage budget");
}

TEST(ExplainVerdict, NothingWasTried)
{
	StatementOutcome outcome;

	EXPECT_EQ(ExplainVerdict(outcome), "no index: it has no condition, join or order that an index serves");
	outcome.could_use = true;
	EXPECT_EQ(ExplainVerdict(outcome),
			  "no index: those that are there serve it already, or it finds too large a part of its tables");
}

TEST(ExplainVerdict, NoneCanBeBuilt)
{
	StatementOutcome outcome;

	outcome.could_use = true;
	outcome.obstacles = {"values of body are too long", "a / b fails"};
	EXPECT_EQ(ExplainVerdict(outcome), "no index: values of body are too long; a / b fails");
}

} // namespace

} // namespace steward
