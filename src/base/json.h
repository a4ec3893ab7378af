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

/* The library calls std::snprintf, of which a header before this one may have made a macro. */
#pragma push_macro("snprintf")
#undef snprintf
#include <nlohmann/json.hpp>
#pragma pop_macro("snprintf")

/*
 * The library's own version of this takes memory in a destructor, to keep the
 * stack shallow, and so ends the process where there is none.  What we write
 * and read is shallow.
 */
template <>
inline void
nlohmann::ordered_json::json_value::destroy(value_t type)
{
	auto free = [](auto *value)
	{
		if (value == nullptr)
			return; /* its constructor ended in an exception */
		std::destroy_at(value);
		std::allocator<std::remove_reference_t<decltype(*value)>>().deallocate(value, 1);
	};

	if (type == value_t::object)
		free(object);
	else if (type == value_t::array)
		free(array);
	else if (type == value_t::string)
		free(string);
	else if (type == value_t::binary)
		free(binary);
}

/* Compiled once, in json.cpp: in every file that uses JSON it would take a second. */
extern template class nlohmann::basic_json<nlohmann::ordered_map>;

namespace steward
{

using Json = nlohmann::ordered_json;

inline std::string
DumpJson(const Json &value)
{
	return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

} // namespace steward
