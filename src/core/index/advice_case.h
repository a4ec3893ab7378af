/*-------------------------------------------------------------------------
 *
 * advice_case.h
 *	  What a round of index advice saw, asked and decided: enough to decide
 *	  again without a server.
 *
 * Beside what the decisions are made from, a case holds what a reader wants to
 * know of them: the statements with their counters, and the advice as a person
 * got it.  Rows of tables never stand here; constants of statements and indexes
 * do until RedactCase() has taken them out.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/index/propose_candidates.h"
#include "core/index/select_indexes.h"
#include "model/query_shape.h"
#include "model/recommendation.h"
#include "model/relation.h"

namespace steward
{

/* Goes up whenever a reader of older cases would misread a newer one. */
constexpr int kCaseFormat = 1;

/* The action that the case is about; no id: the whole workload. */
struct CaseAction
{
	int64_t id = 0;
	std::string kind;
	std::string status;
	std::string target;

	bool operator==(const CaseAction &) const = default;
};

/* A statement as it was planned. */
struct CaseVariant
{
	size_t statement = 0;            /* position among the statements */
	double share = 1;                /* of the statement's executions, 0-1 */
	double times = 1;                /* it runs each time the statement does */
	bool sampled = false;            /* with values that it ran with */
	bool filled = false;             /* with values of statistics */
	std::string foreign_key;         /* the constraint whose check it is; empty: the statement itself */
	std::string text;                /* as it was planned; empty where it is the statement's */
	std::vector<std::string> values; /* of $1, $2, ... as far as they are to be told */
	QueryShape shape;

	bool operator==(const CaseVariant &) const = default;
};

/* An answer of the cost oracle. */
struct PricedSet
{
	size_t statement = 0; /* position among the priced ones */
	CandidateSet set;
	Price price;

	bool operator==(const PricedSet &) const = default;
};

/* Advice as it was given. */
struct CaseAdvice
{
	std::string ddl;
	double size_bytes = 0;
	double cost_before = 0;
	double cost_after = 0;
	double benefit = 0;
	std::string confirmed_by; /* empty: it was withheld */
	std::string reason;

	bool operator==(const CaseAdvice &) const = default;
};

struct AdviceCase
{
	int format = kCaseFormat;
	std::string steward_version;
	std::string server_version;
	bool redacted = false;
	CaseAction action;
	size_t max_columns = 0;
	std::vector<AdvisedStatement> statements;
	std::vector<CaseVariant> variants;
	Catalog catalog;            /* before any row was looked at */
	Candidates candidates;      /* that ProposeCandidates() makes of these variants and this catalog */
	std::vector<size_t> priced; /* positions among the variants of those that the problem has */
	SelectionProblem problem;
	std::vector<PricedSet> answers; /* in the order in which they were asked for */
	Selection selection;            /* that SelectIndexes() makes of the problem and the answers */
	std::vector<CaseAdvice> advice;
};

} // namespace steward
