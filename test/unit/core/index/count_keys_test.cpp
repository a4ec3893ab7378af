/*-------------------------------------------------------------------------
 *
 * count_keys_test.cpp
 *	  Shows that a sample tells how many different keys a table has, wherever
 *	  equal ones stand and however frequent they are.
 *
 *-------------------------------------------------------------------------
 */
#include "core/index/count_keys.h"

#include <cmath>
#include <functional>
#include <set>

#include <gtest/gtest.h>

namespace steward
{

namespace
{

constexpr uint64_t kRows = 200000;
constexpr uint64_t kRowsOfPage = 50;

uint64_t
Mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
	return x ^ (x >> 31);
}

/* Rows of a table of which key(i) is the key of row i, as TableSample would read them. */
KeyGroups
Sample(const std::function<uint64_t(uint64_t)> &key, double share_of_pages, double share_of_page)
{
	std::vector<SeenKey> seen;

	for (uint64_t i = 0; i < kRows; i++)
	{
		uint64_t page = i / kRowsOfPage;

		if (static_cast<double>(Mix(page + 1) % 1000) < 1000 * share_of_pages &&
			static_cast<double>(Mix(~i) % 1000) < 1000 * share_of_page)
			seen.push_back({page, key(i), 16});
	}
	return GroupKeys(std::move(seen), share_of_page, kRows);
}

double
TrueDistinct(const std::function<uint64_t(uint64_t)> &key)
{
	std::set<uint64_t> all;

	for (uint64_t i = 0; i < kRows; i++)
		all.insert(key(i));
	return static_cast<double>(all.size());
}

struct Case
{
	const char *name;
	std::function<uint64_t(uint64_t)> key;
	double factor; /* by which the estimate may differ */
};

TEST(GroupKeys, CountsDifferentKeys)
{
	for (const Case &c :
		 {
			 Case{"unique", [](uint64_t i) { return i; }, 1.05},
			 Case{"three together", [](uint64_t i) { return i / 3; }, 1.1},
			 Case{"thirty together", [](uint64_t i) { return i / 30; }, 1.1},
			 Case{"a page together", [](uint64_t i) { return i / 300; }, 1.1},
			 /* Of which few are seen twice: there might be rarer ones and more frequent ones. */
			 Case{"five spread", [](uint64_t i) { return Mix(i % (kRows / 5)); }, 1.5},
			 Case{"fifty spread", [](uint64_t i) { return Mix(i % (kRows / 50)); }, 1.2},
			 Case{"few", [](uint64_t i) { return i % 100; }, 1.02},
			 Case{"one", [](uint64_t) { return uint64_t{7}; }, 1.01},
		 })
	{
		KeyGroups groups = Sample(c.key, 0.3, 0.2);
		double truth = TrueDistinct(c.key);

		EXPECT_LE(groups.Distinct(), truth * c.factor) << c.name;
		EXPECT_GE(groups.Distinct(), truth / c.factor) << c.name;
		EXPECT_NEAR(
			groups.RareRows() +
				[&]
				{
					double rows = 0;

					for (const FrequentKey &key : groups.frequent)
						rows += key.rows;
					return rows;
				}(),
			kRows, kRows * 0.001)
			<< c.name << ": all rows have a key";
	}
}

/* One estimate for both kinds, as ANALYZE makes, would be far too low. */
TEST(GroupKeys, TellsUniqueKeysFromSharedOnes)
{
	auto key = [](uint64_t i) { return i % 2 == 0 ? i : 1 + 2 * (Mix(i) % 2000); };
	KeyGroups groups = Sample(key, 0.5, 0.4);

	EXPECT_NEAR(groups.Distinct(), TrueDistinct(key), 0.25 * TrueDistinct(key));
}

TEST(GroupKeys, KnowsAllOfWhatWasReadAsAWhole)
{
	KeyGroups groups = Sample([](uint64_t i) { return i % 60000; }, 1, 1);

	EXPECT_NEAR(groups.Distinct(), 60000, 1);
}

TEST(GroupKeys, KnowsHowOftenFrequentKeysOccur)
{
	KeyGroups groups = Sample([](uint64_t i) { return i % 4 == 0 ? 0 : i; }, 0.3, 0.2);

	ASSERT_EQ(groups.frequent.size(), 1u);
	EXPECT_NEAR(groups.frequent[0].rows, kRows / 4.0, kRows * 0.01);
	EXPECT_NEAR(groups.RareKeys(), kRows * 0.75, kRows * 0.05);
}

TEST(GroupKeys, NothingSeenNothingKnown)
{
	KeyGroups groups = GroupKeys({}, 1, 1000);

	EXPECT_EQ(groups.Distinct(), 0);
	EXPECT_EQ(GroupKeys({{1, 1, 16}}, 1, 0).Distinct(), 0);
}

TEST(KeyGroups, RaisesTheNumberOfRareKeysButNotOfRows)
{
	KeyGroups groups;

	groups.rare = {{100, 10}, {50, 2}};
	groups.RaiseRareKeys(450);
	EXPECT_NEAR(groups.RareRows(), 1100, 0.01);
	EXPECT_GT(groups.RareKeys(), 300);
	groups.RaiseRareKeys(10);
	EXPECT_GT(groups.RareKeys(), 300) << "never lowers it";
}

TEST(KeyGroups, ThinnedItKeepsKeysOfSeveralRows)
{
	KeyGroups groups;

	groups.rows = 1100;
	groups.rare = {{100, 10}, {100, 1}};
	groups.Thin(0.2);
	EXPECT_NEAR(groups.rows, 220, 0.01);
	EXPECT_NEAR(groups.RareRows(), 220, 0.01);
	EXPECT_NEAR(groups.RareKeys(), 120, 0.01);
}

} // namespace

} // namespace steward
