/*-------------------------------------------------------------------------
 *
 * recommendation.h
 *	  What the index adviser returns for a workload.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/index_definition.h"
#include "model/relation.h"
#include "model/statement.h"

namespace steward
{

/* A statement of the workload, and what became of it in the analysis. */
struct AdvisedStatement
{
	Statement statement;
	std::vector<ObjectId> relations;
	std::vector<ObjectId>
		copied_into;      /* tables that it fills, where it is not planned: a COPY, or seldom run */
	std::string reason;   /* why it was not analysed; empty where it was */
	std::string verdict;  /* what became of it: the index that serves it, or why none is advised for it */
	bool waiting = false; /* the reason is that it has too few calls yet */
	double share = 0;     /* of all measured time, 0-1 */

	bool operator==(const AdvisedStatement &) const = default;
};

struct StatementGain
{
	size_t statement = 0;   /* position in the advised workload */
	double cost_before = 0; /* of the executions that gain, on average */
	double cost_after = 0;
	double likely_before = 0; /* what the plans of these costs are likely to be worth */
	double likely_after = 0;
	double share = 1; /* of its executions that gain, 0-1 */
	double left = 1;  /* of its time, with this index and all better-ranked ones, as is expected, 0-1 */

	/* Share of the statement's time that goes away, as is expected, 0-1. */
	double Saved() const { return likely_before > 0 ? share * (1 - likely_after / likely_before) : 0; }
};

struct RecommendedIndex
{
	bool drop = false; /* else: create */
	IndexDefinition index;
	ExistingIndex existing; /* to be dropped */
	std::string covered_by; /* of a drop: the index that does the same, as ExistingIndex has its name */
	ObjectId relation = 0;
	std::string name;   /* of the new index */
	std::string target; /* schema-qualified, quoted where needed */
	std::string ddl;    /* one statement that runs as it stands */
	std::vector<std::string>
		ddl_steps; /* the same without blocking writes, where one statement cannot do that */
	std::string undo_ddl;
	std::string canonical; /* the same advice has the same text on any server */
	double size_bytes = 0;
	double cost_before = 0; /* of the statements it serves, all better-ranked indexes in place */
	double cost_after = 0;
	double benefit =
		0; /* share of all measured time, or of the cost of the statements that were priced, 0-1 */
	std::optional<double> saves_ms_per_hour;
	double entries_per_hour = 0; /* that have to be written for it */
	double write_cost = 0;       /* the same in planner cost, per hour */
	std::vector<ColumnNumber>
		set_columns; /* of the index, that statements set: those cannot be HOT any more */
	std::vector<ExistingIndex> superfluous; /* indexes that are there and say nothing that it does not say */
	std::vector<ExistingIndex> replaced; /* of these, those without which no observed statement is dearer */
	std::vector<std::string>
		may_fail; /* expressions of its keys for which some rows could not be written any more */
	bool may_be_unique =
		false;              /* no value of its only column occurs twice now, and it is looked up by that */
	std::string unique_ddl; /* the same with UNIQUE, where no value occurs twice now */
	std::vector<StatementGain> gains;
	std::string confirmed_by; /* who tried it: hypopg, what-if or catalog; empty: it is withheld */
	std::string order;        /* why the columns stand in this order */
	std::string reason;
};

struct IndexAdvice
{
	std::vector<AdvisedStatement> statements;
	Catalog catalog;
	std::vector<RecommendedIndex> recommendations; /* best first; unconfirmed ones are withheld */
	bool cut_off = false; /* pg_steward.advice_time_limit was over before the best indexes were found */
	std::string nothing;  /* why there is no recommendation; empty where there is one */
	int64_t planner_calls = 0;
	int64_t remembered = 0; /* prices answered without a planner call */
	double total_cost_before = 0;
	double total_cost_after = 0;
};

} // namespace steward
