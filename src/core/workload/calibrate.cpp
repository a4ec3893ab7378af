/*-------------------------------------------------------------------------
 *
 * calibrate.cpp
 *	  Learn from what statements took what each thing that plans consume takes.
 *
 * The logarithms of the prices are fitted to those of the times, since times
 * differ by powers of ten and a factor is what matters.  What the planner takes
 * for ten rows and is a thousand cannot be told by any prices: such statements
 * count by the distance and not by its square (Huber 1964).  Few statements do
 * not tell seven prices: so the prices are held to what is usual (ridge).  The
 * prices are looked for by steps that become smaller, which needs no derivatives.
 *
 * How well it tells times is seen by statements that were left out (ten-fold
 * cross-validation); the same decides where prices are held.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#include "core/workload/calibrate.h"

#include <algorithm>
#include <cmath>

namespace steward
{

namespace
{

constexpr size_t kFewest = 5; /* statements */
constexpr size_t kFolds = 10;

/*
 * What a page that lies in the buffers may take in a plan that fetches it, as a
 * share of what one read in order takes where the planner's constants are right:
 * what tells times best is taken.
 */
constexpr double kPagesInMemory[] = {0.02, 0.05, 0.1, 0.3};

/* The same of each look at a page, which the planner counts once however often it is looked at: about as ten rows. */
constexpr double kTouch = 0.1;

/* A time that is told wrong by more than this factor's logarithm counts less. */
constexpr double kFar = 0.3;

/* How much it counts that a price differs from what is usual; as much as a statement that does. */
constexpr double kHold = 1.0;

constexpr double kFirstStep = 1.0;
constexpr double kLastStep = 0.01;
constexpr int kMostSteps = 500;

/* What can be told from nothing. */
constexpr double kLeastMs = 1e-6;

using Logarithms = std::array<double, kResources>;

double
Told(const Consumption &consumption, const Prices &prices)
{
	return std::max(kLeastMs, Worth(consumption, prices));
}

double
Median(std::vector<double> values)
{
	if (values.empty())
		return 0;

	auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);

	std::nth_element(values.begin(), middle, values.end());
	return *middle;
}

Prices
Exponentials(const Logarithms &logarithms)
{
	Prices prices;

	for (size_t i = 0; i < kResources; i++)
		prices[i] = std::exp(logarithms[i]);
	return prices;
}

double
UnitOf(const std::vector<MeasuredPlan> &measured)
{
	std::vector<double> units;

	for (const MeasuredPlan &plan : measured)
		units.push_back(plan.milliseconds / plan.cost);
	return Median(std::move(units));
}

/*
 * The prices as one would guess them: they stand to each other as the constants
 * do, but for pages that are in memory, and are right on the whole.
 */
Prices
UsualPrices(const std::vector<MeasuredPlan> &measured, const Prices &constants, double read_share,
			double page_in_memory)
{
	auto sequential = static_cast<size_t>(Resource::kSequentialPage);
	auto random = static_cast<size_t>(Resource::kRandomPage);
	double in_memory = (1 - read_share) * page_in_memory * constants[sequential];
	Prices usual = constants;
	std::vector<double> units;

	usual[sequential] = read_share * constants[sequential] + in_memory;
	usual[random] = read_share * constants[random] + in_memory;
	usual[static_cast<size_t>(Resource::kTouchedPage)] = kTouch * constants[sequential];
	for (double &price : usual)
		price = std::max(kLeastMs, price);
	for (const MeasuredPlan &plan : measured)
		units.push_back(plan.milliseconds / Told(plan.consumption, usual));

	double unit = Median(std::move(units));

	for (double &price : usual)
		price *= unit;
	return usual;
}

class Fit
{
public:
	Fit(const std::vector<MeasuredPlan> &measured, const Prices &usual) : measured_(measured)
	{
		for (size_t i = 0; i < kResources; i++)
			usual_[i] = std::log(usual[i]);
		best_ = usual_;
		least_ = LossOf(best_);
	}

