/*-------------------------------------------------------------------------
 *
 * choose_values_test.cpp
 *	  Shows which values of a column's statistics stand in for those that
 *	  nobody saw: common ones for half of the executions at most, others for
 *	  the rest, narrow ranges, and limits as measured.
 *
 *-------------------------------------------------------------------------
 */
#include "core/workload/choose_values.h"

#include <gtest/gtest.h>

namespace steward
{

namespace
{

constexpr std::optional<double> kNotCounted = std::nullopt;

/* A column with a histogram of 101 bounds, and these common values. */
ParameterUse
Use(ParameterUseKind kind, std::vector<double> frequencies = {}, int number = 1)
{
	ParameterUse use;

	use.number = number;
	use.kind = kind;
	use.frequencies = std::move(frequencies);
	use.other_frequency = 0.001;
	use.bounds = 101;
	return use;
}

/* A column with these values and no others. */
ParameterUse
Enumerated(ParameterUseKind kind, std::vector<double> frequencies, int number = 1)
{
	ParameterUse use = Use(kind, std::move(frequencies), number);

	use.bounds = use.frequencies.size();
	use.other_frequency = 0;
	use.all_common = true;
	return use;
}

StatisticsPlace
Common(size_t index)
{
	return {true, index};
}

StatisticsPlace
Bound(size_t index)
{
	return {false, index};
}

/* The only place of the only parameter. */
StatisticsPlace
PlaceOf(const ParameterChoices &choices)
{
	EXPECT_EQ(choices.parameters.size(), 1U);
	EXPECT_EQ(choices.parameters.at(0).places.size(), 1U);
	return choices.parameters.at(0).places.at(0);
}

double
SumOfShares(const std::vector<ParameterChoices> &ways)
{
	double sum = 0;

	for (const ParameterChoices &way : ways)
		sum += way.share;
	return sum;
}

TEST(ChooseValues, ChoosesNothingForNoUse)
{
	EXPECT_TRUE(ChooseValues({}, kNotCounted).empty());
}

TEST(ChooseValues, HasOneWayForAUniqueColumn)
{
	auto ways = ChooseValues({Use(ParameterUseKind::kEqual)}, kNotCounted);

	ASSERT_EQ(ways.size(), 1U);
	EXPECT_DOUBLE_EQ(ways[0].share, 1);
	EXPECT_EQ(PlaceOf(ways[0]), Bound(50));
}

TEST(ChooseValues, AsksForCommonValuesAsOftenAsTheyAre)
{
	auto ways = ChooseValues({Use(ParameterUseKind::kEqual, {0.2, 0.1})}, kNotCounted);

	ASSERT_EQ(ways.size(), 2U);
	EXPECT_NEAR(ways[0].share, 0.3, 1e-9);
	EXPECT_EQ(PlaceOf(ways[0]), Common(0));
	EXPECT_EQ(PlaceOf(ways[1]), Bound(50));
	EXPECT_NEAR(SumOfShares(ways), 1, 1e-9);
}

TEST(ChooseValues, AsksForCommonValuesHalfOfTheTimeAtMost)
{
	auto ways = ChooseValues({Use(ParameterUseKind::kEqual, {0.9, 0.05})}, kNotCounted);

	ASSERT_EQ(ways.size(), 2U);
	EXPECT_DOUBLE_EQ(ways[0].share, 0.5);
}

TEST(ChooseValues, LeavesOutWhatIsHardlyAskedFor)
{
	auto ways = ChooseValues({Use(ParameterUseKind::kEqual, {0.02, 0.01})}, kNotCounted);

	ASSERT_EQ(ways.size(), 1U);
	EXPECT_EQ(PlaceOf(ways[0]), Bound(50));
}

TEST(ChooseValues, TakesCommonValuesThatAreHardlyMoreFrequentForOthers)
{
	auto ways = ChooseValues({Use(ParameterUseKind::kEqual, std::vector<double>(100, 0.0019))}, kNotCounted);

	ASSERT_EQ(ways.size(), 1U);
	EXPECT_EQ(PlaceOf(ways[0]), Bound(50));
}

TEST(ChooseValues, AsksAlsoForTheRarestOfAFewValues)
{
	auto two = ChooseValues({Enumerated(ParameterUseKind::kEqual, {0.99, 0.01})}, kNotCounted);
	auto three = ChooseValues({Enumerated(ParameterUseKind::kEqual, {0.9, 0.09, 0.01})}, kNotCounted);

	ASSERT_EQ(two.size(), 2U);
	EXPECT_EQ(PlaceOf(two[0]), Common(0));
	EXPECT_EQ(PlaceOf(two[1]), Common(1));
	EXPECT_DOUBLE_EQ(two[1].share, 0.5);
	ASSERT_EQ(three.size(), 3U);
	EXPECT_EQ(PlaceOf(three[1]), Common(2));
	EXPECT_EQ(PlaceOf(three[2]), Common(1));
	EXPECT_DOUBLE_EQ(three[2].share, 0.25);
}

TEST(ChooseValues, HasOneWayForAFewValuesAlike)
{
	auto ways = ChooseValues({Enumerated(ParameterUseKind::kEqual, {0.3, 0.25, 0.25, 0.2})}, kNotCounted);

	ASSERT_EQ(ways.size(), 1U);
	EXPECT_DOUBLE_EQ(ways[0].share, 1);
}

TEST(ChooseValues, GivesEachParameterOfAListItsOwnValue)
{
	ParameterUse second = Use(ParameterUseKind::kEqual, {0.3, 0.2}, 2);

	second.position = 1;

	auto ways = ChooseValues({Use(ParameterUseKind::kEqual, {0.3, 0.2}), second}, kNotCounted);

	ASSERT_EQ(ways.size(), 2U);
	EXPECT_EQ(ways[0].parameters[0].places[0], Common(0));
	EXPECT_EQ(ways[0].parameters[1].places[0], Common(1));
	EXPECT_EQ(ways[1].parameters[0].places[0], Bound(50));
	EXPECT_EQ(ways[1].parameters[1].places[0], Bound(51));
}

TEST(ChooseValues, GivesAListSeveralValuesButNotAllOfThem)
{
	auto many = ChooseValues({Use(ParameterUseKind::kList)}, kNotCounted);
	auto few = ChooseValues({Enumerated(ParameterUseKind::kList, {0.6, 0.3, 0.08, 0.02})}, kNotCounted);

	ASSERT_EQ(many.size(), 1U);
	EXPECT_EQ(many[0].parameters[0].places.size(), 10U);
	EXPECT_EQ(many[0].parameters[0].places[9], Bound(90));
	ASSERT_GE(few.size(), 2U);
	EXPECT_EQ(few[0].parameters[0].places, (std::vector<StatisticsPlace>{Common(0), Common(1)}));
	EXPECT_EQ(few[1].parameters[0].places, (std::vector<StatisticsPlace>{Common(2), Common(3)}));
}

TEST(ChooseValues, TakesAnOpenRangeForOneThatLeavesFewRows)
{
	auto above = ChooseValues({Use(ParameterUseKind::kAbove)}, kNotCounted);
	auto below = ChooseValues({Use(ParameterUseKind::kBelow)}, kNotCounted);

	ASSERT_EQ(above.size(), 2U);
	EXPECT_EQ(PlaceOf(above[0]), Bound(90));
	EXPECT_EQ(PlaceOf(above[1]), Bound(98));
	EXPECT_DOUBLE_EQ(above[0].share, 0.5);
	ASSERT_EQ(below.size(), 2U);
	EXPECT_EQ(PlaceOf(below[0]), Bound(10));
	EXPECT_EQ(PlaceOf(below[1]), Bound(2));
}

TEST(ChooseValues, LeavesSomethingOfAnOpenRange)
{
	ParameterUse above = Enumerated(ParameterUseKind::kAbove, {0.5, 0.3, 0.2});
	ParameterUse below = Enumerated(ParameterUseKind::kBelow, {0.5, 0.3, 0.2});

	EXPECT_EQ(PlaceOf(ChooseUsualValues({above}, kNotCounted)), Bound(1));
	EXPECT_EQ(PlaceOf(ChooseUsualValues({below}, kNotCounted)), Bound(1));
}

TEST(ChooseValues, TakesAClosedRangeForANarrowOne)
{
	ParameterUse low = Use(ParameterUseKind::kAbove);
	ParameterUse high = Use(ParameterUseKind::kBelow, {}, 2);

	low.paired = high.paired = true;

	auto ways = ChooseValues({low, high}, kNotCounted);

	ASSERT_EQ(ways.size(), 2U);
	EXPECT_EQ(ways[0].parameters[0].places[0], Bound(50));
	EXPECT_EQ(ways[0].parameters[1].places[0], Bound(51));
	EXPECT_EQ(ways[1].parameters[0].places[0], Bound(75));
	EXPECT_EQ(ways[1].parameters[1].places[0], Bound(80));
}

TEST(ChooseValues, KeepsAClosedRangeOfTwoBoundsWithinThem)
{
	ParameterUse low = Enumerated(ParameterUseKind::kAbove, {0.5, 0.5});
	ParameterUse high = Enumerated(ParameterUseKind::kBelow, {0.5, 0.5}, 2);

	low.paired = high.paired = true;
	for (const ParameterChoices &way : ChooseValues({low, high}, kNotCounted))
	{
		EXPECT_EQ(way.parameters[0].places[0], Bound(0));
		EXPECT_EQ(way.parameters[1].places[0], Bound(1));
	}
}

TEST(ChooseValues, LimitsToWhatWasReturned)
{
	ParameterUse limit = {};

	limit.kind = ParameterUseKind::kLimit;
	limit.counts_rows = true;
	EXPECT_EQ(ChooseUsualValues({limit}, 19.6).parameters[0].amount, 20);
	EXPECT_EQ(ChooseUsualValues({limit}, 0).parameters[0].amount, 1);
	EXPECT_EQ(ChooseUsualValues({limit}, kNotCounted).parameters[0].amount, 100);
	limit.counts_rows = false;
	EXPECT_EQ(ChooseUsualValues({limit}, 19.6).parameters[0].amount, 100);
	limit.kind = ParameterUseKind::kOffset;
	EXPECT_EQ(ChooseUsualValues({limit}, 19.6).parameters[0].amount, 0);
}

TEST(ChooseValues, AsksForAllCommonValuesAtOnce)
{
	auto ways = ChooseValues(
		{Use(ParameterUseKind::kEqual, {0.3}), Enumerated(ParameterUseKind::kEqual, {0.9, 0.1}, 2)},
		kNotCounted);

	ASSERT_EQ(ways.size(), 2U);
	EXPECT_NEAR(ways[0].share, 0.3, 1e-9);
	EXPECT_EQ(ways[0].parameters[1].places[0], Common(0));
	EXPECT_EQ(ways[1].parameters[0].places[0], Bound(50));
	EXPECT_EQ(ways[1].parameters[1].places[0], Common(1));
}

} // namespace

} // namespace steward
