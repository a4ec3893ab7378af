/*-------------------------------------------------------------------------
 *
 * count_keys.cpp
 *	  How many different keys a table has, and how often each occurs, from a
 *	  sample of its rows.
 *
 * Numbers of different values are estimated with Haas and Stokes' first-order
 * jackknife, as ANALYZE does, twice: how many different keys a page has, from
 * the rows seen of it; then how many different ones all pages have, where a
 * key counts once for each page it is on.  Rows that are alike and stand
 * together, which is the normal state of tables that grow by insertion, would
 * else be mistaken for values that are frequent everywhere.
 *
 * Keys frequent enough to be counted by themselves are set apart first: in one
 * pot with rare ones they would make the estimate too low.
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
Jackknife(double seen, double distinct, double once, double all)
{
	if (seen >= all || distinct <= 0)
		return distinct;
	return std::clamp(seen * distinct / (seen - once + once * seen / all), distinct, all);
}

struct CountedKey
{
	uint64_t key;
	double rows;
	double pages;
};

/* Sorted pairs become keys; `pairs` and `once` count the different pairs. */
std::vector<CountedKey>
CountPairs(std::vector<SeenKey> &seen, double *pairs, double *once)
{
	std::vector<CountedKey> keys;

	std::sort(seen.begin(), seen.end(),
			  [](const SeenKey &a, const SeenKey &b)
			  { return a.key != b.key ? a.key < b.key : a.page < b.page; });
	for (size_t i = 0; i < seen.size();)
	{
		size_t next = i + 1;

		while (next < seen.size() && seen[next].key == seen[i].key && seen[next].page == seen[i].page)
			next++;
		if (keys.empty() || keys.back().key != seen[i].key)
			keys.push_back({seen[i].key, 0, 0});
		keys.back().rows += static_cast<double>(next - i);
		keys.back().pages++;
		*pairs += 1;
		*once += next - i == 1 ? 1 : 0;
		i = next;
	}
	return keys;
}

} // namespace

KeyGroups
GroupKeys(std::vector<SeenKey> seen, double share_of_page, double rows)
{
	KeyGroups groups;
	auto sampled = static_cast<double>(seen.size());
	double pairs = 0;
	double pairs_once = 0;

	groups.rows = rows;
	if (seen.empty() || rows <= 0)
		return groups;

	std::vector<CountedKey> keys = CountPairs(seen, &pairs, &pairs_once);
	double on_these_pages = std::min(rows, sampled / share_of_page);
	double coverage = std::min(1.0, sampled / rows);

	groups.key_pages = Jackknife(sampled, pairs, pairs_once, on_these_pages) * rows / on_these_pages;

	double rare_sampled = 0;
	double rare_pairs = 0;
	double rare_distinct = 0;
	double rare_once = 0;

	for (const CountedKey &key : keys)
	{
		if ((1 - coverage) / key.pages < kLargestVariance && key.rows > 1)
		{
			groups.frequent.push_back(key.rows * rows / sampled);
			continue;
		}
		rare_sampled += key.rows;
		rare_pairs += key.pages;
		rare_distinct++;
		rare_once += key.pages == 1 ? 1 : 0;
	}
	groups.rare_rows = rows * rare_sampled / sampled;
	groups.rare_keys = Jackknife(rare_pairs, rare_distinct, rare_once, groups.key_pages * rare_pairs / pairs);
	groups.rare_keys = std::min(groups.rare_keys, groups.rare_rows);
	return groups;
}

} // namespace steward
