/*-------------------------------------------------------------------------
 *
 * json.cpp
 *	  The one place where the JSON library's class is compiled.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#include "base/json.h"

template class nlohmann::basic_json<nlohmann::ordered_map>;
