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
 * when analyze_after rows were modified.  What it looks after is left to it, unless
 * all its workers are busy while twice as many were: then it is late, and not just
 * about to come.
 */
std::string WhyAnalyze(const TableActivity &table);

} // namespace steward
