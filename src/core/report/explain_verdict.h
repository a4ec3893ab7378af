/*-------------------------------------------------------------------------
 *
 * explain_verdict.h
 *	  What became of one statement: the index for it, or why there is none.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <string>
#include <vector>

namespace steward
{

/* What the adviser found out about a statement that it analysed. */
struct StatementOutcome
{
	std::vector<std::string> served_by; /* indexes that are advised for it */
	std::vector<std::string> withheld;  /* indexes that would have been, but for the second opinion */
	std::vector<std::string> left_out;  /* its tables on which none is advised, with the reason */
	std::vector<std::string> obstacles; /* why indexes that would serve it cannot be built */
	bool cut_off = false;               /* the time for advice was over before it was looked at */
	bool all_left_out = false;          /* it reads no other tables */
	bool could_use = false;             /* a condition, join or order is there that an index serves */
	size_t tried = 0;                   /* indexes that were priced for it */
	double cost = 0;                    /* planner units, now */
	double best_cost = 0;               /* with all that were tried */
	double best_size = 0;               /* bytes of those that it would use then */
	double budget = 0;                  /* bytes */
	double room = 0;                    /* bytes that are left of it */
	double best_saving = 0;             /* share of the whole workload that it would save, 0-1 */
	double upkeep = 0;                  /* the same, that writing the indexes for it would cost */
	double min_saving = 0;              /* share that an index has to save */
};

/* One sentence. */
std::string ExplainVerdict(const StatementOutcome &outcome);

} // namespace steward
