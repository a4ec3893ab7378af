/*-------------------------------------------------------------------------
 *
 * count_keys.cpp
 *	  How many different keys a table has, and how often each occurs, from a
 *	  sample of its rows.
 *
 * Two steps: how many different keys a page has, from the rows seen of it
 * (Haas and Stokes' first-order jackknife, as ANALYZE has it); then how often
 * keys occur, counted once for each page they are on.  Rows that are alike and
 * stand together, which is the normal state of tables that grow by insertion,
 * would else be mistaken for values that are frequent everywhere.
 *
 * Keys seen often enough are counted by themselves; how frequent the others
 * are is fitted.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#include "core/index/count_keys.h"

#include <algorithm>

namespace steward
{

namespace
{

/* The square of the largest relative error with which a key is counted by itself. */
constexpr double kLargestVariance = 0.1;

/* Different values among `all`, of which `seen` were drawn: `distinct` different ones, `once` of them once. */
double
FirstOrder(double seen, double distinct, double once, double all)
{
	if (seen >= all || distinct <= 0)
		return distinct;
	return std::clamp(seen * distinct / (seen - once + once * seen / all), distinct, all);
}

struct CountedKey
{
	uint64_t key;
	double rows = 0;
	double pages = 0;
	double pages_once = 0; /* pages of which one row with it was seen */
	double bytes = 0;      /* of all its rows that were seen */
};

std::vector<CountedKey>
CountKeys(std::vector<SeenKey> &seen)
{
	std::vector<CountedKey> keys;

	std::sort(seen.begin(), seen.end(),
			  [](const SeenKey &a, const SeenKey &b)
			  { return a.key != b.key ? a.key < b.key : a.page < b.page; });
	for (size_t i = 0; i < seen.size();)
	{
		size_t first = i;

		if (keys.empty() || keys.back().key != seen[i].key)
			keys.push_back({seen[i].key});
		for (; i < seen.size() && seen[i].key == seen[first].key && seen[i].page == seen[first].page; i++)
			keys.back().bytes += seen[i].bytes;
		keys.back().rows += static_cast<double>(i - first);
		keys.back().pages++;
		keys.back().pages_once += i - first == 1 ? 1 : 0;
	}
	return keys;
}

/* Some of the keys. */
struct Pool
{
	CountedKey sum = {0};

	void Add(const CountedKey &key)
	{
		sum.rows += key.rows;
		sum.pages += key.pages;
		sum.pages_once += key.pages_once;
		sum.bytes += key.bytes;
	}

	/* Pairs of a key and a page it is on, in the whole table, where `scale` rows stand for one that was seen. */
	double KeyPages(double share_of_page, double scale) const
	{
		double on_these_pages = std::min(sum.rows / share_of_page, sum.rows * scale);

		return FirstOrder(sum.rows, sum.pages, sum.pages_once, on_these_pages) * sum.rows * scale /
			   std::max(1.0, on_these_pages);
	}
};

} // namespace

KeyGroups
GroupKeys(std::vector<SeenKey> seen, double share_of_page, double rows)
{
	KeyGroups groups;
	Pool frequent;
	Pool rare;
	std::vector<double> drawn; /* rare keys seen on so many pages */
	double scale;
	double unseen;

	groups.rows = rows;
	if (seen.empty() || rows <= 0)
		return groups;
	scale = std::max(1.0, rows / static_cast<double>(seen.size()));
	unseen = 1 - 1 / scale;
	for (const CountedKey &key : CountKeys(seen))
	{
		if (key.rows > 1 && unseen / key.pages < kLargestVariance)
		{
			groups.frequent.push_back({key.rows * scale, key.bytes / key.rows});
			frequent.Add(key);
		}
		else
		{
			auto pages = static_cast<size_t>(key.pages);

			rare.Add(key);
			drawn.resize(std::max(drawn.size(), pages));
			drawn[pages - 1]++;
		}
	}

	double rare_pages = rare.KeyPages(share_of_page, scale);

	groups.key_pages = frequent.KeyPages(share_of_page, scale) + rare_pages;
	groups.rare_bytes = rare.sum.bytes / std::max(1.0, rare.sum.rows);
	if (rare.sum.rows > 0)
		groups.rare = FitFrequencies(drawn, std::min(1.0, rare.sum.pages / rare_pages));
	for (FrequencyClass &one : groups.rare)
		one.occurrences *= rare.sum.rows * scale / rare_pages;
	return groups;
}

double
KeyGroups::RareKeys() const
{
	double keys = 0;

	for (const FrequencyClass &one : rare)
		keys += one.values;
	return keys;
}

double
KeyGroups::RareRows() const
{
	double sum = 0;

	for (const FrequencyClass &one : rare)
		sum += one.values * one.occurrences;
	return sum;
}

void
KeyGroups::RaiseRareKeys(double keys)
{
	double rows_before = RareRows();
	double factor = std::min(keys, rows_before) / std::max(1e-6, RareKeys());

	if (factor <= 1)
		return;
	for (FrequencyClass &one : rare)
	{
		double occurrences = std::max(1.0, one.occurrences / factor);

		one.values *= one.occurrences / occurrences;
		one.occurrences = occurrences;
	}
}

void
KeyGroups::Thin(double share)
{
	for (FrequentKey &key : frequent)
		key.rows = std::max(1.0, key.rows * share);
	for (FrequencyClass &one : rare)
	{
		double occurrences = std::max(1.0, one.occurrences * share);

		one.values *= one.occurrences * share / occurrences;
		one.occurrences = occurrences;
	}
	key_pages *= share;
	rows *= share;
}

} // namespace steward
