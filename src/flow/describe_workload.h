/*-------------------------------------------------------------------------
 *
 * describe_workload.h
 *	  The first half of index advice: what is to be advised on, and what the
 *	  planner sees of it.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "flow/observe_workload.h"
#include "model/query_shape.h"
#include "model/recommendation.h"
#include "pg/index_elements.h"
#include "pg/spi.h"

namespace steward
{

enum class Objective
{
	kTime, /* a statement weighs as much as the time it took */
	kCost, /* planner cost, every statement alike */
};

/* Of the observed workload, what has to do with a table and with some of its statements. */
struct WorkloadPart
{
	ObjectId relation = 0;
	std::set<StatementKey> statements;
};

struct IndexRequest
{
	std::optional<std::vector<std::string>> queries; /* nullopt: the observed workload */
	std::vector<ObjectId> relations;                 /* empty: all */
	std::optional<double> storage_budget;            /* bytes; nullopt: the setting */
	int64_t min_calls = 0;
	size_t max_columns = 0;
	Objective objective = Objective::kTime;
	std::vector<std::string> exclusions; /* LIKE patterns on schema.table */
	std::optional<WorkloadPart> part;    /* nullopt: all of the workload */
};

/* A variant of one of the statements, and what the planner sees of it. */
struct PlannedVariant
{
	size_t statement = 0; /* position in the advised workload */
	Variant variant;
	QueryShape shape = {};
	double times = 1; /* it runs each time the statement does */

	/* The constraint whose check it is, which the statement sets off; empty: the statement itself. */
	std::string foreign_key = {};
};

/*
 * Fills the advice's statements and catalog; expressions and the like get a
 * number in `elements` and stand among their tables' columns.  The variants
 * are in the order of their statements.
 */
std::vector<PlannedVariant> DescribeWorkload(const IndexRequest &request, pg::Spi &spi, IndexAdvice &advice,
											 pg::IndexElements &elements);

/* Whether the table has a reason of its own why no index is advised on it. */
bool IsUnfitItself(const Relation &relation);

} // namespace steward
