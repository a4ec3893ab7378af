/*-------------------------------------------------------------------------
 *
 * remember_prices_test.cpp
 *	  Shows which questions are answered from memory, and that the answer is
 *	  the one that the planner would have given.
 *
 *-------------------------------------------------------------------------
 */
#include "core/index/remember_prices.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace steward
{

namespace
{

/*
 * A planner that takes the cheapest of some plans, each of which needs
 * certain indexes: as the real one, it never prefers another plan because of
 * an index that this plan does not use.
 */
class PlannerOfPlans : public CostOracle
{
public:
	struct Plan
	{
		CandidateSet needs;
		double cost;
	};

	explicit PlannerOfPlans(std::vector<std::vector<Plan>> statements) : statements_(std::move(statements)) {}

	Price PriceStatement(size_t statement, const CandidateSet &set) override
	{
		const Plan *best = nullptr;

		calls_++;
		for (const Plan &plan : statements_[statement])
		{
			if (std::includes(set.begin(), set.end(), plan.needs.begin(), plan.needs.end()) &&
				(best == nullptr || plan.cost < best->cost))
				best = &plan;
		}
		return {best->cost, best->needs};
	}

	int calls() const { return calls_; }

private:
	std::vector<std::vector<Plan>> statements_;
	int calls_ = 0;
};

TEST(RememberingOracle, AsksTheSameQuestionOnce)
{
	PlannerOfPlans planner({{{{}, 100}}});
	RememberingOracle oracle(planner, 1);

	EXPECT_DOUBLE_EQ(oracle.PriceStatement(0, {}).cost, 100);
	EXPECT_DOUBLE_EQ(oracle.PriceStatement(0, {}).cost, 100);
	EXPECT_EQ(planner.calls(), 1);
	EXPECT_EQ(oracle.asked(), 1);
	EXPECT_EQ(oracle.answered(), 1);
}

/* What is there for two takes no plan from them. */
TEST(RememberingOracle, NeedsNotAskAboutAMergedIndexBesideTheTwo)
{
	PlannerOfPlans planner({{{{}, 100}, {{3}, 50}}});
	RememberingOracle oracle(planner, 1);

	oracle.LearnMerges({{0, 1, 2}});
	oracle.PriceStatement(0, {0, 1, 3});
	EXPECT_DOUBLE_EQ(oracle.PriceStatement(0, {2, 3}).cost, 50);
	EXPECT_EQ(planner.calls(), 1);
	EXPECT_DOUBLE_EQ(oracle.PriceStatement(0, {2}).cost, 100);
	EXPECT_EQ(planner.calls(), 2);
}

/* A plan chosen among all of S that uses only U is the best for every set between them. */
TEST(RememberingOracle, AnswersForEverySetBetweenWhatWasUsedAndWhatWasThere)
{
	PlannerOfPlans planner({{{{}, 100}, {{2}, 10}}});
	RememberingOracle oracle(planner, 1);

	EXPECT_DOUBLE_EQ(oracle.PriceStatement(0, {1, 2, 3}).cost, 10);
	for (const CandidateSet &set :
		 {CandidateSet{2}, CandidateSet{1, 2}, CandidateSet{2, 3}, CandidateSet{1, 2, 3}})
	{
		Price price = oracle.PriceStatement(0, set);

		EXPECT_DOUBLE_EQ(price.cost, 10);
		EXPECT_EQ(price.used, CandidateSet{2});
	}
	EXPECT_EQ(oracle.asked(), 1);
	EXPECT_EQ(oracle.answered(), 4);
}

TEST(RememberingOracle, AsksAgainWhereTheUsedIndexIsMissing)
{
	PlannerOfPlans planner({{{{}, 100}, {{1}, 50}, {{2}, 10}}});
	RememberingOracle oracle(planner, 1);

	oracle.PriceStatement(0, {1, 2});
	EXPECT_DOUBLE_EQ(oracle.PriceStatement(0, {1}).cost, 50);
	EXPECT_EQ(oracle.asked(), 2);
}

TEST(RememberingOracle, AsksAgainWhereAnIndexIsThereThatWasNot)
{
	PlannerOfPlans planner({{{{}, 100}, {{1}, 50}, {{2}, 10}}});
	RememberingOracle oracle(planner, 1);

	oracle.PriceStatement(0, {1});
	EXPECT_DOUBLE_EQ(oracle.PriceStatement(0, {1, 2}).cost, 10);
	EXPECT_EQ(oracle.asked(), 2);
	EXPECT_EQ(oracle.answered(), 0);
}

/* Between a plan that is possible and what no plan is below there is no room for another one. */
TEST(RememberingOracle, AnswersWhereNoBetterPlanIsPossible)
{
	PlannerOfPlans planner({{{{}, 1000}, {{1}, 500}, {{2}, 500.5}, {{3}, 505}}});
	RememberingOracle oracle(planner, 1);

	oracle.PriceStatement(0, {1, 2, 3});
	oracle.PriceStatement(0, {2, 3});
	oracle.PriceStatement(0, {3});
	EXPECT_EQ(oracle.asked(), 3);
	EXPECT_DOUBLE_EQ(oracle.PriceStatement(0, {2, 4}).cost, 500.5)
		<< "as good as with all of them, but for one";
	EXPECT_EQ(oracle.asked(), 4) << "4 was never there";
	EXPECT_DOUBLE_EQ(oracle.PriceStatement(0, {1, 3}).cost, 500);
	EXPECT_EQ(oracle.asked(), 4);
}

TEST(RememberingOracle, AnIndexThatMakesAStatementDearerDoesSoAgain)
{
	class Misled : public CostOracle
	{
		Price PriceStatement([[maybe_unused]] size_t statement, const CandidateSet &set) override
		{
			return {set.empty() ? 100.0 : 150.0, set};
		}
	} planner;
	RememberingOracle oracle(planner, 1);

	oracle.PriceStatement(0, {});
	EXPECT_DOUBLE_EQ(oracle.PriceStatement(0, {1}).cost, 150);
	EXPECT_DOUBLE_EQ(oracle.PriceStatement(0, {1}).cost, 150);
}

TEST(RememberingOracle, KnowsThePlansThatCameUp)
{
	PlannerOfPlans planner({{{{}, 100}, {{1}, 50}, {{2}, 10}}});
	RememberingOracle oracle(planner, 1);

	EXPECT_TRUE(std::isinf(oracle.EffortAtMost(0, {1, 2})));
	EXPECT_TRUE(oracle.PlansOf(0).empty());
	oracle.PriceStatement(0, {});
	oracle.PriceStatement(0, {1});
	EXPECT_DOUBLE_EQ(oracle.EffortAtMost(0, {1, 2}), 50) << "the one that uses 2 did not come up";
	EXPECT_DOUBLE_EQ(oracle.EffortAtMost(0, {2}), 100);
	ASSERT_EQ(oracle.PlansOf(0).size(), 2u);
	EXPECT_EQ(oracle.PlansOf(0)[1].used, CandidateSet{1});
	EXPECT_EQ(planner.calls(), 2);
}

TEST(RememberingOracle, KeepsStatementsApart)
{
	PlannerOfPlans planner({{{{}, 100}}, {{{}, 7}}});
	RememberingOracle oracle(planner, 2);

	EXPECT_DOUBLE_EQ(oracle.PriceStatement(0, {}).cost, 100);
	EXPECT_DOUBLE_EQ(oracle.PriceStatement(1, {}).cost, 7);
	EXPECT_EQ(oracle.asked(), 2);
}

/* Every subset of four candidates, in a fixed but wild order: never a wrong answer. */
TEST(RememberingOracle, NeverAnswersOtherwiseThanThePlanner)
{
	std::vector<PlannerOfPlans::Plan> plans = {{{}, 1000}, {{0}, 700},    {{1}, 650},     {{0, 1}, 300},
											   {{2}, 640}, {{1, 3}, 290}, {{0, 2, 3}, 10}};
	PlannerOfPlans planner({plans});
	PlannerOfPlans truth({plans});
	RememberingOracle oracle(planner, 1);

	for (unsigned step = 0; step < 64; step++)
	{
		unsigned bits = (step * 7 + 5) % 16;
		CandidateSet set;

		for (CandidateId id = 0; id < 4; id++)
		{
			if ((bits >> id & 1) != 0)
				set.push_back(id);
		}

		Price given = oracle.PriceStatement(0, set);
		Price wanted = truth.PriceStatement(0, set);

		EXPECT_DOUBLE_EQ(given.cost, wanted.cost) << "set " << bits;
		EXPECT_EQ(given.used, wanted.used) << "set " << bits;
	}
	EXPECT_EQ(oracle.asked() + oracle.answered(), 64);
	EXPECT_LT(oracle.asked(), 16);
}

} // namespace

} // namespace steward
