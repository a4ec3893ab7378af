/*-------------------------------------------------------------------------
 *
 * value_text.h
 *	  A bind value as people write it.
 *
 * Values of people's rows: only who may read samples is to see the text.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "pg/guard.h"

#include <string>

#include "pg/samples.h"

namespace steward::pg
{

/* As the type's output function has it; NULL, or unknown where the value is not. */
std::string ValueText(const SampledValue &value);

} // namespace steward::pg
