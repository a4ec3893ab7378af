/*-------------------------------------------------------------------------
 *
 * choose_values.h
 *	  Choose what stands in for parameters whose values nobody saw.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <optional>
#include <vector>

#include "model/parameter_use.h"

namespace steward
{

/*
 * Up to three ways in which the statement may be run, whose shares sum to 1:
 * with the most common values, with others, and with others elsewhere.  Those
 * that would be planned alike are one.  Nothing where there is no use.
 */
std::vector<ParameterChoices> ChooseValues(const std::vector<ParameterUse> &uses,
										   std::optional<double> rows_per_call);

/* One way alone: values that are not common, where there are such. */
ParameterChoices ChooseUsualValues(const std::vector<ParameterUse> &uses,
								   std::optional<double> rows_per_call);

} // namespace steward
