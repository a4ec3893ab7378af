/*-------------------------------------------------------------------------
 *
 * describe_expressions.cpp
 *	  What the sample of a table's rows says of its expressions.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#include "core/index/describe_expressions.h"

#include <algorithm>

#include "core/index/indexed_rows.h"

namespace steward
{

namespace
{

void
Describe(Column &column, const Relation &relation, const SampledColumn &sampled)
{
	IndexDefinition index;
	double bytes = 0;
	double nulls = 0;

	index.relation = relation.oid;
	index.keys.push_back({column.number});
	for (int32_t width : sampled.widths)
	{
		if (width == SampledColumn::kNull)
			nulls++;
		else
			bytes += width;
	}

	auto rows = static_cast<double>(sampled.widths.size());
	double distinct = IndexedRows(relation, index).Groups(1).Distinct() - (nulls > 0 ? 1 : 0);

	column.null_fraction = nulls / rows;
	column.distinct_values = std::max(0.0, distinct);
	if (rows > nulls)
		column.average_width = column.measured_width = bytes / (rows - nulls);
}

} // namespace

void
DescribeExpressions(Relation &relation)
{
	for (auto &[number, column] : relation.columns)
	{
		auto sampled = relation.sample.columns.find(number);

		if (!column.expression.empty() && sampled != relation.sample.columns.end() &&
			!sampled->second.widths.empty())
			Describe(column, relation, sampled->second);
	}
}

} // namespace steward
