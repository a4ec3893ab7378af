/*-------------------------------------------------------------------------
 *
 * what_if.h
 *	  What a statement would cost if certain indexes were there.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "pg/guard.h"

extern "C"
{
#include "nodes/pathnodes.h"
}

#include <map>
#include <string>
#include <vector>

#include "model/cost_oracle.h"
#include "model/index_definition.h"
#include "pg/query_tree.h"

namespace steward::pg
{

/* Where a hypothetical index lies: on its table, or on one of the partitions of that. */
struct Placement
{
	Oid relation = InvalidOid;
	double pages = 0;
	double tuples = 0;
	int height = -1; /* levels above the leaves; -1 = unknown */
};

/* An index that is not there, as the planner is to see it. */
struct HypotheticalIndex
{
	IndexDefinition definition;
	std::vector<Placement> placements;
	bool as_hypopg = false; /* hypopg knows no marking of a position, so a merge join buffers the scan */
};

class ElementStatistics;
class IndexElements;

class WhatIf : public CostOracle
{
public:
	/*
	 * The statements and the statistics are kept by reference; an unfit
	 * statement may not be asked about.
	 */
	WhatIf(std::vector<AnalyzedQuery *> statements, const std::vector<HypotheticalIndex> &indexes,
		   const IndexElements &elements, const ElementStatistics *statistics = nullptr);

	/*
	 * A statement that cannot be planned costs 0 and is noted in failures(),
	 * so that nothing is advised for its sake.
	 */
	Price PriceStatement(size_t statement, const CandidateSet &set) override;

	const std::map<size_t, Unfitness> &failures() const { return failures_; }
	int64_t planner_calls() const { return planner_calls_; }

	/* One index on one table: what the planner is shown of it. */
	struct Placed
	{
		const IndexOptInfo *index; /* rel is not set, its expressions are of relation number 1 */
		Oid relation;
	};

private:
	std::vector<AnalyzedQuery *> statements_;
	void AddCarriers(const IndexElements &elements, const ElementStatistics &statistics);

	OwnedMemoryContext context_;
	std::vector<std::vector<Placed>> templates_; /* one for each index; what they point to is in context_ */
	std::vector<std::vector<HeapTuple>> statistics_; /* of each index, of each of its keys; null: unknown */
	std::vector<Placed> carriers_;
	std::map<size_t, Unfitness> failures_;
	int64_t planner_calls_ = 0;
};

} // namespace steward::pg
