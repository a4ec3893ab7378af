/*-------------------------------------------------------------------------
 *
 * measure_effect.cpp
 *	  The mean time of statements before and after a change.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#include "core/tuner/measure_effect.h"

#include <algorithm>

namespace steward
{

namespace
{

constexpr size_t kFewestControls = 3;

} // namespace

Effect
MeasureEffect(const std::vector<Observation> &observations)
{
	Effect effect;
	for (const Observation &observation : observations)
	{
		if (observation.before.calls <= 0 || observation.after.calls <= 0)
		{
			effect.pending++;
			continue;
		}

		auto weight = static_cast<double>(observation.after.calls);

		effect.measured++;
		effect.before_ms += observation.before.MeanMs() * weight;
		effect.after_ms += observation.after.MeanMs() * weight;
		effect.calls_after += observation.after.calls;
	}
	if (effect.calls_after > 0)
	{
		effect.before_ms /= static_cast<double>(effect.calls_after);
		effect.after_ms /= static_cast<double>(effect.calls_after);
	}
	return effect;
}

std::optional<double>
MedianOfControls(std::vector<double> ratios)
{
	auto middle = ratios.begin() + static_cast<std::ptrdiff_t>(ratios.size() / 2);

	if (ratios.size() < kFewestControls)
		return std::nullopt;
	std::nth_element(ratios.begin(), middle, ratios.end());
	return *middle;
}

} // namespace steward
