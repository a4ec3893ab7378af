/*-------------------------------------------------------------------------
 *
 * tune_indexes.h
 *	  The spine of index advice: workload in, recommendations out.
 *
 * Reads only.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/recommendation.h"
#include "pg/query_tree.h"

namespace steward
{

enum class Objective
{
	kTime, /* a statement weighs as much as the time it took */
	kCost, /* planner cost, every statement alike */
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
};

IndexAdvice TuneIndexes(const IndexRequest &request);

} // namespace steward
