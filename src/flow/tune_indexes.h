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

#include "flow/describe_workload.h"
#include "model/recommendation.h"

namespace steward
{

IndexAdvice TuneIndexes(const IndexRequest &request);

} // namespace steward
