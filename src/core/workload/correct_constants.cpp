/*-------------------------------------------------------------------------
 *
 * correct_constants.cpp
 *	  The planner's cost constants that fit what things take on this server.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#include "core/workload/correct_constants.h"

#include <algorithm>

#include "base/figures.h"

namespace steward
{

namespace
{

constexpr size_t
At(Resource resource)
{
	return static_cast<size_t>(resource);
}

} // namespace

Prices
ConstantsFor(const Prices &milliseconds, const Prices &constants)
{
	std::array<double, 3> units; /* milliseconds that a planner unit of processing takes */
	size_t i = 0;
	Prices corrected = constants;

	for (Resource resource : {Resource::kTuple, Resource::kIndexTuple, Resource::kOperator})
		units[i++] = constants[At(resource)] > 0 ? milliseconds[At(resource)] / constants[At(resource)] : 0;
	std::sort(units.begin(), units.end());
	if (units[1] <= 0)
		return constants;
	for (Resource resource : {Resource::kSequentialPage, Resource::kRandomPage})
	{
		double price = (milliseconds[At(resource)] + milliseconds[At(Resource::kTouchedPage)]) / units[1];

		if (price > 0)
			corrected[At(resource)] = RoundToFigures(price, 2);
	}
	/* A page out of order takes no less than one in order, or the planner would prefer to hop about. */
	corrected[At(Resource::kRandomPage)] =
		std::max(corrected[At(Resource::kRandomPage)], corrected[At(Resource::kSequentialPage)]);
	return corrected;
}

} // namespace steward
