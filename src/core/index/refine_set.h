/*-------------------------------------------------------------------------
 *
 * refine_set.h
 *	  Make a set of indexes better: without what is superfluous, with others in place of some.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "core/index/weigh_sets.h"

namespace steward
{

/* Drops what the others made superfluous, the least useful first. */
CandidateSet PruneSet(SetWeighing &weighing, CandidateSet set);

/* Each index may give way to another one, or several, that gain more beside the rest. */
CandidateSet ExchangeIndexes(SetWeighing &weighing, CandidateSet set);

/*
 * One index may take the place of two, where that leaves room for others that
 * gain more, or takes fewer bytes and loses next to nothing.
 */
CandidateSet MergeIndexes(SetWeighing &weighing, CandidateSet set);

/* A much smaller index that does the same takes the place of a larger one. */
CandidateSet ShrinkIndexes(SetWeighing &weighing, CandidateSet set);

/* A statement that the set makes too dear costs the set the indexes its plan took. */
CandidateSet RemoveHarm(SetWeighing &weighing, CandidateSet set);

} // namespace steward
