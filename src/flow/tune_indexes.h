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

#include "core/index/advice_case.h"
#include "flow/describe_workload.h"
#include "model/recommendation.h"

namespace steward
{

/* What it saw, asked and decided goes into `record`, if there is one. */
IndexAdvice TuneIndexes(const IndexRequest &request, AdviceCase *record = nullptr);

} // namespace steward
