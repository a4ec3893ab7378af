/*-------------------------------------------------------------------------
 *
 * indexed_rows.cpp
 *	  What is known of the rows that an index would hold.
 *
 * The sample knows how columns go together, how long each tuple gets with its
 * padding, and what an expression makes of its columns.  ANALYZE looks at more
 * rows, each on a page of its own: where it found more different values in a
 * column than the sample did, there are more.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#include "core/index/indexed_rows.h"

#include <algorithm>
#include <cmath>

namespace steward
{

namespace
{

constexpr double kTupleHeader = 8;
constexpr double kNullBitmap = 8; /* for up to 32 columns, aligned */

/* Fewer rows say little about their like. */
constexpr size_t kFewestRows = 30;

uint64_t
Combine(uint64_t seed, uint64_t hash)
{
	/* A round of splitmix64. */
	uint64_t mixed = (seed ^ hash) + 0x9e3779b97f4a7c15ULL;

	mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9ULL;
	mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebULL;
	return mixed ^ (mixed >> 31);
}

/* All rows were looked at. */
bool
IsComplete(const RowSample &sample)
{
	return sample.share_of_page >= 1 && sample.share_of_pages >= 1;
}

double
RowsOf(const Relation &relation)
{
	const RowSample &sample = relation.sample;

	/* Of a partition the sample of the whole table says how its rows are, not how many. */
	if (sample.rows > 0 && !relation.partitioned && (IsComplete(sample) || !relation.analyzed))
		return static_cast<double>(sample.rows) / (sample.share_of_page * sample.share_of_pages);
	return relation.tuples;
}

/* An expression has inherited the numbers of the column it is on. */
double
DistinctByStatistics(const Column &column)
{
	return column.expression.empty() ? column.distinct_values : 0;
}

} // namespace

double
FractionFulfilling(const Relation &relation, ColumnNumber predicate)
{
	auto known = relation.conditions.find(predicate);
	auto sampled = relation.sample.conditions.find(predicate);
	double by_statistics = known == relation.conditions.end() ? 1 : known->second.fraction;

	if (predicate == 0)
		return 1;
	if (sampled == relation.sample.conditions.end() || sampled->second.empty())
		return by_statistics;

	auto rows = static_cast<double>(sampled->second.size());
	auto fulfil = static_cast<double>(std::count(sampled->second.begin(), sampled->second.end(), true));

	if (fulfil >= static_cast<double>(kFewestRows) || IsComplete(relation.sample))
		return fulfil / rows;

	double margin = 3 * std::sqrt(fulfil) + 3;

	return std::clamp(by_statistics, std::max(0.0, fulfil - margin) / rows, (fulfil + margin) / rows);
}

double
Align(double size, double alignment)
{
	return std::ceil(size / alignment) * alignment;
}

IndexedRows::IndexedRows(const Relation &relation, const IndexDefinition &index)
	: relation_(relation), index_(index)
{
	auto condition = relation.sample.conditions.find(index.predicate);

	table_rows_ = RowsOf(relation);
	count_ = table_rows_ * FractionFulfilling(relation, index.predicate);
	if (condition != relation.sample.conditions.end())
	{
		for (size_t i = 0; i < condition->second.size(); i++)
		{
			if (condition->second[i])
				rows_.push_back(i);
		}
		partial_ = rows_.size() >= kFewestRows;
	}
	if (!partial_)
	{
		rows_.clear();
		for (size_t i = 0; i < relation.sample.rows; i++)
			rows_.push_back(i);
	}
}

double
IndexedRows::NullShare() const
{
	ColumnNumber first = index_.keys.at(0).column;

	if (rows_.empty() || !IsSampled(first))
		return relation_.columns.at(first).null_fraction;

	const std::vector<int32_t> &widths = relation_.sample.columns.at(first).widths;
	auto nulls = std::count_if(rows_.begin(), rows_.end(),
							   [&](size_t row) { return widths[row] == SampledColumn::kNull; });

	return static_cast<double>(nulls) / static_cast<double>(rows_.size());
}

bool
IndexedRows::AreSampled(size_t keys) const
{
	return !rows_.empty() &&
		   std::all_of(index_.keys.begin(), index_.keys.begin() + static_cast<ptrdiff_t>(keys),
					   [&](const IndexKey &key) { return IsSampled(key.column); });
}

