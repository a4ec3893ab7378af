/*-------------------------------------------------------------------------
 *
 * estimate_size.cpp
 *	  How big an index would be, before it exists.
 *
 * Follows what CREATE INDEX does (nbtsort.c): leaves are filled to 90 %,
 * tuples are aligned, equal keys share a posting list of at most a tenth of
 * a page where the operator class allows it, inner pages are filled to 70 %.
 * The number of distinct keys comes from pg_statistic, columns taken as
 * independent, which errs on the side of too large an index.
 *
 * The hypopg models are those of hypopg 1.3 to 1.4.1, and since 1.4.2; they
 * know neither alignment nor deduplication nor height, and take a column
 * without statistics to be empty.  They are here so that costs can be
 * compared with hypopg's like with like.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#include "core/index/estimate_size.h"

#include <algorithm>
#include <cmath>

namespace steward
{

namespace
{

constexpr double kPageSize = 8192;
constexpr double kPageHeader = 24;
constexpr double kPageSpecial = 16;
constexpr double kUsablePage = kPageSize - kPageHeader - kPageSpecial;
constexpr double kTupleHeader = 8;
constexpr double kLinePointer = 4;
constexpr double kTupleId = 6;
constexpr double kLeafFill = 0.90;
constexpr double kInnerFill = 0.70;
constexpr double kLargestPosting = 812; /* a tenth of a page, aligned, less a line pointer */

double
Align(double size, double alignment)
{
	return std::ceil(size / alignment) * alignment;
}

/* Bytes of the column values of one index tuple, padding included. */
double
DataWidth(const Relation &relation, const IndexDefinition &index)
{
	double width = 0;

	auto add = [&](ColumnNumber number)
	{
		const Column &column = relation.columns.at(number);

		width = Align(width, column.alignment) + column.average_width * (1 - column.null_fraction);
	};

	for (const IndexKey &key : index.keys)
		add(key.column);
	for (ColumnNumber number : index.included)
		add(number);
	return width;
}

/* The expected number of different keys; all tuples differ where it is not known. */
double
DistinctKeys(const Relation &relation, const IndexDefinition &index)
{
	double distinct = 1;

	for (const IndexKey &key : index.keys)
	{
		const Column &column = relation.columns.at(key.column);

		distinct *= column.distinct_values > 0 ? column.distinct_values : relation.tuples;
	}
	return std::clamp(distinct, 1.0, std::max(1.0, relation.tuples));
}

bool
Deduplicates(const Relation &relation, const IndexDefinition &index)
{
	return index.included.empty() &&
		   std::all_of(index.keys.begin(), index.keys.end(),
					   [&](const IndexKey &key) { return relation.columns.at(key.column).deduplicates; });
}

/* Leaf bytes that one key with `duplicates` table rows takes. */
double
BytesPerKey(double tuple, double duplicates)
{
	double rows_in_posting = std::floor((kLargestPosting - tuple) / kTupleId);

	if (duplicates <= 1 || rows_in_posting < 2)
		return (tuple + kLinePointer) * duplicates;

	double full = std::floor(duplicates / rows_in_posting);
	double rest = duplicates - full * rows_in_posting;
	double bytes = full * (kLargestPosting + kLinePointer);

	if (rest > 0)
		bytes += Align(tuple + (rest > 1 ? rest * kTupleId : 0), 8) + kLinePointer;
	return bytes;
}

IndexSize
EstimateBySteward(const Relation &relation, const IndexDefinition &index)
{
	IndexSize size;
	double tuple = Align(kTupleHeader + DataWidth(relation, index), 8);
	double item = tuple + kLinePointer;
	double leaf_bytes = relation.tuples * item;

	if (Deduplicates(relation, index))
	{
		double keys = DistinctKeys(relation, index);

		leaf_bytes = std::min(leaf_bytes, keys * BytesPerKey(tuple, relation.tuples / keys));
	}

	/* One item of each leaf is its high key. */
	double leaf_space = std::max(item, kUsablePage - (1 - kLeafFill) * kPageSize - item);
	double level = std::max(1.0, std::ceil(leaf_bytes / leaf_space));
	double fanout = std::max(2.0, std::floor((kUsablePage - (1 - kInnerFill) * kPageSize) / item));

	size.tuples = relation.tuples;
	size.pages = 1 + level; /* the meta page and the leaves */
	size.height = 0;
	while (level > 1)
	{
		level = std::ceil(level / fanout);
		size.pages += level;
		size.height++;
	}
	return size;
}

/* Bytes of the column values as hypopg counts them: none where there are no statistics. */
double
WidthAsHypopg(const Relation &relation, const IndexDefinition &index)
{
	double width = 0;

	for (const IndexKey &key : index.keys)
		width += relation.columns.at(key.column).measured_width;
	for (ColumnNumber number : index.included)
		width += relation.columns.at(number).measured_width;
	return width;
}

IndexSize
EstimateAsHypopg(const Relation &relation, const IndexDefinition &index, bool since_142)
{
	double columns = static_cast<double>(index.keys.size() + index.included.size());
	double line = WidthAsHypopg(relation, index);
	double bytes = 0;

	if (since_142)
		/* A tuple header and a line pointer, pages filled to 90 %, and a bloat of 30 % on top. */
		bytes = relation.tuples * (line + kTupleHeader + kLinePointer) * 1.3 / kLeafFill;
	else
		/* A tuple header and a line pointer for each column, and a bloat of 30 %. */
		bytes = relation.tuples * (line + kTupleHeader * columns + Align(kLinePointer * columns, 8)) * 1.3;
	return {std::max(1.0, std::floor(bytes / kUsablePage)), relation.tuples, -1};
}

} // namespace

IndexSize
EstimateBtreeSize(const Relation &relation, const IndexDefinition &index, SizeModel model)
{
	if (model == SizeModel::kSteward)
		return EstimateBySteward(relation, index);
	return EstimateAsHypopg(relation, index, model == SizeModel::kHypopg142);
}

} // namespace steward
