/*-------------------------------------------------------------------------
 *
 * estimate_size.cpp
 *	  How big an index would be, before it exists.
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

#include "core/index/size_models.h"

namespace steward
{

namespace
{

constexpr double kUsablePage = page::kSize - page::kHeader - 16;
constexpr double kTupleHeader = 8;
constexpr double kLeafFill = 0.90;

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
	double tuples = relation.tuples * FractionFulfilling(relation, index.predicate);
	double bytes = 0;

	if (since_142)
		/* A tuple header and a line pointer, pages filled to 90 %, and a bloat of 30 % on top. */
		bytes = tuples * (line + kTupleHeader + page::kLinePointer) * 1.3 / kLeafFill;
	else
		/* A tuple header and a line pointer for each column, and a bloat of 30 %. */
		bytes = tuples * (line + kTupleHeader * columns + Align(page::kLinePointer * columns, 8)) * 1.3;
	return {std::max(1.0, std::floor(bytes / kUsablePage)), tuples, -1};
}

IndexSize
EstimateByMethod(const IndexedRows &rows)
{
	const std::string &method = rows.index().method;

	if (method == "hash")
		return {EstimateHash(rows)};
	if (method == "brin")
		return {EstimateBrin(rows)};
	if (method == "gin")
		return {EstimateGin(rows)};
	if (method == "gist")
		return {EstimateGist(rows)};
	if (method == "spgist")
		return {EstimateSpgist(rows)};
	/* Of a method that we do not know: as of one that keeps all keys in order. */
	return EstimateBtree(rows);
}

} // namespace

IndexSize
EstimateIndexSize(const Relation &relation, const IndexDefinition &index, SizeModel model)
{
	if (model != SizeModel::kSteward && index.method == "btree")
		return EstimateAsHypopg(relation, index, model == SizeModel::kHypopg142);

	IndexSize size = EstimateByMethod(IndexedRows(relation, index));

	/* What the planner is told of a real index: rows as it counts them, and the height of btrees alone. */
	size.tuples = relation.tuples * FractionFulfilling(relation, index.predicate);
	if (index.method != "btree")
		size.height = -1;
	return size;
}

} // namespace steward
