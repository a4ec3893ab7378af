/*-------------------------------------------------------------------------
 *
 * explain_order_test.cpp
 *	  Shows that the order of an index's columns is explained by what the
 *	  statements that it serves do with them.
 *
 *-------------------------------------------------------------------------
 */
#include "core/index/explain_order.h"

#include <gtest/gtest.h>

#include "make_model.h"

namespace steward
{

namespace
{

using namespace test;

IndexDefinition
IndexOn(std::vector<IndexKey> keys)
{
	return {1, std::move(keys), {}};
}

TEST(ExplainOrder, NamesTheRoleOfEachColumn)
{
	QueryShape shape = {{MakeUse(1, {Equal(1), Range(2)}), MakeUse(2, {Equal(3)})}};

	EXPECT_EQ(ExplainOrder(IndexOn({Ascending(1), Ascending(2)}), MakeRelation(1, "t"), {&shape}),
			  "a (compared for equality), then b (compared as a range)");
}

TEST(ExplainOrder, KnowsJoinsAndOrders)
{
	QueryShape shape = {{MakeUse(1, {Joined(1, 2)}, {{Ascending(2), Descending(3)}})}};

	EXPECT_EQ(
		ExplainOrder(IndexOn({Ascending(1), Ascending(2), Descending(3)}), MakeRelation(1, "t"), {&shape}),
		"a (joined on), then b (gives the wanted order), then c (gives the wanted order)");
}

/* One statement compares, another sorts: what matters more for the index is said. */
TEST(ExplainOrder, EqualityCountsBeforeOtherRoles)
{
	QueryShape first = {{MakeUse(1, {Range(1)}, {{Ascending(1)}})}};
	QueryShape second = {{MakeUse(1, {Equal(1)})}};

	EXPECT_EQ(ExplainOrder(IndexOn({Ascending(1)}), MakeRelation(1, "t"), {&first, &second}),
			  "a (compared for equality)");
	EXPECT_EQ(ExplainOrder(IndexOn({Ascending(1)}), MakeRelation(1, "t"), {&first}),
			  "a (compared as a range)");
}

TEST(ExplainOrder, WhatIsDoneToOtherTablesDoesNotCount)
{
	QueryShape shape = {{MakeUse(2, {Equal(1)})}};

	EXPECT_EQ(ExplainOrder(IndexOn({Ascending(1)}), MakeRelation(1, "t"), {&shape}), "a (read)");
}

} // namespace

} // namespace steward
