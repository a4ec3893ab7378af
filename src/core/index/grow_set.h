/*-------------------------------------------------------------------------
 *
 * grow_set.h
 *	  Choose a set of indexes greedily, among the plans that come up.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "core/index/weigh_sets.h"

namespace steward
{

enum class Preference
{
	kGainPerByte,
	kGain,
};

/*
 * Has the plans of each statement come up that matter, of which GrowSet()
 * makes its moves.
 */
void LookAhead(SetWeighing &weighing);

/* Move by move from a set, the best by that preference first, for as long as they gain and there is room. */
CandidateSet GrowSet(SetWeighing &weighing, Preference preference, CandidateSet start);

} // namespace steward
