/*-------------------------------------------------------------------------
 *
 * select_indexes_test.cpp
 *	  Shows that the chosen set serves the workload within the budget: pairs
 *	  that help only together are found, what is superfluous goes, nobody is
 *	  harmed, and the same problem has the same answer every time.
 *
 *-------------------------------------------------------------------------
 */
#include "core/index/select_indexes.h"

#include <algorithm>
#include <map>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace steward
{

namespace
{

using testing::ElementsAre;
using testing::IsEmpty;

constexpr double kMegabyte = 1024 * 1024;

struct Plan
{
	CandidateSet needs;
	double cost;
	double correction = 1;
	double doubt = 1;
};

/* Each statement takes the cheapest plan whose indexes are there. */
class FakeOracle : public CostOracle
{
public:
	explicit FakeOracle(std::vector<std::vector<Plan>> statements) : statements_(std::move(statements)) {}

	Price PriceStatement(size_t statement, const CandidateSet &set) override
	{
		const Plan *best = nullptr;

		EXPECT_TRUE(std::is_sorted(set.begin(), set.end()));
		for (const Plan &plan : statements_[statement])
		{
			if (std::includes(set.begin(), set.end(), plan.needs.begin(), plan.needs.end()) &&
				(best == nullptr || plan.cost < best->cost))
				best = &plan;
		}
		return {best->cost, best->needs, best->correction, best->doubt};
	}

private:
	std::vector<std::vector<Plan>> statements_;
};

/* Each statement can use every candidate and weighs the same; each index takes one megabyte. */
SelectionProblem
MakeProblem(size_t statements, int candidates, double budget = 1000 * kMegabyte)
{
	SelectionProblem problem;
	CandidateSet all;

	for (CandidateId id = 0; id < candidates; id++)
		all.push_back(id);
	problem.weights.assign(statements, 1);
	problem.relevant.assign(statements, all);
	problem.sizes.assign(static_cast<size_t>(candidates), kMegabyte);
	problem.budget = budget;
	return problem;
}

std::vector<CandidateId>
ChosenOf(const Selection &selection)
{
	std::vector<CandidateId> chosen;

	for (const ChosenIndex &index : selection.indexes)
		chosen.push_back(index.candidate);
	return chosen;
}

Selection
SelectBy(CostOracle &planner, const SelectionProblem &problem)
{
	RememberingOracle oracle(planner, problem.relevant.size());

	return SelectIndexes(problem, oracle);
}

Selection
Select(const SelectionProblem &problem, std::vector<std::vector<Plan>> statements)
{
	FakeOracle planner(std::move(statements));

	return SelectBy(planner, problem);
}

TEST(SelectIndexes, TakesTheIndexThatHelps)
{
	Selection selection = Select(MakeProblem(1, 2), {{{{}, 100}, {{1}, 10}}});

	ASSERT_THAT(ChosenOf(selection), ElementsAre(1));
	EXPECT_DOUBLE_EQ(selection.indexes[0].benefit, 0.9);
	EXPECT_THAT(selection.base_costs, ElementsAre(100));
	EXPECT_THAT(selection.final_costs, ElementsAre(10));
}

TEST(SelectIndexes, WhatIsCheaperAndTakesLongerHelpsNobody)
{
	EXPECT_THAT(ChosenOf(Select(MakeProblem(1, 1), {{{{}, 100}, {{0}, 50, 3}}})), IsEmpty());
}

TEST(SelectIndexes, ThePlanThatThePlannerTakesCounts)
{
	/* With both it takes the second, which takes longer. */
	Selection selection = Select(MakeProblem(1, 2), {{{{}, 100}, {{0}, 50}, {{1}, 40, 2}}});

	ASSERT_THAT(ChosenOf(selection), ElementsAre(0));
	EXPECT_DOUBLE_EQ(selection.indexes[0].served[0].likely_after, 50);
}

/* What each of two indexes does for a statement, a larger one does for both. */
SelectionProblem
ProblemWithMerge(double budget)
{
	SelectionProblem problem = MakeProblem(3, 4, budget);

	problem.sizes[2] = 1.3 * kMegabyte;
	problem.merges = {{0, 1, 2}};
	return problem;
}

const std::vector<std::vector<Plan>> kMergeable = {
	{{{}, 100}, {{0}, 10}, {{2}, 11}}, {{{}, 100}, {{1}, 10}, {{2}, 11}}, {{{}, 100}, {{3}, 50}}};

TEST(SelectIndexes, OneIndexForTwoLeavesRoomForAnother)
{
	EXPECT_THAT(ChosenOf(Select(ProblemWithMerge(2.5 * kMegabyte), kMergeable)), ElementsAre(2, 3));
}

TEST(SelectIndexes, TwoStayWhereThereIsRoomForAllAndTheyGainMore)
{
	EXPECT_THAT(ChosenOf(Select(ProblemWithMerge(10 * kMegabyte), kMergeable)),
				testing::UnorderedElementsAre(0, 1, 3));
}

TEST(SelectIndexes, OneIndexThatDoesTheSameTakesThePlaceOfTwo)
{
	std::vector<std::vector<Plan>> statements = kMergeable;

	statements[0][2].cost = statements[1][2].cost = 10;
	EXPECT_THAT(ChosenOf(Select(ProblemWithMerge(10 * kMegabyte), statements)), ElementsAre(2, 3));
}

TEST(SelectIndexes, AnIndexThatHarmsAStatementGoesAndNotTheOnesThatItUsesBeside)
{
	/* Statement 1 takes both, and is dearer with the second alone to blame. */
	Selection selection = Select(
		MakeProblem(2, 2), {{{{}, 1000}, {{0}, 100}, {{1}, 990}}, {{{}, 100}, {{0}, 95}, {{0, 1}, 90, 2}}});

	EXPECT_THAT(ChosenOf(selection), ElementsAre(0));
}

TEST(SelectIndexes, AGainThatMayAsWellBeALossIsNone)
{
	EXPECT_THAT(ChosenOf(Select(MakeProblem(1, 1), {{{{}, 100}, {{0}, 70, 1, 1.5}}})), IsEmpty());

	Selection selection = Select(MakeProblem(1, 1), {{{{}, 100}, {{0}, 40, 1, 1.5}}});

	ASSERT_THAT(ChosenOf(selection), ElementsAre(0));
	EXPECT_DOUBLE_EQ(selection.indexes[0].benefit, 0.4) << "by what it is judged by";
	EXPECT_DOUBLE_EQ(selection.indexes[0].served[0].likely_after, 40) << "as it is likely to be";
}

TEST(SelectIndexes, AStatementThatIsLikelyToTakeLongerCostsTheIndexItsPlace)
{
	SelectionProblem problem = MakeProblem(2, 1);

	EXPECT_THAT(ChosenOf(Select(problem, {{{{}, 100}, {{0}, 10}}, {{{}, 100}, {{0}, 90, 1.3}}})), IsEmpty());
	EXPECT_THAT(ChosenOf(Select(problem, {{{{}, 100}, {{0}, 10}}, {{{}, 100}, {{0}, 90, 1.2}}})),
				ElementsAre(0));
}

TEST(SelectIndexes, TakesNothingWhereNothingIsGained)
{
	EXPECT_THAT(ChosenOf(Select(MakeProblem(1, 2), {{{{}, 100}, {{1}, 100}}})), IsEmpty());
	EXPECT_THAT(ChosenOf(Select(MakeProblem(0, 0), {})), IsEmpty());
}

/* Some share of the whole has to go, else the index is not worth its upkeep. */
TEST(SelectIndexes, TakesNothingThatGainsLessThanTheLeast)
{
	SelectionProblem problem = MakeProblem(2, 2);
	std::vector<std::vector<Plan>> statements = {{{{}, 199800}, {{0}, 1000}}, {{{}, 200}, {{1}, 140}}};

	EXPECT_THAT(ChosenOf(Select(problem, statements)), ElementsAre(0)) << "60 of 200,000 are 0.03 %";
	problem.min_gain = 0.0002;
	EXPECT_THAT(ChosenOf(Select(problem, statements)), ElementsAre(0, 1));
}

TEST(SelectIndexes, FindsTwoThatHelpOnlyTogether)
{
	Selection selection = Select(MakeProblem(1, 3), {{{{}, 100}, {{0, 2}, 5}}});

	EXPECT_THAT(ChosenOf(selection), testing::UnorderedElementsAre(0, 2));
	EXPECT_THAT(selection.final_costs, ElementsAre(5));
}

/* Whoever builds one of the two needs to know that it is nothing without the other. */
TEST(SelectIndexes, TwoThatHelpOnlyTogetherShareTheGainAndTheStatements)
{
	Selection selection = Select(MakeProblem(2, 3), {{{{}, 100}, {{0, 2}, 5}}, {{{}, 900}, {{1}, 10}}});

	ASSERT_THAT(ChosenOf(selection), ElementsAre(1, 0, 2));
	EXPECT_THAT(selection.indexes[0].with, IsEmpty());
	EXPECT_THAT(selection.indexes[1].with, ElementsAre(2));
	EXPECT_THAT(selection.indexes[2].with, ElementsAre(0));
	for (size_t i : {1u, 2u})
	{
		EXPECT_DOUBLE_EQ(selection.indexes[i].benefit, 95.0 / 1000 / 2);
		ASSERT_EQ(selection.indexes[i].served.size(), 1u);
		EXPECT_DOUBLE_EQ(selection.indexes[i].served[0].cost_before, 100);
		EXPECT_DOUBLE_EQ(selection.indexes[i].served[0].cost_after, 5);
	}
}

TEST(SelectIndexes, LeavesApartAPairThatDoesNotFit)
{
	SelectionProblem problem = MakeProblem(1, 3, 1.5 * kMegabyte);

	EXPECT_THAT(ChosenOf(Select(problem, {{{{}, 100}, {{0, 2}, 5}}})), IsEmpty());
}

TEST(SelectIndexes, KeepsTheBudget)
{
	SelectionProblem problem = MakeProblem(3, 3, 2 * kMegabyte);
	Selection selection =
		Select(problem, {{{{}, 100}, {{0}, 10}}, {{{}, 200}, {{1}, 10}}, {{{}, 300}, {{2}, 10}}});

	EXPECT_THAT(ChosenOf(selection), ElementsAre(2, 1));
}

TEST(SelectIndexes, AnIndexThatFillsTheBudgetExactlyFits)
{
	SelectionProblem problem = MakeProblem(1, 1, kMegabyte);

	EXPECT_THAT(ChosenOf(Select(problem, {{{{}, 100}, {{0}, 10}}})), ElementsAre(0));
	problem.budget = kMegabyte - 1;
	EXPECT_THAT(ChosenOf(Select(problem, {{{{}, 100}, {{0}, 10}}})), IsEmpty());
}

/* By gain the large one is first, and then nothing else fits; per byte the two small ones win. */
TEST(SelectIndexes, PrefersGainPerByteWhereThatIsBetter)
{
	SelectionProblem problem = MakeProblem(3, 3, 2 * kMegabyte);

	problem.sizes = {2 * kMegabyte, kMegabyte, kMegabyte};
	EXPECT_THAT(
		ChosenOf(Select(problem, {{{{}, 100}, {{0}, 10}}, {{{}, 90}, {{1}, 10}}, {{{}, 90}, {{2}, 10}}})),
		testing::UnorderedElementsAre(1, 2));
}

/* Per byte the small one is first, and then the large one does not fit; by gain the large one wins. */
TEST(SelectIndexes, PrefersGainAloneWhereThatIsBetter)
{
	SelectionProblem problem = MakeProblem(2, 2, 10 * kMegabyte);

	problem.sizes = {10 * kMegabyte, kMegabyte};
	EXPECT_THAT(ChosenOf(Select(problem, {{{{}, 1000}, {{0}, 10}}, {{{}, 200}, {{1}, 10}}})), ElementsAre(0));
}

/* The wide one serves both; the narrow one that was taken first is not needed any more. */
TEST(SelectIndexes, DropsWhatTheOthersMadeSuperfluous)
{
	SelectionProblem problem = MakeProblem(2, 2);

	problem.sizes = {kMegabyte, 3 * kMegabyte};
	Selection selection =
		Select(problem, {{{{}, 1000}, {{0}, 100}, {{1}, 100}}, {{{}, 1000}, {{0}, 400}, {{1}, 100}}});

	EXPECT_THAT(ChosenOf(selection), ElementsAre(1));
	EXPECT_THAT(selection.final_costs, ElementsAre(100, 100));
}

/* The same where the better set is the one grown per byte: by gain, the large one takes all the room. */
TEST(SelectIndexes, DropsWhatTheOthersMadeSuperfluousWhicheverOrderWins)
{
	SelectionProblem problem = MakeProblem(4, 4, 5 * kMegabyte);

	problem.sizes = {kMegabyte, 3 * kMegabyte, 5 * kMegabyte, kMegabyte};
	EXPECT_THAT(ChosenOf(Select(problem, {{{{}, 1000}, {{0}, 100}, {{1}, 100}},
										  {{{}, 1000}, {{0}, 400}, {{1}, 100}},
										  {{{}, 3000}, {{2}, 500}},
										  {{{}, 1500}, {{3}, 100}}})),
				ElementsAre(1, 3));
}

/* The planner may err: with an index it prefers, the plan can be priced higher than without. */
class HarmedOracle : public CostOracle
{
public:
	explicit HarmedOracle(double harmed_cost) : harmed_cost_(harmed_cost) {}

	Price PriceStatement(size_t statement, const CandidateSet &set) override
	{
		bool there = std::find(set.begin(), set.end(), 0) != set.end();

		if (statement == 0)
			return there ? Price{10, {0}} : Price{1000, {}};
		return there ? Price{harmed_cost_, {0}} : Price{100, {}};
	}

private:
	double harmed_cost_;
};

/* The first gains most at the beginning, and little more than nothing once the second is there. */
TEST(SelectIndexes, ExchangesAnIndexForOneThatGainsMoreBesideTheRest)
{
	SelectionProblem problem = MakeProblem(2, 3, 2 * kMegabyte);
	std::vector<std::vector<Plan>> statements = {{{{}, 1000}, {{0}, 400}, {{1}, 100}},
												 {{{}, 1000}, {{0}, 400}, {{2}, 90}}};

	EXPECT_THAT(ChosenOf(Select(problem, statements)), ElementsAre(2, 1));
	problem.budget = kMegabyte;
	EXPECT_THAT(ChosenOf(Select(problem, statements)), ElementsAre(0));
}

TEST(SelectIndexes, ExchangesNothingForWhatDoesNotFit)
{
	SelectionProblem problem = MakeProblem(2, 3, 2 * kMegabyte);

	problem.sizes[1] = 1.5 * kMegabyte;
	EXPECT_THAT(ChosenOf(Select(problem,
								{{{{}, 1000}, {{0}, 400}, {{1}, 100}}, {{{}, 1000}, {{0}, 400}, {{2}, 90}}})),
				ElementsAre(0, 2));
}

TEST(SelectIndexes, TakesNoIndexThatCostsMoreInWritesThanItSaves)
{
	SelectionProblem problem = MakeProblem(2, 2);
	std::vector<std::vector<Plan>> statements = {{{{}, 1000}, {{0}, 100}}, {{{}, 1000}, {{1}, 100}}};

	problem.upkeep = {899, 901};
	EXPECT_THAT(ChosenOf(Select(problem, statements)), IsEmpty()) << "899 leave less than the least gain";
	problem.upkeep = {800, 901};

	Selection selection = Select(problem, statements);

	EXPECT_THAT(ChosenOf(selection), ElementsAre(0));
	EXPECT_DOUBLE_EQ(selection.indexes[0].benefit, 0.05);
	problem.upkeep = {0, 0};
	EXPECT_THAT(ChosenOf(Select(problem, statements)), ElementsAre(0, 1));
}

/* Of two that serve alike, the one that is written less. */
TEST(SelectIndexes, PrefersWhatIsWrittenLess)
{
	SelectionProblem problem = MakeProblem(1, 2);

	problem.upkeep = {300, 200};
	EXPECT_THAT(ChosenOf(Select(problem, {{{{}, 1000}, {{0}, 100}, {{1}, 120}}})), ElementsAre(1));
}

/* What came up until then. */
TEST(SelectIndexes, EndsWithWhatThereIsWhenTheTimeIsOver)
{
	SelectionProblem problem = MakeProblem(3, 3);
	std::vector<std::vector<Plan>> statements = {
		{{{}, 1000}, {{0}, 100}}, {{{}, 1000}, {{1}, 200}}, {{{}, 1000}, {{2}, 300}}};
	int questions = 0;

	EXPECT_FALSE(Select(problem, statements).cut_off);
	problem.out_of_time = [&] { return ++questions > 4; };

	Selection selection = Select(problem, statements);

	EXPECT_TRUE(selection.cut_off);
	EXPECT_THAT(ChosenOf(selection), ElementsAre(0, 1));
	problem.out_of_time = [] { return true; };
	EXPECT_THAT(ChosenOf(Select(problem, statements)), IsEmpty());
	problem.out_of_time = [] { return false; };
	EXPECT_THAT(ChosenOf(Select(problem, statements)), ElementsAre(0, 1, 2));
}

TEST(SelectIndexes, TakesNoIndexThatMakesAStatementMuchDearer)
{
	HarmedOracle harmed(111);
	HarmedOracle hardly(109);

	EXPECT_THAT(ChosenOf(SelectBy(harmed, MakeProblem(2, 1))), IsEmpty());
	EXPECT_THAT(ChosenOf(SelectBy(hardly, MakeProblem(2, 1))), ElementsAre(0));
}

TEST(SelectIndexes, MaxHarmIsASetting)
{
	SelectionProblem problem = MakeProblem(2, 1);
	HarmedOracle oracle(150);

	problem.max_harm = 2;
	EXPECT_THAT(ChosenOf(SelectBy(oracle, problem)), ElementsAre(0));
}

TEST(SelectIndexes, AnIndexThatDoesMoreHarmThanGoodIsNotTaken)
{
	SelectionProblem problem = MakeProblem(2, 1);
	HarmedOracle oracle(100000);

	problem.max_harm = 1e9;
	EXPECT_THAT(ChosenOf(SelectBy(oracle, problem)), IsEmpty());
}

TEST(SelectIndexes, RanksByWhatEachAddsToThoseBeforeIt)
{
	Selection selection =
		Select(MakeProblem(3, 3), {{{{}, 100}, {{0}, 50}}, {{{}, 500}, {{1}, 100}}, {{{}, 300}, {{2}, 100}}});

	ASSERT_THAT(ChosenOf(selection), ElementsAre(1, 2, 0));
	EXPECT_DOUBLE_EQ(selection.indexes[0].benefit, 400.0 / 900);
	EXPECT_DOUBLE_EQ(selection.indexes[1].benefit, 200.0 / 900);
	EXPECT_DOUBLE_EQ(selection.indexes[2].benefit, 50.0 / 900);
}

TEST(SelectIndexes, BenefitsAddUpToWhatWasRemoved)
{
	Selection selection =
		Select(MakeProblem(2, 3), {{{{}, 100}, {{0}, 60}, {{0, 1}, 5}}, {{{}, 300}, {{1}, 200}, {{2}, 90}}});
	double benefit = 0;

	for (const ChosenIndex &index : selection.indexes)
		benefit += index.benefit;
	EXPECT_NEAR(benefit, (400 - selection.final_costs[0] - selection.final_costs[1]) / 400, 1e-12);
}

TEST(SelectIndexes, WeightsDecideWhoComesFirst)
{
	SelectionProblem problem = MakeProblem(2, 2, kMegabyte);

	problem.weights = {1, 100};
	Selection selection = Select(problem, {{{{}, 1000}, {{0}, 10}}, {{{}, 100}, {{1}, 10}}});

	EXPECT_THAT(ChosenOf(selection), ElementsAre(1));
	EXPECT_DOUBLE_EQ(selection.indexes[0].benefit, 9000.0 / 11000);
}

TEST(SelectIndexes, TellsWhichStatementsGainTheMostOnesFirst)
{
	Selection selection =
		Select(MakeProblem(3, 1), {{{{}, 100}, {{0}, 50}}, {{{}, 100}}, {{{}, 500}, {{0}, 100}}});

	ASSERT_EQ(selection.indexes.size(), 1u);
	ASSERT_EQ(selection.indexes[0].served.size(), 2u);
	EXPECT_EQ(selection.indexes[0].served[0].statement, 2u);
	EXPECT_DOUBLE_EQ(selection.indexes[0].served[0].cost_before, 500);
	EXPECT_DOUBLE_EQ(selection.indexes[0].served[0].cost_after, 100);
	EXPECT_EQ(selection.indexes[0].served[1].statement, 0u);
}

/* cost_before of the second one has the first one in place. */
TEST(SelectIndexes, CostsOfALaterOneBuildOnTheEarlierOnes)
{
	Selection selection = Select(MakeProblem(1, 2), {{{{}, 1000}, {{0}, 300}, {{0, 1}, 10}}});

	ASSERT_THAT(ChosenOf(selection), ElementsAre(0, 1));
	EXPECT_DOUBLE_EQ(selection.indexes[1].served.at(0).cost_before, 300);
	EXPECT_DOUBLE_EQ(selection.indexes[1].served.at(0).cost_after, 10);
}

TEST(SelectIndexes, AStatementSeesOnlyItsRelevantCandidates)
{
	SelectionProblem problem = MakeProblem(2, 2);

	problem.relevant = {{0}, {1}};
	Selection selection = Select(problem, {{{{}, 100}, {{0}, 10}, {{1}, 1}}, {{{}, 100}, {{1}, 10}}});

	EXPECT_THAT(selection.final_costs, ElementsAre(10, 10));
}

TEST(SelectIndexes, EqualGainsGoToTheLowerNumber)
{
	SelectionProblem problem = MakeProblem(2, 4, kMegabyte);
	std::vector<Plan> plans = {{{}, 100}, {{1}, 10}, {{2}, 10}, {{3}, 10}};

	EXPECT_THAT(ChosenOf(Select(problem, {plans, plans})), ElementsAre(1));
}

TEST(SelectIndexes, TheSameProblemHasTheSameAnswer)
{
	SelectionProblem problem = MakeProblem(4, 6, 3 * kMegabyte);
	std::vector<std::vector<Plan>> statements = {
		{{{}, 100}, {{0}, 40}, {{1}, 40}, {{0, 2}, 10}},
		{{{}, 100}, {{1}, 40}, {{3}, 40}},
		{{{}, 100}, {{4}, 30}, {{5}, 30}},
		{{{}, 100}, {{2, 5}, 20}},
	};
	std::vector<CandidateId> first = ChosenOf(Select(problem, statements));

	EXPECT_LE(first.size(), 3u);
	for (int i = 0; i < 10; i++)
		EXPECT_EQ(ChosenOf(Select(problem, statements)), first);
}

/* One statement, a large index and a small one of another kind that nearly does the same. */
SelectionProblem
LargeAndSmall(double small = 2 * kMegabyte)
{
	SelectionProblem problem = MakeProblem(1, 2);

	problem.sizes = {10 * kMegabyte, small};
	problem.kinds = {0, 1};
	return problem;
}

std::vector<std::vector<Plan>>
CostsOf(double without, double large, double small)
{
	return {{{{}, without}, {{0}, large}, {{1}, small}}};
}

TEST(SelectIndexes, ASmallIndexOfAnotherKindTakesThePlaceOfALargeOne)
{
	EXPECT_THAT(ChosenOf(Select(LargeAndSmall(), CostsOf(1000, 10, 10))), ElementsAre(1));
	EXPECT_THAT(ChosenOf(Select(LargeAndSmall(), CostsOf(100000, 10, 19))), ElementsAre(1))
		<< "nine units are next to nothing";
	EXPECT_THAT(ChosenOf(Select(LargeAndSmall(), CostsOf(100000, 1000, 1150))), ElementsAre(1))
		<< "15 % are not noticed";
}

TEST(SelectIndexes, TheLargeIndexStaysWhereTheSmallOneIsNoticeablyDearer)
{
	EXPECT_THAT(ChosenOf(Select(LargeAndSmall(), CostsOf(100000, 10, 25))), ElementsAre(0));
	EXPECT_THAT(ChosenOf(Select(LargeAndSmall(), CostsOf(100000, 1000, 1250))), ElementsAre(0));
	EXPECT_THAT(ChosenOf(Select(LargeAndSmall(), CostsOf(2000, 1000, 1150))), ElementsAre(0))
		<< "that would be much of what is gained";
}

TEST(SelectIndexes, AnIndexThatIsHardlySmallerTakesNoPlace)
{
	EXPECT_THAT(ChosenOf(Select(LargeAndSmall(8.5 * kMegabyte), CostsOf(1000, 10, 10))), ElementsAre(0));
	EXPECT_THAT(ChosenOf(Select(LargeAndSmall(7.5 * kMegabyte), CostsOf(1000, 10, 10))), ElementsAre(1));
}

/* Two btrees of all rows differ in what they can do for statements to come. */
TEST(SelectIndexes, NoneTakesThePlaceOfOneOfItsOwnKind)
{
	SelectionProblem problem = LargeAndSmall();

	problem.kinds = {3, 3};
	EXPECT_THAT(ChosenOf(Select(problem, CostsOf(1000, 10, 10))), ElementsAre(0));
	problem.kinds = {};
	EXPECT_THAT(ChosenOf(Select(problem, CostsOf(1000, 10, 10))), ElementsAre(0));
}

TEST(SelectIndexes, TheLargeIndexStaysWhereAnotherStatementNeedsIt)
{
	SelectionProblem problem = LargeAndSmall();

	problem.weights = {1, 1};
	problem.relevant = {{0, 1}, {0}};
	EXPECT_THAT(ChosenOf(Select(problem, {{{{}, 1000}, {{0}, 10}, {{1}, 10}}, {{{}, 1000}, {{0}, 10}}})),
				ElementsAre(0));
}

/* What finds the same rows may be a good deal dearer, as the planner reckons. */
TEST(SelectIndexes, AStandInMayLookDearer)
{
	SelectionProblem problem = LargeAndSmall();

	EXPECT_THAT(ChosenOf(Select(problem, CostsOf(100000, 1000, 4000))), ElementsAre(0));
	problem.stand_ins = {{1}, {}};
	EXPECT_THAT(ChosenOf(Select(problem, CostsOf(100000, 1000, 4000))), ElementsAre(1));
	EXPECT_THAT(ChosenOf(Select(problem, CostsOf(100000, 1000, 7000))), ElementsAre(0))
		<< "but not so much that most of the gain were in doubt";
	problem.stand_ins = {{}, {0}};
	EXPECT_THAT(ChosenOf(Select(problem, CostsOf(100000, 1000, 4000))), ElementsAre(0))
		<< "the large one stands in for the small one, not the other way round";
}

/* A fifth of the cost, or a hundred units: less than that nobody sees. */
TEST(SelectIndexes, TakesNothingThatNobodyNotices)
{
	SelectionProblem problem = MakeProblem(1, 1);

	EXPECT_THAT(ChosenOf(Select(problem, {{{{}, 400}, {{0}, 321}}})), IsEmpty());
	EXPECT_THAT(ChosenOf(Select(problem, {{{{}, 400}, {{0}, 320}}})), ElementsAre(0));
	EXPECT_THAT(ChosenOf(Select(problem, {{{{}, 1000}, {{0}, 901}}})), IsEmpty());
	EXPECT_THAT(ChosenOf(Select(problem, {{{{}, 1000}, {{0}, 900}}})), ElementsAre(0));
	problem.min_saving = 0.05;
	problem.min_of_base = 0.05;
	EXPECT_THAT(ChosenOf(Select(problem, {{{{}, 1000}, {{0}, 901}}})), ElementsAre(0));
}

/* What is left after another index is little, and half of that is less. */
TEST(SelectIndexes, TakesNoSecondIndexForTheLastBitOfAStatement)
{
	SelectionProblem problem = MakeProblem(1, 2);

	EXPECT_THAT(ChosenOf(Select(problem, {{{{}, 10000}, {{0}, 1100}, {{0, 1}, 110}}})), ElementsAre(0));
	EXPECT_THAT(ChosenOf(Select(problem, {{{{}, 10000}, {{0}, 1100}, {{0, 1}, 90}}})), ElementsAre(0, 1));
	problem.min_of_base = 0.09;
	EXPECT_THAT(ChosenOf(Select(problem, {{{{}, 10000}, {{0}, 1100}, {{0, 1}, 110}}})), ElementsAre(0, 1));
}

/* Many statements that gain a little each do not make up for one who sees it. */
TEST(SelectIndexes, OneStatementThatGainsMuchIsEnough)
{
	std::vector<Plan> little = {{{}, 300}, {{0}, 260}};

	EXPECT_THAT(ChosenOf(Select(MakeProblem(3, 1), {little, little, little})), IsEmpty());
	EXPECT_THAT(ChosenOf(Select(MakeProblem(3, 1), {little, little, {{{}, 300}, {{0}, 100}}})),
				ElementsAre(0));
}

/* A statement whose planning failed costs nothing and changes nothing. */
TEST(SelectIndexes, AStatementThatCostsNothingIsNoTrouble)
{
	SelectionProblem problem = MakeProblem(2, 1);

	problem.weights[0] = 0;
	EXPECT_THAT(ChosenOf(Select(problem, {{{{}, 0}}, {{{}, 100}, {{0}, 10}}})), ElementsAre(0));

	Selection selection = Select(MakeProblem(1, 1), {{{{}, 0}}});

	EXPECT_THAT(selection.indexes, IsEmpty());
	EXPECT_THAT(selection.final_costs, ElementsAre(0));
}

} // namespace

} // namespace steward
