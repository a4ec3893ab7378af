/*-------------------------------------------------------------------------
 *
 * rank_set.h
 *	  Put chosen indexes into an order, best first, and say whom they serve.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "core/index/weigh_sets.h"

namespace steward
{

/* Best first by what each adds to those before it. */
Selection RankSet(SetWeighing &weighing, CandidateSet set);

} // namespace steward
