/*-------------------------------------------------------------------------
 *
 * judge_statistics.h
 *	  Whether a table has to be analysed.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <string>

#include "model/table_activity.h"

namespace steward
{

/*
 * Why ANALYZE is called for; empty where it is not.  Autovacuum analyses a table
 * when analyze_after rows were modified; one that it looks after is left to it
 * until it is twice as late.
 */
std::string WhyAnalyze(const TableActivity &table);

} // namespace steward
