/*-------------------------------------------------------------------------
 *
 * fill_values.cpp
 *	  Give a statement that nobody saw run values of the columns it reads.
 *
 *	  parameters -> places in the statistics -> values -> variants
 *
 * A guess must not make a statement fail that can be planned without it, as
 * 1 / $1 does with a 0: so each variant is planned once before it is taken.
 *
 * Server.  Reads only.
 *
 *-------------------------------------------------------------------------
 */
#include "flow/fill_values.h"

#include <algorithm>

#include "core/workload/choose_values.h"
#include "pg/fill_parameters.h"

namespace steward
{

namespace
{

bool
IsUnknown(const pg::SampledValue &value)
{
	return value.kind == pg::SampledValue::Kind::kUnknown;
}

} // namespace

std::vector<Variant>
FillUnseen(std::unique_ptr<pg::AnalyzedQuery> query, std::optional<double> rows_per_call)
{
	std::vector<Variant> variants;
	pg::UnseenParameters unseen(*query);
	double total = 0;

	for (const ParameterChoices &choices : ChooseValues(unseen.uses(), rows_per_call))
	{
		std::unique_ptr<pg::AnalyzedQuery> filled = query->WithValues(unseen.ValuesOf(choices));

		if (filled->TryToPlan())
			continue;
		total += choices.share;
		variants.push_back({std::move(filled), choices.share, false, true});
	}
	for (Variant &variant : variants)
		variant.share /= total;
	if (variants.empty())
		variants.push_back({std::move(query), 1, false, false});
	return variants;
}

void
FillGaps(Variant &sample, std::optional<double> rows_per_call)
{
	std::vector<pg::SampledValue> values = sample.query->values();

	if (std::none_of(values.begin(), values.end(), IsUnknown))
		return;

	pg::UnseenParameters unseen(*sample.query);
	std::vector<pg::SampledValue> usual = unseen.ValuesOf(ChooseUsualValues(unseen.uses(), rows_per_call));
	bool changed = false;

	for (size_t i = 0; i < values.size() && i < usual.size(); i++)
	{
		if (!IsUnknown(values[i]) || IsUnknown(usual[i]) || values[i].type != usual[i].type)
			continue;
		values[i] = std::move(usual[i]);
		changed = true;
	}
	if (!changed)
		return;

	std::unique_ptr<pg::AnalyzedQuery> filled = sample.query->WithValues(std::move(values));

	if (filled->TryToPlan())
		return;
	sample.query = std::move(filled);
	sample.filled = true;
}

} // namespace steward
