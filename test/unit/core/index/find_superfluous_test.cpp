/*-------------------------------------------------------------------------
 *
 * find_superfluous_test.cpp
 *	  Shows which indexes say nothing that a new one does not say, and that
 *	  none is called so on which more than speed depends.
 *
 *-------------------------------------------------------------------------
 */
#include "core/index/find_superfluous.h"

#include <string>
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

constexpr ColumnNumber kCondition = kFirstElement;

/* The new index: a, b desc, with c included. */
IndexDefinition
MakeNew()
{
	return {1, {Ascending(1), Descending(2)}, {3}};
}

std::vector<std::string>
FindAmong(std::vector<ExistingIndex> indexes, const IndexDefinition &index = MakeNew())
{
	Relation relation = MakeRelation(1, "t");
	std::vector<std::string> names;

	relation.conditions[kCondition] = MakeCondition(kCondition, 4, 0.1);
	relation.indexes = std::move(indexes);
	for (const ExistingIndex &existing : FindSuperfluous(relation, index))
		names.push_back(existing.name);
	return names;
}

TEST(FindSuperfluous, WhatTheNewOneBeginsWith)
{
	EXPECT_THAT(FindAmong({MakeExisting(10, "a", {Ascending(1)}),
						   MakeExisting(11, "a_b", {Ascending(1), Descending(2)})}),
				ElementsAre("public.a", "public.a_b"));
}

TEST(FindSuperfluous, NotWhatSaysMoreOrElse)
{
	EXPECT_THAT(FindAmong({MakeExisting(10, "a_b_d", {Ascending(1), Descending(2), Ascending(4)}),
						   MakeExisting(11, "b", {Descending(2)}),
						   MakeExisting(12, "a_b_asc", {Ascending(1), Ascending(2)})}),
				IsEmpty());
}

TEST(FindSuperfluous, IncludedColumnsHaveToBeInTheNewOneToo)
{
	ExistingIndex existing = MakeExisting(10, "a", {Ascending(1)});

	existing.included = {3};
	EXPECT_THAT(FindAmong({existing}), ElementsAre("public.a"));
	existing.included = {2};
	EXPECT_THAT(FindAmong({existing}), ElementsAre("public.a")) << "as a key it is there as well";
	existing.included = {3, 4};
	EXPECT_THAT(FindAmong({existing}), IsEmpty());
}

TEST(FindSuperfluous, OnlyOfTheSameRows)
{
	ExistingIndex existing = MakeExisting(10, "a", {Ascending(1)});
	IndexDefinition partial = MakeNew();

	partial.predicate = kCondition;
	EXPECT_THAT(FindAmong({existing}, partial), IsEmpty());
	existing.predicate = kCondition;
	EXPECT_THAT(FindAmong({existing}, partial), ElementsAre("public.a"));
	EXPECT_THAT(FindAmong({existing}), IsEmpty());
}

TEST(FindSuperfluous, OnlyBtreesReplaceBtrees)
{
	ExistingIndex existing = MakeExisting(10, "a", {Ascending(1)});
	IndexDefinition gist = MakeNew();

	gist.method = "gist";
	EXPECT_THAT(FindAmong({existing}, gist), IsEmpty());
	existing.method = "hash";
	EXPECT_THAT(FindAmong({existing}), IsEmpty());
	existing.method = "gist";
	EXPECT_THAT(FindAmong({existing}, gist), IsEmpty()) << "GiST does not end where its keys begin to differ";
}

TEST(FindSuperfluous, OnlyWhereNothingButSpeedDependsOnIt)
{
	ExistingIndex constraint = MakeExisting(10, "pkey", {Ascending(1)});
	ExistingIndex invalid = MakeExisting(11, "invalid", {Ascending(1)});
	ExistingIndex strange = MakeExisting(12, "strange", {Ascending(1)});

	constraint.droppable = false;
	invalid.valid = false;
	strange.recognized = false;
	EXPECT_THAT(FindAmong({constraint, invalid, strange, MakeExisting(13, "plain", {Ascending(1)})}),
				ElementsAre("public.plain"));
}

} // namespace

} // namespace steward
