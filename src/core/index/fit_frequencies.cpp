/*-------------------------------------------------------------------------
 *
 * fit_frequencies.cpp
 *	  How frequent the values of a population are, from how often each was
 *	  drawn.
 *
 * A single estimate of the number of different values, as ANALYZE makes,
 * takes all for equally frequent.  Where unique values and shared ones stand
 * beside each other it is far too low, and the size of an index depends on
 * both.  So classes of frequencies are fitted by expectation and maximisation:
 * of each class it is known how often its values would be drawn (binomial,
 * those never drawn are not seen).
 *
 * It starts from the single class that ANALYZE's estimate (Haas and Stokes'
 * first-order jackknife) stands for, and takes few steps: so it moves away
 * from that only as far as what was drawn asks for it, and does not take the
 * noise of a small sample for a pattern.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#include "core/index/fit_frequencies.h"

#include <algorithm>
#include <cmath>

namespace steward
{

namespace
{

constexpr int kSteps = 400;
constexpr double kGrid = 1.4;      /* each class is so much more frequent than the one before */
constexpr double kElsewhere = 0.4; /* weight that all other classes have at the start */

/* The chance that one of so many occurrences is drawn `times` times, if it is drawn at all. */
double
ChanceOf(double times, double occurrences, double share)
{
	if (times > occurrences)
		return 0;

	double none = occurrences * std::log1p(-share);
	double log = std::lgamma(occurrences + 1) - std::lgamma(times + 1) -
				 std::lgamma(occurrences - times + 1) + times * std::log(share) +
				 (occurrences - times) * std::log1p(-share);

	return std::exp(log) / -std::expm1(none);
}

/* The average number of occurrences of a value as ANALYZE would estimate it. */
double
SingleClass(const std::vector<double> &drawn, double share)
{
	double values = 0;
	double all = 0;

	for (size_t i = 0; i < drawn.size(); i++)
	{
		values += drawn[i];
		all += drawn[i] * static_cast<double>(i + 1);
	}

	double distinct = all * values / (all - drawn[0] + drawn[0] * share);

	return std::max(1.0, all / share / std::max(distinct, values));
}

} // namespace

std::vector<FrequencyClass>
FitFrequencies(const std::vector<double> &drawn, double share)
{
	std::vector<FrequencyClass> classes;
	std::vector<std::vector<double>> chances; /* of each class, one for each number of draws */
	std::vector<double> weights;              /* shares of the values that were drawn */
	double values = 0;
	double all = 0;

	for (size_t i = 0; i < drawn.size(); i++)
	{
		values += drawn[i];
		all += drawn[i] * static_cast<double>(i + 1);
	}
	if (values <= 0)
		return classes;
	if (share >= 0.999)
	{
		for (size_t i = 0; i < drawn.size(); i++)
			classes.push_back({drawn[i], static_cast<double>(i + 1)});
		return classes;
	}

	double start = SingleClass(drawn, share);
	double most = std::max(start, 2 * static_cast<double>(drawn.size()) / share);
	size_t nearest = 0;

	for (double occurrences = 1; occurrences < most * kGrid;
		 occurrences = std::max(occurrences + 1, std::round(occurrences * kGrid)))
	{
		classes.push_back({0, occurrences});
		chances.emplace_back();
		for (size_t i = 0; i < drawn.size(); i++)
			chances.back().push_back(ChanceOf(static_cast<double>(i + 1), occurrences, share));
		if (std::abs(std::log(occurrences / start)) <
			std::abs(std::log(classes[nearest].occurrences / start)))
			nearest = classes.size() - 1;
	}
	weights.assign(classes.size(), kElsewhere / static_cast<double>(classes.size()));
	weights[nearest] += 1 - kElsewhere;

	for (int step = 0; step < kSteps; step++)
	{
		std::vector<double> next(classes.size(), 0);

		for (size_t i = 0; i < drawn.size(); i++)
		{
			double total = 0;

			for (size_t j = 0; j < classes.size(); j++)
				total += weights[j] * chances[j][i];
			for (size_t j = 0; j < classes.size() && total > 0; j++)
				next[j] += drawn[i] / values * weights[j] * chances[j][i] / total;
		}
		weights = std::move(next);
	}

	/* With those never drawn; all occurrences together are known. */
	double sum = 0;

	for (size_t j = 0; j < classes.size(); j++)
	{
		classes[j].values = values * weights[j] / -std::expm1(classes[j].occurrences * std::log1p(-share));
		sum += classes[j].values * classes[j].occurrences;
	}
	for (FrequencyClass &one : classes)
		one.values *= all / share / sum;
	std::erase_if(classes, [](const FrequencyClass &one) { return one.values < 1e-6; });
	return classes;
}

} // namespace steward
