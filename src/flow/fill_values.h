/*-------------------------------------------------------------------------
 *
 * fill_values.h
 *	  Give a statement that nobody saw run values of the columns it reads.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "flow/observe_workload.h"
#include "pg/query_tree.h"

namespace steward
{

/*
 * The statement as it may be run, in up to three ways; where nothing is known
 * of its parameters, or it cannot be planned with what is, as it stands.
 */
std::vector<Variant> FillUnseen(std::unique_ptr<pg::AnalyzedQuery> query,
								std::optional<double> rows_per_call);

/* Gives the values that a sample could not keep. */
void FillGaps(Variant &sample, std::optional<double> rows_per_call);

} // namespace steward
