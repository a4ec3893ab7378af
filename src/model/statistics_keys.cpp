/*-------------------------------------------------------------------------
 *
 * statistics_keys.cpp
 *	  What statistics of a table are on: columns, and expressions of them.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#include "model/statistics_keys.h"

namespace steward
{

Json
ToJson(const StatisticsKeys &keys)
{
	return {{"columns", keys.columns}, {"column_numbers", keys.numbers}, {"expressions", keys.expressions}};
}

StatisticsKeys
StatisticsKeysFrom(const Json &arguments)
{
	StatisticsKeys keys;

	keys.columns = arguments.at("columns").get<std::vector<std::string>>();
	keys.numbers = arguments.at("column_numbers").get<std::vector<ColumnNumber>>();
	keys.expressions = arguments.at("expressions").get<std::vector<std::string>>();
	return keys;
}

} // namespace steward
