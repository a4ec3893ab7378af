/*-------------------------------------------------------------------------
 *
 * refresh_advice.h
 *	  Run the advisers on the observed workload and store what they advise.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <string>

#include "model/recommendation.h"

#include "pg/journal.h"

namespace steward
{

struct RefreshResult
{
	IndexAdvice advice;
	size_t analyzed = 0;
	size_t waiting = 0; /* statements with too few calls */
	size_t not_analyzable = 0;
	size_t proposed = 0; /* open proposals now */
	size_t withheld = 0;
	size_t obsolete = 0; /* given up now */
	size_t decided = 0;  /* advised again, but turned down, taken back or failed before */
	std::string summary;
};

/* For a role that may act; the same advice keeps its row. */
RefreshResult RefreshAdvice();

/* What a person dropped is not built again. */
void NoteDropped(pg::Journal &journal, pg::Spi &spi);

} // namespace steward
