/*-------------------------------------------------------------------------
 *
 * measure_bloat.h
 *	  Which indexes a rebuild would make much smaller.
 *
 * In two steps: what the catalogue says of the size is compared with what the index
 * took after it was rebuilt; only where that says nothing, or that it may be worth it,
 * are pages of it read.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <vector>

#include "model/action.h"
#include "model/index_bloat.h"
#include "pg/spi.h"

namespace steward
{

/* Those that were not measured for so long, the longest not measured ones first. */
std::vector<ObjectId> IndexesToMeasure(pg::Spi &spi, double hours);

/* Notes that one of them is looked at: should that fail, the others come first the next time. */
void BeginMeasuring(pg::Spi &spi, ObjectId index);

/* One of them; what was measured is kept.  Best in a transaction of its own: it reads up to 8 MB. */
void MeasureIndex(pg::Spi &spi, ObjectId index);

/* From pg_steward.bloat_threshold on. */
std::vector<IndexBloat> ReadBloated(pg::Spi &spi);

/* Whether the action rebuilds an index for its size. */
bool IsForSize(const Action &action);

/* Why the index is not bloated any more, measured anew; empty where it is. */
std::string WhyNotBloated(pg::Spi &spi, ObjectId index);

/* What was won by a rebuild of an index of so many bytes; the size it has now is noted as that without bloat. */
Json NoteRebuild(pg::Spi &spi, const std::string &target, double bytes_before);

} // namespace steward
