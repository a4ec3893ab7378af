/*-------------------------------------------------------------------------
 *
 * storage.h
 *	  How large the steward's own tables are, and what can be forgotten.
 *
 * Server.  For who may read and write the tables.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "pg/guard.h"

#include <cstdint>
#include <vector>

#include "pg/spi.h"

namespace steward::pg
{

/* Of all files, with what is free in them. */
double SizeOfTables(Spi &spi);

/* Seconds since 1970, and how many rows there are: the newest first. */
struct IntervalRows
{
	double until = 0;
	double rows = 0;
};
std::vector<IntervalRows> CountIntervals(Spi &spi);

/* Bytes that a row of an interval takes, with its index entry. */
double IntervalRowSize(Spi &spi);

/* What an ended action takes, with its entries in the journal: the least worth first, then the oldest. */
struct ActionSize
{
	int64_t id = 0;
	double bytes = 0;
};
std::vector<ActionSize> SizesOfEnded(Spi &spi);

/* Of the other actions, and of the tables that grow with the number of statements only. */
double SizeOfOthers(Spi &spi);

void ForgetIntervals(Spi &spi, double until);
void ForgetActions(Spi &spi, const std::vector<int64_t> &ids);

/* Those that ended before pg_steward.journal_retention, but what a person decided. */
void ForgetOldActions(Spi &spi);

} // namespace steward::pg
