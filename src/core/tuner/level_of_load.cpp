/*-------------------------------------------------------------------------
 *
 * level_of_load.cpp
 *	  How the server fared in the hours in which a statement ran, as other
 *	  statements tell.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#include "core/tuner/level_of_load.h"

#include "core/tuner/measure_effect.h"

namespace steward
{

namespace
{

constexpr double kMostOfIt = 0.5;

} // namespace

Levels
LevelsByHour(const std::vector<Control> &controls, int64_t enough)
{
	std::map<int64_t, std::vector<double>> ratios;
	Levels levels;

	for (const Control &control : controls)
	{
		if (control.usual_ms <= 0)
			continue;
		for (const auto &[hour, counters] : control.hours)
		{
			if (counters.calls >= enough)
				ratios[hour].push_back(counters.MeanMs() / control.usual_ms);
		}
	}
	for (auto &[hour, of_controls] : ratios)
	{
		if (std::optional<double> median = MedianOfControls(of_controls))
			levels[hour] = *median;
	}
	return levels;
}

std::optional<double>
LevelFor(const Hours &statement, const Levels &levels, int64_t calls)
{
	double known = 0;
	double sum = 0;

	for (const auto &[hour, counters] : statement)
	{
		auto level = levels.find(hour);

		if (level == levels.end())
			continue;
		known += static_cast<double>(counters.calls);
		sum += static_cast<double>(counters.calls) * level->second;
	}
	if (known <= 0 || known < static_cast<double>(calls) * kMostOfIt)
		return std::nullopt;
	return sum / known;
}

} // namespace steward
