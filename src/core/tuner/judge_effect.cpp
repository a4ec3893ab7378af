/*-------------------------------------------------------------------------
 *
 * judge_effect.cpp
 *	  Whether a change is kept or taken back, from the times of statements
 *	  before it and since.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#include "core/tuner/judge_effect.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/text.h"

namespace steward
{

namespace
{

/* Standard errors by which a difference is beyond doubt: one of a thousand is by chance. */
constexpr double kBeyondDoubt = 3;

/* A statement that takes more than this share of what it took became slower, however sure that is. */
constexpr double kSlower = 1.1;

/* Less is no gain that an index is worth. */
constexpr double kLeastGain = 0.05;

/* Of the served statements' time before, what has run again is to be so much. */
constexpr double kMostOfIt = 0.8;

/* No gain that shows by so many times enough executions is none. */
constexpr int64_t kTimesEnough = 10;

/* Twice the time is plain even where nothing else tells how the server fares. */
constexpr double kPlainLoss = 1;

/* Clocks and means are no more exact than this share of a time. */
constexpr double kExactness = 0.01;

bool
RanEnough(const Observation &observation, int64_t enough)
{
	return observation.before.calls >= enough && observation.after.calls >= enough &&
		   observation.before.total_ms > 0;
}

/* Of the mean, squared standard error. */
double
SquaredError(const StatementCounters &counters)
{
	auto calls = static_cast<double>(counters.calls);
	double mean = counters.MeanMs();
	double variance = counters.sum_squares / calls - mean * mean;
	double exactness = kExactness * mean;

	/* Rounding aside, no executions have such counters: they do not belong together. */
	if (variance < -exactness * mean)
		variance = mean * mean * calls;
	variance = std::max(0.0, variance);
	return variance / std::max(1.0, calls - 1) + exactness * exactness;
}

/* The share of what they took that controls take now, the median; nothing where there are too few. */
std::optional<double>
DriftOf(const std::vector<Observation> &controls, int64_t enough, size_t &told_from)
{
	std::vector<double> ratios;

	for (const Observation &control : controls)
	{
		if (RanEnough(control, enough))
			ratios.push_back(control.after.MeanMs() / control.before.MeanMs());
	}
	told_from = ratios.size();
	return MedianOfControls(std::move(ratios));
}

/* By the clock there is none; else that of the hours in which the statement ran, where it is known. */
double
DriftFor(const Observation &observation, const Judgement &judgement)
{
	return judgement.by_clock ? 1 : observation.drift.value_or(judgement.drift);
}

/*
 * What the executions since the change saved, in ms, and how exactly that is
 * known.  More exactly downwards, where the shortest of those before is known:
 * their mean is not below it, whatever a few long ones do to its error.
 */
struct Saving
{
	double ms = 0;
	double squared_error = 0;
	double squared_error_below = 0;
	double of_ms = 0; /* what they would have taken */

	bool IsGain() const { return ms > kBeyondDoubt * std::sqrt(squared_error_below); }
	bool IsLoss() const { return -ms > kBeyondDoubt * std::sqrt(squared_error); }

	/* Whether it is less than a gain that is worth an index, beyond doubt, too. */
	bool IsLittle() const { return ms + kBeyondDoubt * std::sqrt(squared_error) < kLeastGain * of_ms; }

	Saving &operator+=(const Saving &other)
	{
		ms += other.ms;
		squared_error += other.squared_error;
		squared_error_below += other.squared_error_below;
		of_ms += other.of_ms;
		return *this;
	}
};

Saving
SavingOf(const Observation &observation, const Judgement &judgement)
{
	double drift = DriftFor(observation, judgement);
	auto calls = static_cast<double>(observation.after.calls);
	double before = observation.before.MeanMs();
	double error_before = SquaredError(observation.before);
	double error_after = SquaredError(observation.after);
	double below = observation.least_before_ms > 0 ? (before - observation.least_before_ms) / kBeyondDoubt
												   : std::sqrt(error_before);
	auto error = [&](double of_before) { return calls * calls * (drift * drift * of_before + error_after); };

	return {calls * (drift * before - observation.after.MeanMs()), error(error_before),
			error(std::min(error_before, below * below)), calls * drift * before};
}

bool
BecameSlower(const Observation &observation, const Judgement &judgement)
{
	return SavingOf(observation, judgement).IsLoss() &&
		   observation.after.MeanMs() >
			   kSlower * DriftFor(observation, judgement) * observation.before.MeanMs();
}

/* Those that became slower, and what that costs. */
Saving
LossOf(const std::vector<Observation> &observations, int64_t enough, Judgement &judgement)
{
	Saving loss;

	for (const Observation &observation : observations)
	{
		if (!RanEnough(observation, enough) || !BecameSlower(observation, judgement))
			continue;
		judgement.slower++;
		loss += SavingOf(observation, judgement);
	}
	return loss;
}

