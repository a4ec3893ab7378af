/*-------------------------------------------------------------------------
 *
 * case_json.h
 *	  Recorded cases as JSON, and back.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "base/json.h"
#include "core/index/advice_case.h"

namespace steward
{

Json CaseToJson(const AdviceCase &recorded);

/* The same structures again, but for what a case leaves out; JSON that is no case throws an exception of the library. */
AdviceCase CaseFromJson(const Json &json);

} // namespace steward