TupleWidth
IndexedRows::Width(size_t keys, bool all) const
{
	std::vector<ColumnNumber> columns;
	TupleWidth width;

	for (size_t i = 0; i < keys; i++)
		columns.push_back(index_.keys[i].column);
	if (all)
		columns.insert(columns.end(), index_.included.begin(), index_.included.end());

	if (rows_.empty() ||
		!std::all_of(columns.begin(), columns.end(), [&](ColumnNumber number) { return IsSampled(number); }))
	{
		for (ColumnNumber number : columns)
		{
			const Column &column = relation_.columns.at(number);

			width.mean =
				Align(width.mean, column.alignment) + column.average_width * (1 - column.null_fraction);
		}
		width.mean = Align(kTupleHeader + width.mean, 8);
		return width;
	}

	double sum = 0;
	double first = -1;

	for (size_t row : rows_)
	{
		double one = RowWidth(columns, row);

		sum += one;
		width.uniform = width.uniform && (first < 0 || first == one);
		first = one;
	}
	width.mean = sum / static_cast<double>(rows_.size());
	return width;
}

/* Of a tuple with these columns of one row of the sample. */
double
IndexedRows::RowWidth(const std::vector<ColumnNumber> &columns, size_t row) const
{
	double data = 0;
	bool nulls = false;

	for (ColumnNumber number : columns)
	{
		int32_t one = relation_.sample.columns.at(number).widths[row];

		if (one == SampledColumn::kNull)
			nulls = true;
		else
			data = Align(data, relation_.columns.at(number).alignment) + one;
	}
	return Align(kTupleHeader + (nulls ? kNullBitmap : 0) + data, 8);
}

KeyGroups
IndexedRows::Groups(size_t keys) const
{
	return AreSampled(keys) ? GroupsBySample(keys) : GroupsByStatistics(keys);
}

KeyGroups
IndexedRows::GroupsBySample(size_t keys) const
{
	const RowSample &sample = relation_.sample;
	std::vector<SeenKey> seen;
	std::vector<const SampledColumn *> columns;
	std::vector<ColumnNumber> numbers;

	for (size_t i = 0; i < keys; i++)
	{
		numbers.push_back(index_.keys[i].column);
		columns.push_back(&sample.columns.at(numbers.back()));
	}
	seen.reserve(rows_.size());
	for (size_t row : rows_)
	{
		uint64_t key = 0;

		for (const SampledColumn *column : columns)
			key = Combine(key, column->widths[row] == SampledColumn::kNull ? 0 : column->hashes[row] | 1);
		seen.push_back({sample.pages[row], key, RowWidth(numbers, row)});
	}

	/* Of a partial index whose own rows were too few: the keys of all rows, of which it has some. */
	KeyGroups groups = GroupKeys(std::move(seen), sample.share_of_page,
								 partial_ || index_.predicate == 0 ? count_ : table_rows_);

	if (!IsComplete(sample) && !partial_)
		HeedStatistics(keys, groups);
	if (groups.rows > count_)
		groups.Thin(count_ / groups.rows);
	return groups;
}

/* Keys together are at least as many as the values of each. */
void
IndexedRows::HeedStatistics(size_t keys, KeyGroups &groups) const
{
	double least = 0;

	for (size_t i = 0; i < keys; i++)
		least = std::max(least, DistinctByStatistics(relation_.columns.at(index_.keys[i].column)));
	groups.RaiseRareKeys(least - static_cast<double>(groups.frequent.size()));
}

KeyGroups
IndexedRows::GroupsByStatistics(size_t keys) const
{
	KeyGroups groups;
	double distinct = 1;
	double rows = count_;

	groups.rows = count_;
	for (size_t i = 0; i < keys; i++)
	{
		const Column &column = relation_.columns.at(index_.keys[i].column);

		distinct *= column.distinct_values > 0 ? column.distinct_values : table_rows_;
	}
	/* All rows that are NULL have one key. */
	if (keys == 1 && NullShare() > 0)
	{
		groups.frequent.push_back({count_ * NullShare(), kTupleHeader + kNullBitmap});
		rows -= groups.frequent[0].rows;
	}
	groups.rare_bytes = Width(keys, false).mean;
	distinct = std::clamp(distinct, 1.0, std::max(1.0, rows));
	if (rows > 0)
		groups.rare.push_back({distinct, rows / distinct});
	return groups;
}

bool
IndexedRows::HasParts(ColumnNumber number) const
{
	auto column = relation_.sample.columns.find(number);

	return !rows_.empty() && column != relation_.sample.columns.end() && !column->second.parts.empty();
}

KeyGroups
IndexedRows::Parts(ColumnNumber number) const
{
	const SampledColumn &column = relation_.sample.columns.at(number);
	std::vector<SeenKey> seen;

	for (size_t row : rows_)
	{
		for (uint64_t part : column.parts[row])
			seen.push_back({relation_.sample.pages[row], part, column.part_width});
	}

	double per_row = static_cast<double>(seen.size()) / static_cast<double>(rows_.size());

	return GroupKeys(std::move(seen), relation_.sample.share_of_page, count_ * per_row);
}

} // namespace steward
