/*-------------------------------------------------------------------------
 *
 * tuning.h
 *	  What the stages of index advice hand to each other.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <vector>

#include "core/index/propose_candidates.h"
#include "core/index/select_indexes.h"
#include "flow/describe_workload.h"
#include "model/recommendation.h"
#include "pg/element_statistics.h"
#include "pg/index_elements.h"

namespace steward
{

/* What the stages hand to each other. */
struct Tuning
{
	explicit Tuning(const IndexRequest &asked) : request(asked) {}

	const IndexRequest &request;
	IndexAdvice advice;
	pg::IndexElements elements;
	pg::ElementStatistics statistics;     /* of the expressions of candidates */
	std::vector<PlannedVariant> variants; /* in the order of their statements */
	Candidates candidates;                /* relevant to which variant */
	std::vector<CandidateSet> unproven;   /* of each variant, those that may not be possible to build */
	std::vector<double> sizes;            /* one for each candidate, bytes */
	std::vector<int> heights;             /* the same: levels above the leaves; -1: unknown */
};

/* The variants that have candidates at all: the others need no price. */
struct PricedWorkload
{
	std::vector<size_t> positions; /* among the variants */
	std::vector<pg::AnalyzedQuery *> queries;
	SelectionProblem problem;
	double share = 1; /* of the workload's objective that they are, as far as that is known */
};

/* How often a variant runs for each execution of its statement. */
inline double
TimesOf(const PlannedVariant &planned)
{
	return planned.variant.share * planned.times;
}

} // namespace steward
