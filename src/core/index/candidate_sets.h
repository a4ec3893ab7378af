/*-------------------------------------------------------------------------
 *
 * candidate_sets.h
 *	  What two sets of candidates have in common, together, or apart.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <algorithm>
#include <iterator>

#include "model/cost_oracle.h"

namespace steward
{

inline CandidateSet
Intersect(const CandidateSet &a, const CandidateSet &b)
{
	CandidateSet both;

	std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
	return both;
}

inline CandidateSet
Unite(const CandidateSet &a, const CandidateSet &b)
{
	CandidateSet all;

	std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(all));
	return all;
}

inline CandidateSet
Subtract(const CandidateSet &a, const CandidateSet &b)
{
	CandidateSet rest;

	std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(rest));
	return rest;
}

} // namespace steward
