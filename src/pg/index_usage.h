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
 * False, and nothing, while another transaction does just that.  What the server's statistics
 * said before in this transaction is read anew.
 */
bool NoteIndexUsage(Spi &spi);

/* What is known of an index holds for the one that was built in its place, which has its name and its counters. */
void CarryUsage(Spi &spi, steward::ObjectId from, const std::string &to);

/* Which indexes are asked about: one, or those that were not used for so many days; all as it is. */
struct UsageFilter
{
	steward::ObjectId only = 0;
	double quiet_days = 0;
};

/* But never those of temporary tables and the system's. */
std::vector<IndexUsage> ReadIndexUsage(Spi &spi, const UsageFilter &filter);

} // namespace steward::pg
