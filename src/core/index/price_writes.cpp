/*-------------------------------------------------------------------------
 *
 * price_writes.cpp
 *	  What keeping an index up to date costs.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#include "core/index/price_writes.h"

#include <algorithm>
#include <cmath>

namespace steward
{

namespace
{

constexpr double kOperatorCost = 0.0025;
constexpr double kIndexTupleCost = 0.005;
constexpr double kOperatorsPerLevel = 50;

/* Levels above the leaves of an index of which that is not known. */
constexpr int kUsualHeight = 2;

/* Entries for one row. */
double
EntriesPerRow(const Relation &relation, const IndexDefinition &index)
{
	double entries = 0;

	if (index.method == "brin")
		return 0; /* a summary changes only where a value lies outside of it */
	if (index.method != "gin")
		return 1;
	for (const IndexKey &key : index.keys)
	{
		auto sampled = relation.sample.columns.find(key.column);
		double parts = 0;

		if (sampled == relation.sample.columns.end() || sampled->second.parts.empty())
			entries += 1;
		else
		{
			for (const std::vector<uint64_t> &one : sampled->second.parts)
				parts += static_cast<double>(one.size());
			entries += parts / static_cast<double>(sampled->second.parts.size());
		}
	}
	return entries;
}

bool
Holds(const IndexDefinition &index, const Relation &relation, ColumnNumber column)
{
	auto is_it = [&](ColumnNumber number)
	{
		auto known = relation.columns.find(number);

		return number == column || (known != relation.columns.end() && known->second.base == column);
	};

	return std::any_of(index.keys.begin(), index.keys.end(),
					   [&](const IndexKey &key) { return is_it(key.column); }) ||
		   std::any_of(index.included.begin(), index.included.end(), is_it) ||
		   (index.predicate != 0 && relation.conditions.at(index.predicate).column == column);
}

/* Of the rows that have an entry. */
double
FractionOf(const Relation &relation, const IndexDefinition &index)
{
	return index.predicate != 0 ? relation.conditions.at(index.predicate).fraction : 1;
}

/* Planner units. */
double
CostOfEntry(const Relation &relation, const IndexDefinition &index, int height)
{
	double levels = (height >= 0 ? height : kUsualHeight) + 1;
	double entries = std::max(2.0, relation.tuples * FractionOf(relation, index));

	return (kOperatorsPerLevel * levels + std::log2(entries)) * kOperatorCost + kIndexTupleCost;
}

} // namespace

WritePrice
PriceWrites(const Relation &relation, const IndexDefinition &index, int height,
			const std::vector<ColumnWrite> &writes)
{
	WritePrice price;
	double fraction = FractionOf(relation, index);
	double updates = relation.writes.updates;

	for (const ColumnWrite &write : writes)
	{
		if (write.relation == relation.oid && Holds(index, relation, write.column) &&
			std::find(price.set_columns.begin(), price.set_columns.end(), write.column) ==
				price.set_columns.end())
			price.set_columns.push_back(write.column);
	}
	if (price.set_columns.empty())
		updates = std::max(0.0, updates - relation.writes.hot_updates);
	price.entries_per_hour = (relation.writes.inserts + updates) * fraction * EntriesPerRow(relation, index);
	price.cost_per_hour = price.entries_per_hour * CostOfEntry(relation, index, height);
	return price;
}

double
PriceUpkeep(const Relation &relation, const IndexDefinition &index, int height,
			const std::vector<WriteLoad> &loads)
{
	double hot = relation.writes.updates > 0
					 ? std::min(1.0, relation.writes.hot_updates / relation.writes.updates)
					 : 0;
	auto others = static_cast<double>(std::count_if(relation.indexes.begin(), relation.indexes.end(),
													[](const ExistingIndex &other) { return other.valid; }));
	double rows = 0;      /* with an entry in the index */
	double elsewhere = 0; /* entries of other indexes */

	for (const WriteLoad &load : loads)
	{
		bool sets_it = std::any_of(load.set.begin(), load.set.end(),
								   [&](ColumnNumber column) { return Holds(index, relation, column); });

		rows += load.inserted + load.updated * (sets_it ? 1 : 1 - hot);
		if (sets_it)
			elsewhere += load.updated * hot * others;
	}
	return (rows * FractionOf(relation, index) * EntriesPerRow(relation, index) + elsewhere) *
		   CostOfEntry(relation, index, height);
}

} // namespace steward
