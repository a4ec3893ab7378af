/*-------------------------------------------------------------------------
 *
 * included_columns.cpp
 *	  Which columns an index may hold beside its keys.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#include "core/index/included_columns.h"

namespace steward
{

namespace
{

/* An index holds no more columns than this beside its keys, and no more than this share of the row's width. */
constexpr size_t kMostIncluded = 8;
constexpr double kWidestIncluded = 0.5;

/* Bytes; an entry of a btree has room for 2,700 together with its keys. */
constexpr double kLargestIncluded = 1000;

} // namespace

double
RowWidth(const Relation &relation)
{
	double width = 0;

	for (const auto &[number, column] : relation.columns)
		width += number < kFirstElement ? column.average_width : 0;
	return width;
}

bool
MayInclude(const Relation &relation, const std::vector<ColumnNumber> &columns)
{
	double width = 0;
	double largest = 0;

	for (ColumnNumber number : columns)
	{
		const Column &column = relation.columns.at(number);

		if (column.largest_width <= 0)
			return false;
		width += column.average_width;
		largest += column.largest_width;
	}
	return columns.size() <= kMostIncluded && largest <= kLargestIncluded &&
		   width <= kWidestIncluded * RowWidth(relation);
}

} // namespace steward
