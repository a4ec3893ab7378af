/*-------------------------------------------------------------------------
 *
 * statistics_keys.h
 *	  What statistics of a table are on: columns, and expressions of them.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "model/index_definition.h"

namespace steward
{

struct StatisticsKeys
{
	std::vector<std::string> columns;     /* unquoted */
	std::vector<ColumnNumber> numbers;    /* of these columns, which keep them when renamed */
	std::vector<std::string> expressions; /* SQL */
	std::vector<std::string> names;       /* of all of them, to call the statistics by */

	size_t size() const { return columns.size() + expressions.size(); }
};

/* The members of an action's arguments, but for the names. */
Json ToJson(const StatisticsKeys &keys);
StatisticsKeys StatisticsKeysFrom(const Json &arguments);

} // namespace steward
