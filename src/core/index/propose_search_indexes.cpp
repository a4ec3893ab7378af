/*-------------------------------------------------------------------------
 *
 * propose_search_indexes.cpp
 *	  The indexes of other access methods than btree worth pricing.
 *
 * Each condition that only such a method serves has an index of its own, and
 * those that one method serves together, where it takes several keys, have one
 * in common; equalities, which a btree serves too, only stand beside them, and
 * first, since GiST divides by its first key.
 *
 * Hash is tried for equality on values so wide that their hashes are much
 * smaller; BRIN for columns that follow the order of a big table.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#include "core/index/propose_search_indexes.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>

namespace steward
{

namespace
{

/* Bytes of a value from which on an index of hashes is much smaller than one of values. */
constexpr double kWideValue = 32;

/* Pages of a table for which a summary of page ranges may be enough. */
constexpr double kBigTable = 1000;

/* How well the values have to follow the order of the table. */
constexpr double kFollows = 0.9;

/* Such a search finds no larger share of the rows. */
constexpr double kLargestSearch = 0.3;

constexpr size_t kMostKeys = 4;

/* The server's default of pages_per_range, and the least that is worth its summary. */
constexpr int kDefaultRange = 128;
constexpr int kSmallestRange = 8;

using Searches = std::vector<SearchUse>;

const Column &
ColumnOf(const SearchUse &search, const Relation &relation)
{
	return relation.columns.at(search.column);
}

/* Where a btree would do, whether the method has something for itself. */
bool
IsWorthAlone(const SearchUse &search, const Relation &relation)
{
	const Column &column = ColumnOf(search, relation);

	if (!search.orders && search.selectivity > kLargestSearch)
		return false;
	if (!search.also_btree)
		return true;
	if (column.method == "hash")
		return column.average_width >= kWideValue;
	return column.method == "brin" && relation.pages >= kBigTable &&
		   std::fabs(column.correlation) >= kFollows;
}

/*
 * How many pages BRIN is to summarise together: a search reads whole ranges, so
 * those are to be smaller than what it finds.  0: the default.
 */
int
RangeFor(const SearchUse &search, const Relation &relation)
{
	double found = search.selectivity * relation.pages;
	int range = kDefaultRange;

	while (range > kSmallestRange && range > found)
		range /= 2;
	return range == kDefaultRange ? 0 : range;
}

/* Two operator classes of the same thing do not stand in one index. */
bool
IsSameThing(const Column &a, const Column &b)
{
	return a.expression == b.expression && a.base == b.base;
}

/* The search with as many of its companions as one index can hold; empty where there are none. */
std::vector<IndexKey>
WithCompanions(const SearchUse &search, const Searches &companions, const Relation &relation)
{
	std::vector<IndexKey> keys;
	std::vector<const Column *> taken = {&ColumnOf(search, relation)};

	auto add = [&](bool equalities)
	{
		for (const SearchUse &other : companions)
		{
			const Column &column = ColumnOf(other, relation);

			if (other.also_btree != equalities || taken.size() >= kMostKeys ||
				std::any_of(taken.begin(), taken.end(),
							[&](const Column *known) { return IsSameThing(*known, column); }))
				continue;
			taken.push_back(&column);
			keys.push_back(IndexKey{other.column});
		}
	};

	add(true);

	size_t equalities = keys.size();

	keys.push_back(IndexKey{search.column});
	add(false);
	if (keys.size() == 1)
		return {};
	/* What orders by distance has to come first among the searches. */
	if (equalities == 0 && !search.orders)
		std::sort(keys.begin(), keys.end());
	return keys;
}

} // namespace

std::vector<IndexDefinition>
ProposeSearchIndexes(const RelationUse &use, const Relation &relation)
{
	std::vector<IndexDefinition> indexes;
	std::map<std::string, Searches> by_method;

	for (const SearchUse &search : use.searches)
	{
		auto column = relation.columns.find(search.column);

		if (column == relation.columns.end())
			continue;
		by_method[column->second.method].push_back(search);
		if (IsWorthAlone(search, relation))
		{
			indexes.push_back({use.relation, {IndexKey{search.column}}, {}, column->second.method});
			if (column->second.method == "brin")
				indexes.back().pages_per_range = RangeFor(search, relation);
		}
	}
	for (const auto &[method, searches] : by_method)
	{
		if (method == "hash" || method == "brin")
			continue;
		for (const SearchUse &search : searches)
		{
			if (search.also_btree || !ColumnOf(search, relation).multi_column)
				continue;

			std::vector<IndexKey> keys = WithCompanions(search, searches, relation);

			if (!keys.empty())
				indexes.push_back({use.relation, std::move(keys), {}, method});
		}
	}
	return indexes;
}

} // namespace steward
