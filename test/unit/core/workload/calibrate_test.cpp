#include "core/workload/calibrate.h"

#include <gtest/gtest.h>

#include <cmath>

namespace steward
{

namespace
{

/* The planner's defaults. */
const Prices kDefaults = {1, 4, 0.01, 0.005, 0.0025, 0.1, 1000};

/* What things take on a server whose data is in memory, in ms. */
const Prices kInMemory = {0, 0, 0.00011, 0.00005, 0.000024, 0.001, 9, 0.0007};

/* Statements of many kinds: scans, lookups, sorts. */
std::vector<Consumption>
Plans()
{
	std::vector<Consumption> plans;

	for (int i = 1; i <= 12; i++)
	{
		double size = std::pow(2, i);

		plans.push_back({10 * size, 0, 600 * size, 0, 700 * size, 0, 0, 10 * size});
		plans.push_back({0, 3 * size, 2 * size, 2 * size, 9 * size, 0, 0, 4 * size});
		plans.push_back({size, 8, 60 * size, 30, 900 * size, 0, 0, size + 20});
	}
	return plans;
}

std::vector<MeasuredPlan>
Measured(const Prices &truth, double noise = 0)
{
	std::vector<MeasuredPlan> measured;
	int i = 0;

	for (const Consumption &plan : Plans())
	{
		double off = (i++ % 3 - 1) * noise;

		measured.push_back({plan, Worth(plan, kDefaults), Worth(plan, truth) * std::exp(off)});
	}
	return measured;
}

} // namespace

TEST(Calibrate, LearnsFromNothing)
{
	Calibration calibration = Calibrate({}, kDefaults, 0);

	EXPECT_FALSE(calibration.better);
	EXPECT_TRUE(calibration.told.empty());
}

TEST(Calibrate, PlannerUnitsAreTheBestThereIsForFewStatements)
{
	std::vector<MeasuredPlan> measured = Measured(kInMemory);

	measured.resize(4);
	EXPECT_FALSE(Calibrate(measured, kDefaults, 0).better);
}

TEST(Calibrate, TellsTimesOfDataInMemory)
{
	Calibration calibration = Calibrate(Measured(kInMemory, 0.1), kDefaults, 0);

	EXPECT_TRUE(calibration.better);
	EXPECT_LT(calibration.error, 1.2);
	EXPECT_GT(calibration.cost_error, 1.5) << "a page out of order does not take 4 there";
	EXPECT_LT(calibration.prices[static_cast<size_t>(Resource::kRandomPage)], 0.0005);
	EXPECT_NEAR(calibration.prices[static_cast<size_t>(Resource::kTouchedPage)], 0.0007, 0.0003);
}

TEST(Calibrate, WhatIsTouchedAgainAndAgainTakesTimeThatNoCostHas)
{
	std::vector<MeasuredPlan> measured = Measured(kInMemory);
	MeasuredPlan loop = measured[4];

	/* The planner takes the inner side of a loop to run less often than it does. */
	loop.consumption[static_cast<size_t>(Resource::kTouchedPage)] += 100000;
	loop.milliseconds = Worth(loop.consumption, kInMemory);
	measured.push_back(loop);

	Calibration calibration = Calibrate(measured, kDefaults, 0);

	EXPECT_GT(loop.milliseconds, 60);
	EXPECT_NEAR(calibration.told.back() / loop.milliseconds, 1, 0.3);
	EXPECT_LT(calibration.told_by_cost.back(), 10);
}

TEST(Calibrate, TellsTimesOfADisk)
{
	Prices disk = kDefaults;

	for (double &price : disk)
		price *= 0.02;

	Calibration calibration = Calibrate(Measured(disk, 0.05), kDefaults, 1);

	EXPECT_NEAR(calibration.unit_ms, 0.02, 0.002);
	EXPECT_LT(calibration.error, 1.1);
	EXPECT_NEAR(calibration.prices[static_cast<size_t>(Resource::kRandomPage)], 0.08, 0.02);
}

TEST(Calibrate, AStatementIsToldFromTheOthers)
{
	std::vector<MeasuredPlan> measured = Measured(kInMemory);

	/* The planner takes it for a thousandth of what it is. */
	measured[5].milliseconds *= 1000;

	Calibration calibration = Calibrate(measured, kDefaults, 0);

	EXPECT_GT(measured[5].milliseconds / calibration.told[5], 300);
	EXPECT_LT(calibration.error, 1.5) << "the others are told as before";
}

TEST(Calibrate, IsTheSameEachTime)
{
	std::vector<MeasuredPlan> measured = Measured(kInMemory, 0.2);

	EXPECT_EQ(Calibrate(measured, kDefaults, 0).prices, Calibrate(measured, kDefaults, 0).prices);
}

} // namespace steward
