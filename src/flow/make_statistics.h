/*-------------------------------------------------------------------------
 *
 * make_statistics.h
 *	  Extended statistics, and statistics targets of columns: the DDL of such
 *	  an action, whether what it makes is there, and whether it may be made.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <string>

#include "model/action.h"
#include "model/relation.h"
#include "pg/spi.h"

namespace steward
{

/* ANALYZE reads 300 times as many rows. */
constexpr int kLargeStatisticsTarget = 1000;

struct StatisticsDdl
{
	std::string make;
	std::string analyze;
	std::string undo;
};

/* With the table and the column called as they are by now. */
StatisticsDdl DdlOfStatistics(const Relation &relation, const Action &action);

/* Whether there is just what the action makes. */
bool AreStatisticsThere(pg::Spi &spi, const Action &action);

/* Why what the action makes is not to be made any more; empty where it is. */
std::string WhyNotToMake(pg::Spi &spi, const Relation &relation, const Action &action);

} // namespace steward
