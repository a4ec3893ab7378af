/*-------------------------------------------------------------------------
 *
 * index_usage.h
 *	  How often each index is used, remembered beyond the server's counters.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <string>
#include <vector>

#include "model/index_usage.h"
#include "pg/spi.h"

namespace steward::pg
{

/*
 * Adds what the counters gained since they were noted last.  Where a counter went
 * down, by a reset or a crash, nobody knows what was missed: the watch begins anew,
 * of the index or, where it is the whole database's, of all.  So it does in a copy.
 */
void NoteIndexUsage(Spi &spi);

/* Of all indexes but those of temporary tables and the system's; or of one of them. */
std::vector<IndexUsage> ReadIndexUsage(Spi &spi, steward::ObjectId only = 0);

/*
 * Whose use of indexes the counters here do not show, as a clause: standbys that
 * follow this server, or did so within so many days.  Empty: nobody's.
 */
std::string UnseenReaders(Spi &spi, double days);

} // namespace steward::pg
