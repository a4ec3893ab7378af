/*-------------------------------------------------------------------------
 *
 * explain_silence.h
 *	  Why no index is advised at all.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace steward
{

/* What is known where nothing came of the advice. */
struct Silence
{
	size_t statements = 0;              /* observed or given */
	size_t waiting = 0;                 /* of them with too few calls yet */
	size_t unfit = 0;                   /* of them that cannot be analysed */
	bool reads_wanted = true;           /* some statement reads one of the tables that were asked for */
	bool tables_unfit = false;          /* some table has a reason of its own */
	std::vector<std::string> obstacles; /* why indexes that would serve cannot be built */
	std::vector<double> sizes;          /* bytes, of the indexes that were tried */
	double budget = 0;                  /* bytes */
	double min_gain = 0;                /* the share of the workload that an index has to save */
};

/* The first thing that stands in the way; empty where each table's reason tells it. */
std::string ExplainSilence(const Silence &silence);

} // namespace steward
