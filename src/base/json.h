/*-------------------------------------------------------------------------
 *
 * json.h
 *	  JSON values by nlohmann-json, under one short name.
 *
 * Members keep the order in which they were added, so that the same advice
 * is the same text.  Text that is not valid UTF-8 (the server may use another
 * encoding) is written with replacement characters instead of throwing.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace steward
{

using Json = nlohmann::ordered_json;

inline std::string
DumpJson(const Json &value)
{
	return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

} // namespace steward
