/*-------------------------------------------------------------------------
 *
 * price_writes_test.cpp
 *	  Shows how many entries a table's writes make in an index, which updates
 *	  cannot be HOT any more, and what an entry costs.
 *
 *-------------------------------------------------------------------------
 */
#include "core/index/price_writes.h"

#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "make_model.h"

namespace steward
{

namespace
{

using namespace test;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr ObjectId kTable = 1;
constexpr ObjectId kOther = 2;
constexpr ColumnNumber kCondition = kFirstElement;
constexpr ColumnNumber kElement = kFirstElement + 1;

/* 100 rows inserted and 50 updated in an hour, 20 of these HOT. */
Relation
MakeWritten()
{
	Relation relation = MakeRelation(kTable, "t");

	relation.writes = {100, 50, 20, 1000};
	relation.conditions[kCondition] = MakeCondition(kCondition, 3, 0.1);
	relation.columns[kElement] = MakeElement(kElement, "element", "gin", 4);
	return relation;
}

IndexDefinition
IndexOn(std::vector<IndexKey> keys)
{
	return {kTable, std::move(keys), {}};
}

WritePrice
Price(const IndexDefinition &index, const std::vector<ColumnWrite> &writes = {})
{
	return PriceWrites(MakeWritten(), index, 1, writes);
}

TEST(PriceWrites, InsertsAndUpdatesThatAreNotHotTakeAnEntry)
{
	WritePrice price = Price(IndexOn({Ascending(1)}));

	EXPECT_DOUBLE_EQ(price.entries_per_hour, 130);
	EXPECT_THAT(price.set_columns, IsEmpty());
}

TEST(PriceWrites, EachUpdateTakesOneWhereAColumnOfTheIndexIsSet)
{
	IndexDefinition index = IndexOn({Ascending(1)});
	WritePrice price = Price(index, {{kTable, 1}});

	index.included = {2};
	EXPECT_DOUBLE_EQ(price.entries_per_hour, 150);
	EXPECT_THAT(price.set_columns, ElementsAre(1));
	EXPECT_THAT(Price(index, {{kTable, 2}}).set_columns, ElementsAre(2)) << "an included one counts";
	EXPECT_THAT(Price(index, {{kTable, 2}, {kTable, 1}, {kTable, 2}}).set_columns, ElementsAre(2, 1));
}

TEST(PriceWrites, ColumnsThatTheIndexDoesNotHoldDoNotCount)
{
	WritePrice price = Price(IndexOn({Ascending(1)}), {{kTable, 2}, {kOther, 1}});

	EXPECT_DOUBLE_EQ(price.entries_per_hour, 130);
	EXPECT_THAT(price.set_columns, IsEmpty());
}

TEST(PriceWrites, AnElementIsSetWithItsColumn)
{
	IndexDefinition index = IndexOn({Ascending(kElement)});

	index.method = "gin";
	EXPECT_THAT(Price(index, {{kTable, 4}}).set_columns, ElementsAre(4));
	EXPECT_THAT(Price(index, {{kTable, 1}}).set_columns, IsEmpty());
}

TEST(PriceWrites, APartialIndexTakesItsShareOfTheRows)
{
	IndexDefinition index = IndexOn({Ascending(1)});

	index.predicate = kCondition;
	EXPECT_DOUBLE_EQ(Price(index).entries_per_hour, 13);
	EXPECT_LT(Price(index).cost_per_hour, Price(IndexOn({Ascending(1)})).cost_per_hour / 10)
		<< "and is not so deep";
}

/* The row moves into it, or out. */
TEST(PriceWrites, TheColumnOfAPredicateIsOneOfTheIndex)
{
	IndexDefinition index = IndexOn({Ascending(1)});

	EXPECT_THAT(Price(index, {{kTable, 3}}).set_columns, IsEmpty());
	index.predicate = kCondition;
	EXPECT_THAT(Price(index, {{kTable, 3}}).set_columns, ElementsAre(3));
	EXPECT_DOUBLE_EQ(Price(index, {{kTable, 3}}).entries_per_hour, 15);
}

TEST(PriceWrites, BrinTakesNoEntries)
{
	IndexDefinition index = IndexOn({Ascending(1)});

	index.method = "brin";
	EXPECT_DOUBLE_EQ(Price(index).entries_per_hour, 0);
	EXPECT_DOUBLE_EQ(Price(index).cost_per_hour, 0);
}

/* Three parts on average; what was not seen counts as one. */
TEST(PriceWrites, GinTakesAnEntryForEachPart)
{
	Relation relation = MakeWritten();
	IndexDefinition index = IndexOn({Ascending(kElement)});

	index.method = "gin";
	EXPECT_DOUBLE_EQ(PriceWrites(relation, index, 1, {}).entries_per_hour, 130);
	relation.sample.columns[kElement].parts = {{1, 2, 3, 4, 5}, {1}};
	EXPECT_DOUBLE_EQ(PriceWrites(relation, index, 1, {}).entries_per_hour, 3 * 130);
	index.keys.push_back(Ascending(5));
	EXPECT_DOUBLE_EQ(PriceWrites(relation, index, 1, {}).entries_per_hour, 4 * 130);
	index.method = "gist";
	EXPECT_DOUBLE_EQ(PriceWrites(relation, index, 1, {}).entries_per_hour, 130) << "of other methods, one";
}

/* The tuples of a descent: log2(2^20) comparisons, and two levels. */
TEST(PriceWrites, AnEntryCostsADescentAndATuple)
{
	Relation relation = MakeWritten();

	relation.tuples = 1048576;
	EXPECT_DOUBLE_EQ(PriceWrites(relation, IndexOn({Ascending(1)}), 1, {}).cost_per_hour,
					 130 * ((100 + 20) * 0.0025 + 0.005));
	EXPECT_DOUBLE_EQ(PriceWrites(relation, IndexOn({Ascending(1)}), 2, {}).cost_per_hour,
					 130 * ((150 + 20) * 0.0025 + 0.005));
	EXPECT_DOUBLE_EQ(PriceWrites(relation, IndexOn({Ascending(1)}), -1, {}).cost_per_hour,
					 PriceWrites(relation, IndexOn({Ascending(1)}), 2, {}).cost_per_hour)
		<< "a height that is not known is a usual one";
}

TEST(PriceWrites, ATableThatNobodyWritesCostsNothing)
{
	EXPECT_DOUBLE_EQ(PriceWrites(MakeRelation(kTable, "t"), IndexOn({Ascending(1)}), 1, {}).cost_per_hour, 0);
}

/* The server counts both apart, so there may be more of these for a moment. */
TEST(PriceWrites, MoreHotUpdatesThanUpdatesAreNoGain)
{
	Relation relation = MakeWritten();

	relation.writes.hot_updates = 60;
	EXPECT_DOUBLE_EQ(PriceWrites(relation, IndexOn({Ascending(1)}), 1, {}).entries_per_hour, 100);
}

double
Upkeep(const IndexDefinition &index, const std::vector<WriteLoad> &loads)
{
	Relation relation = MakeWritten();

	relation.indexes = {MakeExisting(100, "t_pkey", {Ascending(1)}),
						MakeExisting(101, "t_x", {Ascending(2)})};
	return PriceUpkeep(relation, index, 1, loads);
}

TEST(PriceUpkeep, RowsTakeEntries)
{
	double entry = Upkeep(IndexOn({Ascending(2)}), {{1, 0, {}}});

	EXPECT_GT(entry, 0);
	EXPECT_DOUBLE_EQ(Upkeep(IndexOn({Ascending(2)}), {}), 0);
	EXPECT_DOUBLE_EQ(Upkeep(IndexOn({Ascending(2)}), {{100, 0, {}}, {20, 0, {}}}), 120 * entry);
	EXPECT_DOUBLE_EQ(Upkeep(IndexOn({Ascending(2)}), {{0, 50, {1}}}), 30 * entry) << "20 of 50 are HOT";
}

/* Which it was: then the other two have an entry to write, too. */
TEST(PriceUpkeep, WhatSetsItsColumnIsHotNoMore)
{
	double entry = Upkeep(IndexOn({Ascending(2)}), {{1, 0, {}}});

	EXPECT_DOUBLE_EQ(Upkeep(IndexOn({Ascending(2)}), {{0, 50, {2}}}), (50 + 20 * 2) * entry);
}

TEST(PriceUpkeep, APartialIndexHasEntriesOfItsRows)
{
	IndexDefinition index = IndexOn({Ascending(2)});

	index.predicate = kCondition;
	EXPECT_LT(Upkeep(index, {{100, 0, {}}}), 0.11 * Upkeep(IndexOn({Ascending(2)}), {{100, 0, {}}}));
}

} // namespace

} // namespace steward
