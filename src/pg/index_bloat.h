/*-------------------------------------------------------------------------
 *
 * index_bloat.h
 *	  What is known of the size of indexes, and of what a rebuild would win.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "pg/guard.h"

#include <optional>
#include <vector>

#include "model/index_bloat.h"
#include "pg/spi.h"

namespace steward::pg
{

/*
 * Of valid indexes that REINDEX CONCURRENTLY can rebuild, from pg_steward.bloat_min_size
 * on, the largest first; or of one of them.  BRIN is left out: it has next to no size.
 */
std::vector<IndexBloat> ReadIndexBloat(Spi &spi, steward::ObjectId only = 0);

/* Those of them that were not measured within so many hours; of those never measured the largest first. */
std::vector<steward::ObjectId> IndexesToMeasure(Spi &spi, double hours, size_t most);

/* Nothing where it cannot be known. */
void NoteBloat(Spi &spi, const IndexBloat &index, std::optional<double> bloat);

/* What the index takes just after it was built: whatever it takes more later on is bloat. */
void NoteRebuilt(Spi &spi, const IndexBloat &index);

} // namespace steward::pg
