/*-------------------------------------------------------------------------
 *
 * count_keys.cpp
 *	  How many different keys a table has, and how often each occurs, from a
 *	  sample of its rows.
 *
 * Numbers of different values are estimated with the jackknifes of Haas and
 * Stokes (1998), of whom ANALYZE has its own, in two steps: how many different
 * keys a page has, from the rows seen of it; then how many different ones all
 * pages have, where a key counts once for each page it is on.  Rows that are
 * alike and stand together, which is the normal state of tables that grow by
 * insertion, would else be mistaken for values that are frequent everywhere.
 *
 * Keys frequent enough to be counted by themselves are set apart first, and
 * the second-order jackknife heeds that the others are not equally frequent.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#include "core/index/count_keys.h"

#include <algorithm>
#include <cmath>

namespace steward
{

namespace
{

/* The square of the largest relative error with which a key is counted by itself. */
constexpr double kLargestVariance = 0.1;

/*
 * Different values among `all`, of which `seen` were drawn: `distinct`
 * different ones, `once` of them once; `twins` is the number of ordered pairs
 * of equal ones.
 */
double
FirstOrder(double seen, double distinct, double once, double all)
{
	if (seen >= all || distinct <= 0)
		return distinct;
	return std::clamp(seen * distinct / (seen - once + once * seen / all), distinct, all);
}

double
SecondOrder(double seen, double distinct, double once, double twins, double all)
{
	double first = FirstOrder(seen, distinct, once, all);
	double share = seen / all;

	if (seen >= all || distinct <= 0)
		return distinct;

	/* The square of the frequencies' coefficient of variation. */
	double variation = std::max(0.0, first * twins / (seen * seen) + first / all - 1);
	double unseen = once * (1 - share) * -std::log(1 - share) * variation / share;

	return std::clamp((distinct + unseen) / (1 - once * (1 - share) / seen), distinct, all);
}

struct CountedKey
{
	uint64_t key;
	double rows;
	double pages;
	double bytes; /* of all its rows that were seen */
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
		double bytes = seen[i].bytes;

		while (next < seen.size() && seen[next].key == seen[i].key && seen[next].page == seen[i].page)
			bytes += seen[next++].bytes;
		if (keys.empty() || keys.back().key != seen[i].key)
			keys.push_back({seen[i].key, 0, 0, 0});
		keys.back().rows += static_cast<double>(next - i);
		keys.back().pages++;
		keys.back().bytes += bytes;
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

	groups.key_pages = FirstOrder(sampled, pairs, pairs_once, on_these_pages) * rows / on_these_pages;

	double rare_sampled = 0;
	double rare_pairs = 0;
	double rare_distinct = 0;
	double rare_once = 0;
	double rare_twins = 0;

	for (const CountedKey &key : keys)
	{
		if ((1 - coverage) / key.pages < kLargestVariance && key.rows > 1)
		{
			groups.frequent.push_back({key.rows * rows / sampled, key.bytes / key.rows});
			continue;
		}
		rare_sampled += key.rows;
		rare_pairs += key.pages;
		rare_distinct++;
		groups.rare_bytes += key.bytes;
		rare_twins += key.pages * (key.pages - 1);
		rare_once += key.pages == 1 ? 1 : 0;
	}
	groups.rare_rows = rows * rare_sampled / sampled;
	groups.rare_bytes /= std::max(1.0, rare_sampled);
	groups.rare_keys =
		SecondOrder(rare_pairs, rare_distinct, rare_once, rare_twins, groups.key_pages * rare_pairs / pairs);
	groups.rare_keys = std::min(groups.rare_keys, groups.rare_rows);
	return groups;
}

} // namespace steward
