/*-------------------------------------------------------------------------
 *
 * choose_values.cpp
 *	  Choose what stands in for parameters whose values nobody saw.
 *
 * Which values people ask for is not known, only which there are.  So:
 *
 *	  Equality.  If people asked for values as often as rows have them, the
 *	  most common ones would be asked for as often as they are frequent.  But
 *	  who asks for 'done' if nearly all is done?  So they get half of the
 *	  executions at most.  The rest asks for a value that is not common: all of
 *	  those are estimated alike, so one stands for all.  Where all values are
 *	  common, the least frequent one and one in between.
 *
 *	  Ranges.  One that ends on one side only is taken to ask for a tenth of the
 *	  rows or a fiftieth, at the end that leaves few: what runs often is for what
 *	  is new or next, and if it asked for most rows no index would matter.  One
 *	  that ends on both sides is taken to be narrow: one step of the histogram,
 *	  or some.
 *
 *	  LIMIT.  What was measured, since a statement that returns fewer rows than
 *	  its limit is planned the same way for what it returns.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#include "core/workload/choose_values.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace steward
{

namespace
{

constexpr double kMostCommonShare = 0.5;

/* What is rarer is not worth a plan of its own. */
constexpr double kLeastShare = 0.05;

/* Frequencies that differ by less than this factor make the same plan. */
constexpr double kSameFrequency = 2;

/* As many as the planner takes a list to have of which it knows nothing. */
constexpr size_t kListLength = 10;

constexpr int64_t kUnknownLimit = 100;

/* Where on the histogram, from the end at which a range leaves no rows. */
constexpr double kSelective = 0.1;
constexpr double kVerySelective = 0.02;

/* Parts of the histogram within a wider range of two ends. */
constexpr size_t kWiderRange = 20;

enum class Way
{
	kCommon,
	kOther,
	kElsewhere,
};

/* Whether the most frequent value is planned like the others. */
bool
IsUniform(const ParameterUse &use)
{
	double other = use.all_common ? use.frequencies.back() : use.other_frequency;

	return use.frequencies.front() < kSameFrequency * other;
}

StatisticsPlace
ChooseEqual(const ParameterUse &use, Way way)
{
	size_t common = use.frequencies.size();

	if (common > 0 && (IsUniform(use) ? use.all_common : way == Way::kCommon))
		return {true, use.position % common};
	if (!use.all_common)
		return {false, (use.bounds / 2 + use.position) % use.bounds};
	if (way == Way::kElsewhere && common > 2)
		return {true, (common / 2 + use.position) % common};
	return {true, common - 1 - use.position % common};
}

/* Never more than half of the common values: all of them would be no condition. */
std::vector<StatisticsPlace>
ChooseList(const ParameterUse &use, Way way)
{
	std::vector<StatisticsPlace> list;
	StatisticsPlace first = ChooseEqual(use, way);
	size_t there = first.common ? use.frequencies.size() : use.bounds;
	size_t length = std::min(kListLength, std::max<size_t>(1, there / 2));

	/* The rarest ones lie before the first, which is the last. */
	if (first.common && first.index + length > there)
		first.index = there - length;
	for (size_t i = 0; i < length; i++)
		list.push_back({first.common, first.common ? first.index + i : i * there / length});
	return list;
}

/* Where the histogram has passed this part of its rows. */
size_t
PlaceOf(const ParameterUse &use, double part)
{
	return static_cast<size_t>(std::lround(part * static_cast<double>(use.bounds - 1)));
}

size_t
ChooseOpenRange(const ParameterUse &use, Way way)
{
	double part = way == Way::kElsewhere ? kVerySelective : kSelective;
	/* At the very end nothing would be left. */
	size_t least = use.bounds > 2 ? 1 : 0;
	size_t from_end = std::max(least, PlaceOf(use, part));

	return use.kind == ParameterUseKind::kAbove ? use.bounds - 1 - from_end : from_end;
}

size_t
ChooseClosedRange(const ParameterUse &use, Way way)
{
	size_t last = use.bounds - 1;
	size_t low = way == Way::kElsewhere ? last * 3 / 4 : last / 2;
	size_t width = way == Way::kElsewhere ? std::max<size_t>(1, last / kWiderRange) : 1;

	return use.kind == ParameterUseKind::kAbove ? low : std::min(last, low + width);
}

ParameterChoice
Choose(const ParameterUse &use, Way way, std::optional<double> rows_per_call)
{
	ParameterChoice choice;

	choice.number = use.number;
	switch (use.kind)
	{
		case ParameterUseKind::kEqual:
			choice.places = {ChooseEqual(use, way)};
			break;
		case ParameterUseKind::kList:
			choice.places = ChooseList(use, way);
			break;
		case ParameterUseKind::kAbove:
		case ParameterUseKind::kBelow:
			choice.places = {{false, use.paired ? ChooseClosedRange(use, way) : ChooseOpenRange(use, way)}};
			break;
		case ParameterUseKind::kPattern:
			choice.places = {{false, way == Way::kElsewhere ? use.bounds / 4 : use.bounds / 2}};
			break;
		case ParameterUseKind::kLimit:
			choice.amount = rows_per_call && use.counts_rows
								? std::max<int64_t>(1, std::llround(*rows_per_call))
								: kUnknownLimit;
			break;
		case ParameterUseKind::kOffset:
			break;
	}
	return choice;
}

ParameterChoices
ChooseAll(const std::vector<ParameterUse> &uses, Way way, std::optional<double> rows_per_call)
{
	ParameterChoices choices;

	for (const ParameterUse &use : uses)
		choices.parameters.push_back(Choose(use, way, rows_per_call));
	return choices;
}

/* Of the executions that are taken to ask for common values: all their parameters do. */
double
CommonShare(const std::vector<ParameterUse> &uses)
{
	double share = kMostCommonShare;
	bool is_asked_for = false;

	for (const ParameterUse &use : uses)
	{
		if ((use.kind != ParameterUseKind::kEqual && use.kind != ParameterUseKind::kList) ||
			use.frequencies.empty())
			continue;
		is_asked_for = true;
		share = std::min(share, std::accumulate(use.frequencies.begin(), use.frequencies.end(), 0.0));
	}
	return is_asked_for && share >= kLeastShare ? share : 0;
}

} // namespace

std::vector<ParameterChoices>
ChooseValues(const std::vector<ParameterUse> &uses, std::optional<double> rows_per_call)
{
	std::vector<ParameterChoices> ways;
	double common = CommonShare(uses);
	const std::pair<Way, double> all[] = {
		{Way::kCommon, common}, {Way::kOther, (1 - common) / 2}, {Way::kElsewhere, (1 - common) / 2}};

	if (uses.empty())
		return ways;
	for (const auto &[way, share] : all)
	{
		ParameterChoices choices = ChooseAll(uses, way, rows_per_call);
		auto known = std::find_if(ways.begin(), ways.end(),
								  [&](const ParameterChoices &other)
								  { return other.parameters == choices.parameters; });

		if (share == 0)
			continue;
		if (known != ways.end())
			known->share += share;
		else
		{
			choices.share = share;
			ways.push_back(std::move(choices));
		}
	}
	return ways;
}

ParameterChoices
ChooseUsualValues(const std::vector<ParameterUse> &uses, std::optional<double> rows_per_call)
{
	return ChooseAll(uses, Way::kOther, rows_per_call);
}

} // namespace steward