	Prices Run()
	{
		int steps = 0;

		for (double step = kFirstStep; step > kLastStep && steps < kMostSteps; steps++)
		{
			bool gained = Move(kResources, step);

			for (size_t i = 0; i < kResources; i++)
				gained = Move(i, step) || gained;
			if (!gained)
				step /= 2;
		}
		return Exponentials(best_);
	}

private:
	double LossOf(const Logarithms &logarithms) const
	{
		Prices prices = Exponentials(logarithms);
		double loss = 0;

		for (const MeasuredPlan &plan : measured_)
		{
			double off = std::fabs(std::log(Told(plan.consumption, prices) / plan.milliseconds));

			loss += off < kFar ? off * off / 2 : kFar * (off - kFar / 2);
		}
		for (size_t i = 0; i < kResources; i++)
			loss += kHold * (logarithms[i] - usual_[i]) * (logarithms[i] - usual_[i]);
		return loss;
	}

	/* One price up or down, or all of them; whether that is better. */
	bool Move(size_t which, double step)
	{
		for (double by : {step, -step})
		{
			Logarithms moved = best_;

			for (size_t i = 0; i < kResources; i++)
				moved[i] += which == i || which == kResources ? by : 0;

			double loss = LossOf(moved);

			if (loss < least_ - 1e-9)
			{
				best_ = moved;
				least_ = loss;
				return true;
			}
		}
		return false;
	}

	const std::vector<MeasuredPlan> &measured_;
	Logarithms usual_;
	Logarithms best_;
	double least_;
};

/* The factor by which times are told wrong, the geometric mean. */
double
ErrorOf(const std::vector<MeasuredPlan> &measured, const std::vector<double> &told)
{
	double sum = 0;

	for (size_t i = 0; i < measured.size(); i++)
		sum += std::fabs(std::log(told[i] / measured[i].milliseconds));
	return measured.empty() ? 1 : std::exp(sum / static_cast<double>(measured.size()));
}

/* The others are what the statements of a fold are told from. */
std::vector<MeasuredPlan>
WithoutFold(const std::vector<MeasuredPlan> &measured, size_t fold, size_t folds)
{
	std::vector<MeasuredPlan> others;

	for (size_t i = 0; i < measured.size(); i++)
	{
		if (i % folds != fold || folds == 1)
			others.push_back(measured[i]);
	}
	return others;
}

} // namespace

Calibration
Calibrate(const std::vector<MeasuredPlan> &measured, const Prices &constants, double read_share)
{
	Calibration calibration;
	size_t folds = std::min(kFolds, measured.size());

	if (measured.empty())
		return calibration;
	calibration.unit_ms = UnitOf(measured);
	calibration.told_by_cost.resize(measured.size());
	for (size_t fold = 0; fold < folds; fold++)
	{
		double unit = UnitOf(WithoutFold(measured, fold, folds));

		for (size_t i = fold; i < measured.size(); i += folds)
			calibration.told_by_cost[i] = measured[i].cost * unit;
	}
	calibration.cost_error = ErrorOf(measured, calibration.told_by_cost);

	for (double page_in_memory : kPagesInMemory)
	{
		std::vector<double> told(measured.size());
		auto fit = [&](const std::vector<MeasuredPlan> &from)
		{ return Fit(from, UsualPrices(from, constants, read_share, page_in_memory)).Run(); };

		for (size_t fold = 0; fold < folds; fold++)
		{
			Prices prices = fit(WithoutFold(measured, fold, folds));

			for (size_t i = fold; i < measured.size(); i += folds)
				told[i] = Told(measured[i].consumption, prices);
		}

		double error = ErrorOf(measured, told);

		if (!calibration.told.empty() && error >= calibration.error)
			continue;
		calibration.error = error;
		calibration.told = std::move(told);
		calibration.prices = fit(measured);
	}
	calibration.better = measured.size() >= kFewest && calibration.error < calibration.cost_error;
	return calibration;
}

} // namespace steward
