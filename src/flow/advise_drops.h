/*-------------------------------------------------------------------------
 *
 * advise_drops.h
 *	  Indexes that are there and can go, because others do what they do.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <vector>

#include "flow/tuning.h"
#include "pg/what_if.h"

namespace steward
{

/*
 * Which indexes the recommended ones replace; one recommendation for each chosen
 * index has to be there, in the same order, and `indexes` are all candidates.
 * The drop is not advised with it: it is in a later round, when the new index is
 * there.
 */
void AdviseReplacements(Tuning &tuning, const Selection &selection,
						const std::vector<pg::HypotheticalIndex> &indexes);

/* One recommendation for each exact duplicate among the indexes that are there, and for each that another one covers. */
void AdviseDrops(Tuning &tuning);

} // namespace steward
