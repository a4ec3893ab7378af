/*-------------------------------------------------------------------------
 *
 * estimate_others.cpp
 *	  How big an index of another kind than btree and GIN is right after CREATE
 *	  INDEX with its default options.
 *
 * Hash and BRIN follow what the server does (hashpage.c, brin.c).  GiST and
 * SP-GiST split pages as rows come, so that only an average filling is known:
 * it was measured.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#include <algorithm>
#include <cmath>

#include "core/index/size_models.h"

namespace steward
{

namespace
{

double
ColumnWidth(const IndexedRows &rows, ColumnNumber number)
{
	const Column &column = rows.relation().columns.at(number);
	auto sampled = rows.relation().sample.columns.find(number);
	double sum = 0;
	double values = 0;

	if (sampled == rows.relation().sample.columns.end())
		return column.average_width;
	for (int32_t width : sampled->second.widths)
	{
		sum += width == SampledColumn::kNull ? 0 : width;
		values += width == SampledColumn::kNull ? 0 : 1;
	}
	return values > 0 ? sum / values : column.average_width;
}

/* The number of buckets a hash index starts with: they double, above 1,024 in four steps. */
double
HashBuckets(double wanted)
{
	double buckets = 2;

	while (buckets < wanted && buckets < 1024)
		buckets *= 2;
	while (buckets < wanted)
	{
		double step = buckets / 4;

		for (int i = 0; i < 4 && buckets < wanted; i++)
			buckets += step;
	}
	return buckets;
}

/* Pages beyond the first of a bucket with about so many tuples, one after the other full. */
double
OverflowPages(double tuples, double variance, double page_tuples)
{
	double pages = 0;

	if (variance <= 0)
		return std::max(0.0, std::ceil(tuples / page_tuples) - 1);
	/* The chance that a bucket is fuller than so many pages, as if it were normally distributed. */
	for (double full = page_tuples; full < tuples + 6 * std::sqrt(variance); full += page_tuples)
		pages += std::erfc((full - tuples) / std::sqrt(2 * variance)) / 2;
	return pages;
}

/* Pages of a tree whose leaves hold so many bytes in all. */
double
TreePages(double leaf_bytes, double leaf_space, double inner_item)
{
	double level = std::max(1.0, std::ceil(leaf_bytes / leaf_space));
	double fanout = std::max(2.0, std::floor(leaf_space / inner_item));

	double pages = level;

	while (level > 1)
	{
		level = std::ceil(level / fanout);
		pages += level;
	}
	return pages;
}

} // namespace

double
EstimateHash(const IndexedRows &rows)
{
	constexpr double kFillfactor = 307;    /* tuples that CREATE INDEX plans for a bucket */
	constexpr double kPageTuples = 407;    /* tuples that fit */
	constexpr double kBitmapPages = 32768; /* pages whose use one bitmap page tells */

	KeyGroups groups = rows.Groups(1);
	double tuples = rows.count() * (1 - rows.NullShare());
	double buckets = HashBuckets(std::floor(rows.table_rows() / kFillfactor));
	double nulls = rows.count() * rows.NullShare();
	double overflow = 0;
	double rare = groups.RareRows();
	double duplicates = 0; /* of the same key, for a row of a rare one on average */

	/* Where far fewer rows were reckoned with than came, buckets were split. */
	while (tuples > kFillfactor * buckets)
		buckets = HashBuckets(buckets + 1);

	for (const FrequencyClass &one : groups.rare)
		duplicates += one.values * one.occurrences * one.occurrences / std::max(1.0, rare);

	double per_bucket = rare / buckets;
	double by_themselves = 0;

	for (const FrequentKey &key : groups.frequent)
	{
		double frequent = key.rows;

		/* NULL is not among the tuples: it is the group of that size. */
		if (nulls > 0 && std::abs(frequent - nulls) <= 0.001 * nulls)
		{
			nulls = 0;
			continue;
		}
		overflow += OverflowPages(frequent + per_bucket, per_bucket * duplicates, kPageTuples);
		by_themselves++;
	}

	/* Where they are between two powers of two, some have not been split yet: they have twice as much. */
	double doubled = std::exp2(std::ceil(std::log2(buckets)));
	double unsplit = (doubled - buckets) * std::max(0.0, 1 - by_themselves / buckets);
	double split = std::max(0.0, buckets - by_themselves - unsplit);

	overflow += unsplit * OverflowPages(2 * rare / doubled, 2 * rare / doubled * duplicates, kPageTuples);
	overflow += split * OverflowPages(rare / doubled, rare / doubled * duplicates, kPageTuples);
	return 1 + std::ceil((buckets + overflow) / kBitmapPages) + buckets + std::ceil(overflow);
}

double
EstimateBrin(const IndexedRows &rows)
{
	constexpr double kDefaultRange = 128;
	constexpr double kMapEntries = 1360; /* ranges whose summaries one map page finds */
	constexpr double kSpace = page::kSize - page::kHeader - 8;
	constexpr double kHeader = 5;

	const Relation &relation = rows.relation();
	double range = rows.index().pages_per_range > 0 ? rows.index().pages_per_range : kDefaultRange;
	double ranges = std::max(1.0, std::ceil(relation.pages / range));
	double summary = 0;
	bool nulls = false;

	for (const IndexKey &key : rows.index().keys)
	{
		const Column &column = relation.columns.at(key.column);
		double width = ColumnWidth(rows, key.column);

		nulls = nulls || column.null_fraction > 0;
		if (column.opclass.find("bloom") != std::string::npos)
			/* A filter for a tenth of the rows that a range could have, one in a hundred wrong. */
			summary += std::max(64.0, 35 * range);
		else if (column.opclass.find("multi") != std::string::npos)
			summary += 32 * Align(width, column.alignment) + 40;
		else if (column.opclass.find("inclusion") != std::string::npos)
			summary += Align(width, column.alignment) + 2;
		else
		{
			summary = Align(summary, column.alignment) + width;
			summary = Align(summary, column.alignment) + width;
		}
	}

	double bitmap = nulls ? std::ceil(static_cast<double>(rows.index().keys.size()) * 2 / 8) : 0;
	double tuple = Align(Align(kHeader + bitmap, 8) + summary, 8) + page::kLinePointer;
	double per_page = std::max(1.0, std::floor(kSpace / tuple));

	return 1 + std::ceil(ranges / kMapEntries) + std::ceil(ranges / per_page);
}

double
EstimateGist(const IndexedRows &rows)
{
	constexpr double kSpace = page::kSize - page::kHeader - 16;
	constexpr double kFilling = 0.6;

	double tuple = rows.Width(rows.index().keys.size(), true).mean + page::kLinePointer;

	return TreePages(rows.count() * tuple, kSpace * kFilling, tuple);
}

double
EstimateSpgist(const IndexedRows &rows)
{
	constexpr double kSpace = page::kSize - page::kHeader - 8;
	constexpr double kFilling = 0.7;
	/* A leaf tuple has its place among its siblings in its header. */
	double tuple = Align(12 + ColumnWidth(rows, rows.index().keys.at(0).column), 8) + page::kLinePointer;

	/* With the meta page, and one root each for values and for NULLs. */
	return TreePages(rows.count() * tuple, kSpace * kFilling, tuple) + 3;
}

} // namespace steward