/* The share of the time before of those that have run again often enough. */
double
ShareThatRan(const std::vector<Observation> &observations, int64_t enough)
{
	double all = 0;
	double ran = 0;

	for (const Observation &observation : observations)
	{
		all += observation.before.total_ms;
		ran += RanEnough(observation, enough) ? observation.before.total_ms : 0;
	}
	return all > 0 ? ran / all : 0;
}

/* What ran too seldom before tells nothing, and need not run again. */
std::vector<Observation>
OftenBefore(const std::vector<Observation> &observations, int64_t enough)
{
	std::vector<Observation> often;

	for (const Observation &observation : observations)
	{
		if (observation.before.calls >= enough)
			often.push_back(observation);
	}
	return often;
}

using Judging = void (*)(const Trial &trial, int64_t enough, Judgement &judgement);

void
JudgeGain(const Trial &trial, int64_t enough, Judgement &judgement)
{
	std::vector<Observation> beside = OftenBefore(trial.beside, enough);
	Saving served;
	int64_t fewest = INT64_MAX;

	for (const Observation &observation : trial.served)
	{
		if (!RanEnough(observation, enough))
			continue;
		served += SavingOf(observation, judgement);
		fewest = std::min(fewest, observation.after.calls);
	}

	Saving loss = LossOf(trial.beside, enough, judgement);

	judgement.gain = served.of_ms > 0 ? served.ms / served.of_ms : 0;
	judgement.net_ms = served.ms + loss.ms;
	/* Until they have, there is nothing to set a loss against. */
	if (ShareThatRan(trial.served, enough) < kMostOfIt)
		judgement.reason = "the statements that it serves have not run often enough since";
	else if (served.IsLoss())
	{
		judgement.verdict = Verdict::kTakeBack;
		judgement.reason = "the statements that it should serve became slower";
	}
	else if (judgement.slower > 0 && judgement.net_ms < 0)
	{
		judgement.verdict = Verdict::kTakeBack;
		judgement.reason =
			Count(judgement.slower, "other statement") + " lost more than those that it serves gained";
	}
	else if (!beside.empty() && ShareThatRan(beside, enough) < kMostOfIt)
		judgement.reason = "other statements on its table have not run often enough since";
	else if (served.IsGain() && judgement.gain >= kLeastGain)
	{
		judgement.verdict = Verdict::kKeep;
		judgement.reason = "the statements that it serves became faster";
	}
	else if (fewest >= kTimesEnough * enough && served.IsLittle())
	{
		judgement.verdict = Verdict::kTakeBack;
		judgement.reason = "the statements that it should serve did not become faster";
	}
	else
		judgement.reason = "no difference is beyond doubt yet";
}

void
JudgeLoss(const Trial &trial, int64_t enough, Judgement &judgement)
{
	std::vector<Observation> beside = OftenBefore(trial.beside, enough);

	judgement.net_ms = LossOf(trial.beside, enough, judgement).ms;
	if (judgement.slower > 0)
	{
		judgement.verdict = Verdict::kTakeBack;
		judgement.reason = Count(judgement.slower, "statement") + " became slower without it";
	}
	else if (beside.empty() || ShareThatRan(beside, enough) >= kMostOfIt)
	{
		judgement.verdict = Verdict::kKeep;
		judgement.reason = beside.empty() ? "no statement that ran often enough before is on its table"
										  : "no statement on its table became slower";
	}
	else
		judgement.reason = "the statements on its table have not run often enough since";
}

/* By the clock, and as far as others tell how the server fares: what is not the same by both is not clear. */
Judgement
JudgeByBoth(const Trial &trial, int64_t enough, Judging judge)
{
	Judgement by_clock;
	Judgement corrected;

	by_clock.by_clock = true;
	judge(trial, enough, by_clock);

	std::optional<double> drift = DriftOf(trial.controls, enough, corrected.controls);

	corrected.told_of_server = drift.has_value();
	corrected.drift = drift.value_or(1);
	judge(trial, enough, corrected);
	corrected.by_times = by_clock.verdict;
	if (corrected.verdict != by_clock.verdict)
	{
		corrected.verdict = Verdict::kWait;
		corrected.reason = "statements on other tables take another time than before, too";
	}
	return corrected;
}

/* Where nothing tells how the server fares, only what is plain is blamed on a change. */
void
RequireControls(Judgement &judgement, bool plain)
{
	if (judgement.verdict != Verdict::kTakeBack || judgement.told_of_server || plain)
		return;
	judgement.verdict = Verdict::kWait;
	judgement.reason += ", but no statements on other tables tell whether the server did";
}

} // namespace

Judgement
JudgeCreation(const Trial &trial, int64_t enough)
{
	Judgement judgement = JudgeByBoth(trial, enough, JudgeGain);

	RequireControls(judgement, judgement.gain < -kPlainLoss);
	return judgement;
}

Judgement
JudgeRemoval(const Trial &trial, int64_t enough)
{
	Judgement judgement = JudgeByBoth(trial, enough, JudgeLoss);

	/* What does the same was to be left over: that it is the drop has to be shown. */
	RequireControls(judgement, false);
	return judgement;
}

} // namespace steward
