/*-------------------------------------------------------------------------
 *
 * merge_candidates.h
 *	  Candidates that do what two others do, for less than both take.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "core/index/propose_candidates.h"

namespace steward
{

/*
 * Adds them: of two indexes of which one has the keys of the other in front,
 * one with the columns of both.  No plan prefers it to either of the two, so
 * they are for the selection to compare.
 */
void MergeCandidates(Candidates &candidates, const Catalog &catalog);

} // namespace steward
