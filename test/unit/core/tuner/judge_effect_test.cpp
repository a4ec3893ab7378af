/*-------------------------------------------------------------------------
 *
 * judge_effect_test.cpp
 *	  Shows when a change is kept, when it is taken back, and when it is too
 *	  early to say: by what is beyond doubt, and not by one comparison.
 *
 *-------------------------------------------------------------------------
 */
#include "core/tuner/judge_effect.h"

#include <gtest/gtest.h>

namespace steward
{

namespace
{

constexpr int64_t kEnough = 10;

/* Executions with that mean and standard deviation. */
StatementCounters
Ran(int64_t calls, double mean_ms, double deviation_ms = 0)
{
	StatementCounters counters;

	counters.calls = calls;
	counters.total_ms = mean_ms * static_cast<double>(calls);
	counters.sum_squares = static_cast<double>(calls) * (mean_ms * mean_ms + deviation_ms * deviation_ms);
	return counters;
}

const Observation kSteady = {Ran(100, 5, 1), Ran(100, 5, 1)};

Judgement
Judge(std::vector<Observation> served, std::vector<Observation> beside = {},
	  std::vector<Observation> controls = {kSteady, kSteady, kSteady})
{
	return JudgeCreation({std::move(served), std::move(beside), std::move(controls)}, kEnough);
}

} // namespace

TEST(JudgeEffect, WhatHelpsIsKept)
{
	Judgement judgement = Judge({{Ran(100, 50, 20), Ran(30, 5, 2)}});

	EXPECT_EQ(judgement.verdict, Verdict::kKeep);
	EXPECT_NEAR(judgement.gain, 0.9, 1e-6);
	EXPECT_NEAR(judgement.net_ms, 30 * 45, 1e-6);
}

TEST(JudgeEffect, WhatHurtsIsTakenBack)
{
	EXPECT_EQ(Judge({{Ran(100, 50, 20), Ran(30, 90, 20)}}).verdict, Verdict::kTakeBack);
}

TEST(JudgeEffect, AFewExecutionsSayNothing)
{
	EXPECT_EQ(Judge({{Ran(100, 50, 20), Ran(9, 5, 2)}}).verdict, Verdict::kWait);
	EXPECT_EQ(Judge({{Ran(9, 50, 20), Ran(100, 5, 2)}}).verdict, Verdict::kWait);
	EXPECT_EQ(Judge({}).verdict, Verdict::kWait);
}

TEST(JudgeEffect, MostOfWhatItServesHasToRunAgain)
{
	Observation big = {Ran(100, 500, 20), Ran(0, 0)};
	Observation small = {Ran(100, 5, 2), Ran(100, 1, 1)};

	EXPECT_EQ(Judge({big, small}).verdict, Verdict::kWait);
	big.after = Ran(20, 100, 20);
	EXPECT_EQ(Judge({big, small}).verdict, Verdict::kKeep);
}

/* The means differ by a fifth, but single executions by ten times that. */
TEST(JudgeEffect, AGainByChanceIsNone)
{
	EXPECT_EQ(Judge({{Ran(20, 50, 100), Ran(20, 40, 100)}}).verdict, Verdict::kWait);
	EXPECT_EQ(Judge({{Ran(20000, 50, 100), Ran(20000, 40, 100)}}).verdict, Verdict::kKeep);
}

/* A few long executions make the mean before uncertain; but none took as little as the mean since. */
TEST(JudgeEffect, AGainOnTheShortestIsBeyondDoubt)
{
	Observation observation = {Ran(12, 5, 10), Ran(100, 0.5, 0.2)};

	EXPECT_EQ(Judge({observation}).verdict, Verdict::kWait);
	observation.least_before_ms = 2;
	EXPECT_EQ(Judge({observation}).verdict, Verdict::kKeep);
	observation.least_before_ms = 0.1;
	EXPECT_EQ(Judge({observation}).verdict, Verdict::kWait);
}

TEST(JudgeEffect, NoGainInTheLongRunIsTakenBack)
{
	EXPECT_EQ(Judge({{Ran(1000, 50, 5), Ran(99, 50, 5)}}).verdict, Verdict::kWait);
	EXPECT_EQ(Judge({{Ran(1000, 50, 5), Ran(1000, 50, 5)}}).verdict, Verdict::kTakeBack);
	EXPECT_EQ(Judge({{Ran(20, 50, 50), Ran(1000, 50, 5)}}).verdict, Verdict::kWait)
		<< "it is not known well enough what they took before";
}

TEST(JudgeEffect, OthersMayNotLoseMoreThanItGains)
{
	Observation served = {Ran(100, 50, 5), Ran(100, 30, 5)};

	EXPECT_EQ(Judge({served}, {{Ran(1000, 1, 0.2), Ran(1000, 2, 0.2)}}).verdict, Verdict::kKeep)
		<< "a second lost, two gained";

	Judgement judgement = Judge({served}, {{Ran(1000, 1, 0.2), Ran(5000, 2, 0.2)}});

	EXPECT_EQ(judgement.verdict, Verdict::kTakeBack);
	EXPECT_EQ(judgement.slower, 1u);
	EXPECT_NEAR(judgement.net_ms, 2000 - 5000, 1);
}

/* An index for a report of the night is not taken back for what it costs writers during the day. */
TEST(JudgeEffect, WhatItServesHasToRunBeforeLossesAreSetAgainstIt)
{
	Observation report = {Ran(20, 9000, 100), Ran(0, 0)};
	Observation insert = {Ran(100000, 1, 0.1), Ran(5000, 1.3, 0.1)};

	EXPECT_EQ(Judge({report}, {insert}).verdict, Verdict::kWait);
	report.after = Ran(10, 100, 10);
	EXPECT_EQ(Judge({report}, {insert}).verdict, Verdict::kKeep);
}

TEST(JudgeEffect, WithoutControlsOnlyWhatIsPlainIsBlamed)
{
	EXPECT_EQ(Judge({{Ran(100, 50, 5), Ran(30, 90, 5)}}, {}, {}).verdict, Verdict::kWait);
	EXPECT_EQ(Judge({{Ran(100, 50, 5), Ran(30, 110, 5)}}, {}, {}).verdict, Verdict::kTakeBack);
	EXPECT_EQ(Judge({{Ran(100, 50, 5), Ran(30, 10, 5)}}, {}, {}).verdict, Verdict::kKeep);
}

/* Counters that began anew meanwhile and went beyond what they were. */
TEST(JudgeEffect, CountersThatDoNotBelongTogetherSayNothing)
{
	Observation observation = {Ran(1000, 1, 0.1), Ran(100, 3.2, 0)};

	observation.after.sum_squares = 0;
	EXPECT_EQ(Judge({observation}).verdict, Verdict::kWait);
}

TEST(JudgeEffect, OthersHaveToRunAgainFirst)
{
	Observation served = {Ran(100, 50, 5), Ran(100, 30, 5)};

	EXPECT_EQ(Judge({served}, {{Ran(100, 1, 0.2), Ran(0, 0)}}).verdict, Verdict::kWait);
	EXPECT_EQ(Judge({served}, {{Ran(1, 1000), Ran(0, 0)}}).verdict, Verdict::kKeep) << "it ran once only";
}

TEST(JudgeEffect, WhatIsSlowerByAFewPercentIsNotBlamed)
{
	Observation served = {Ran(100, 50, 5), Ran(100, 49, 5)};

	EXPECT_EQ(Judge({served}, {{Ran(100000, 1, 0.1), Ran(100000, 1.05, 0.1)}}).slower, 0u);
}

/* Everything takes longer, also what the index cannot touch. */
TEST(JudgeEffect, WhatMakesEverythingSlowerIsNotBlamed)
{
	Observation slow = {Ran(100, 5, 1), Ran(100, 9.5, 2)};
	Observation served = {Ran(100, 50, 5), Ran(50, 80, 5)};

	EXPECT_EQ(Judge({served}, {slow}, {slow, slow, slow}).verdict, Verdict::kWait);
	EXPECT_EQ(JudgeRemoval({{}, {served}, {slow, slow, slow}}, kEnough).verdict, Verdict::kWait);
}

TEST(JudgeEffect, WhatMakesEverythingFasterIsNoGain)
{
	Observation fast = {Ran(100, 50, 2), Ran(100, 5, 1)};

	EXPECT_EQ(Judge({{Ran(100, 50, 5), Ran(500, 5, 1)}}, {}, {fast, fast, fast}).verdict, Verdict::kWait);
}

TEST(JudgeEffect, AGainThatIsClearEitherWayIsKept)
{
	Observation slow = {Ran(100, 5, 1), Ran(100, 9.5, 2)};

	EXPECT_EQ(Judge({{Ran(100, 50, 5), Ran(50, 20, 5)}}, {}, {slow, slow, slow}).verdict, Verdict::kKeep);
}

TEST(JudgeEffect, ADropStaysWhereNobodyBecameSlower)
{
	Trial trial = {{}, {kSteady, {Ran(100, 5, 1), Ran(20, 5.2, 1)}}, {}};

	EXPECT_EQ(JudgeRemoval(trial, kEnough).verdict, Verdict::kKeep);
	trial.beside[1].after = Ran(20, 8, 1);
	EXPECT_EQ(JudgeRemoval(trial, kEnough).verdict, Verdict::kWait) << "it may be the server";
	trial.controls = {kSteady, kSteady, kSteady};
	EXPECT_EQ(JudgeRemoval(trial, kEnough).verdict, Verdict::kTakeBack);
	trial.beside[1].after = Ran(2, 8, 1);
	EXPECT_EQ(JudgeRemoval(trial, kEnough).verdict, Verdict::kWait);
	EXPECT_EQ(JudgeRemoval({}, kEnough).verdict, Verdict::kKeep) << "nobody can be slower";
}

/* The whole day it fared as before; but not in the hours of the night, when this one runs. */
TEST(JudgeEffect, WhatRunsAtNightIsMeasuredByTheNight)
{
	Observation at_night = {Ran(100, 50, 5), Ran(100, 90, 5)};

	EXPECT_EQ(Judge({{Ran(100, 20, 1), Ran(100, 19.9, 1)}}, {at_night}).verdict, Verdict::kTakeBack);
	at_night.drift = 1.8;

	Judgement judgement = Judge({{Ran(100, 20, 1), Ran(100, 19.9, 1)}}, {at_night});

	EXPECT_EQ(judgement.verdict, Verdict::kWait);
	EXPECT_EQ(judgement.drift, 1);
}

TEST(JudgeEffect, AFastHourIsNoGain)
{
	Observation served = {Ran(100, 50, 5), Ran(100, 30, 5)};

	EXPECT_EQ(Judge({served}).verdict, Verdict::kKeep);
	served.drift = 0.6;
	EXPECT_NE(Judge({served}).verdict, Verdict::kKeep);
}

} // namespace steward
