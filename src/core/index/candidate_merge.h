/*-------------------------------------------------------------------------
 *
 * candidate_merge.h
 *	  Two candidates, and the one that does what both do.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "model/cost_oracle.h"

namespace steward
{

struct CandidateMerge
{
	CandidateId first = 0;
	CandidateId second = 0;
	CandidateId merged = 0;

	bool operator==(const CandidateMerge &) const = default;
};

} // namespace steward
