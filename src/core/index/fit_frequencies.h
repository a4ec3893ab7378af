/*-------------------------------------------------------------------------
 *
 * fit_frequencies.h
 *	  How frequent the values of a population are, from how often each was
 *	  drawn.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <vector>

namespace steward
{

/* So many values of the same frequency. */
struct FrequencyClass
{
	double values = 0;
	double occurrences = 0; /* of each of them */
};

/*
 * drawn[i] values were drawn i + 1 times, in a sample of this share of all
 * occurrences.
 */
std::vector<FrequencyClass> FitFrequencies(const std::vector<double> &drawn, double share);

} // namespace steward
