/*-------------------------------------------------------------------------
 *
 * propose_candidates.h
 *	  The indexes worth pricing for a set of statements.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <vector>

#include "core/index/candidate_merge.h"
#include "model/cost_oracle.h"
#include "model/index_definition.h"
#include "model/query_shape.h"
#include "model/relation.h"

namespace steward
{

struct Candidates
{
	std::vector<IndexDefinition> indexes; /* a CandidateId is a position here */
	std::vector<CandidateSet> relevant;   /* for each statement, those its plan could use */
	std::vector<CandidateSet>
		stand_ins; /* for each index, partial ones that find the same rows in the same way */
	std::vector<CandidateMerge> merges;

	bool operator==(const Candidates &) const = default;
};

/*
 * `shapes` has one shape for each statement; a statement that could not be
 * described has an empty one.  Indexes have at most max_columns keys.
 */
Candidates ProposeCandidates(const std::vector<QueryShape> &shapes, const Catalog &catalog,
							 size_t max_columns);

/*
 * An order and its mirror image are one index, scanned forward or backward:
 * the one that begins ascending stands for both.
 */
std::vector<IndexKey> NormalizeOrder(std::vector<IndexKey> keys);

} // namespace steward
