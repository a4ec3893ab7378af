/*-------------------------------------------------------------------------
 *
 * tune_once.h
 *	  The whole loop once: observe, advise, apply, measure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "core/tuner/measure_effect.h"

namespace steward
{

struct TuneRequest
{
	std::optional<std::vector<std::string>> categories; /* nullopt: all */
	bool dry_run = false;
};

struct TuneReport
{
	size_t statements_analyzed = 0;
	size_t existing_indexes = 0;
	size_t bottlenecks = 0;
	size_t recommendations = 0;
	size_t applied = 0;
	size_t failed = 0;
	Effect effect;
	std::string improvement; /* in words */
	Json json;
};

/* Of a procedure: commits between its steps. */
TuneReport TuneOnce(const TuneRequest &request);

} // namespace steward
