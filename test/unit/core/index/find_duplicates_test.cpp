/*-------------------------------------------------------------------------
 *
 * find_duplicates_test.cpp
 *	  Shows which of several equal indexes may go, and that none goes on
 *	  which more than speed depends.
 *
 *-------------------------------------------------------------------------
 */
#include "core/index/find_duplicates.h"

#include <string>
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

std::vector<std::string>
NamesOf(const std::vector<DuplicateIndex> &duplicates)
{
	std::vector<std::string> names;

	for (const DuplicateIndex &duplicate : duplicates)
		names.push_back(duplicate.index.name + " like " + duplicate.twin.name);
	return names;
}

std::vector<std::string>
FindAmong(std::vector<ExistingIndex> indexes)
{
	Relation relation = MakeRelation(1, "t");

	relation.indexes = std::move(indexes);
	return NamesOf(FindDuplicates(relation));
}

TEST(FindDuplicates, TheOlderOneStays)
{
	EXPECT_THAT(
		FindAmong({MakeExisting(10, "first", {Ascending(1)}), MakeExisting(11, "second", {Ascending(1)})}),
		ElementsAre("public.second like public.first"));
	EXPECT_THAT(
		FindAmong({MakeExisting(11, "second", {Ascending(1)}), MakeExisting(10, "first", {Ascending(1)})}),
		ElementsAre("public.second like public.first"));
}

TEST(FindDuplicates, DifferentIndexesAreNone)
{
	EXPECT_THAT(FindAmong({MakeExisting(10, "a", {Ascending(1)}), MakeExisting(11, "b", {Ascending(2)}),
						   MakeExisting(12, "a_b", {Ascending(1), Ascending(2)}),
						   MakeExisting(13, "a_desc", {Descending(1)})}),
				IsEmpty());
	EXPECT_THAT(FindAmong({}), IsEmpty());
}

TEST(FindDuplicates, TheConstraintStaysAndItsTwinGoes)
{
	ExistingIndex twin = MakeExisting(10, "twin", {Ascending(1)});
	ExistingIndex constraint = MakeExisting(11, "pkey", {Ascending(1)});

	constraint.droppable = false;
	EXPECT_THAT(FindAmong({twin, constraint}), ElementsAre("public.twin like public.pkey"));
	EXPECT_THAT(FindAmong({constraint, twin}), ElementsAre("public.twin like public.pkey"));
}

TEST(FindDuplicates, OfTwoThatMayNotBeDroppedNoneGoes)
{
	ExistingIndex first = MakeExisting(10, "pkey", {Ascending(1)});
	ExistingIndex second = MakeExisting(11, "ukey", {Ascending(1)});

	first.droppable = false;
	second.droppable = false;
	EXPECT_THAT(FindAmong({first, second}), IsEmpty());
}

TEST(FindDuplicates, AllButOneOfThreeGo)
{
	EXPECT_THAT(FindAmong({MakeExisting(10, "one", {Ascending(1)}), MakeExisting(11, "two", {Ascending(1)}),
						   MakeExisting(12, "three", {Ascending(1)})}),
				ElementsAre("public.two like public.one", "public.three like public.one"));
}

/* An expression of somebody's, say. */
TEST(FindDuplicates, WhatCouldNotBeBuiltAgainIsLeftToAPerson)
{
	Relation relation = MakeRelation(1, "t");
	ExistingIndex first = MakeExisting(10, "first", {Ascending(1)});
	ExistingIndex second = MakeExisting(11, "second", {Ascending(1)});
	ExistingIndex other = MakeExisting(12, "other", {Ascending(2)});

	for (ExistingIndex *index : {&first, &second, &other})
		index->rebuildable = false;
	relation.indexes = {first, second, other};
	EXPECT_THAT(NamesOf(FindDuplicates(relation)), IsEmpty());
	EXPECT_THAT(NamesOf(FindDuplicatesToDropByHand(relation)),
				ElementsAre("public.second like public.first"));

	/* Of a constraint, and another one that could be built again. */
	second.droppable = false;
	first.rebuildable = true;
	relation.indexes = {first, second};
	EXPECT_THAT(NamesOf(FindDuplicatesToDropByHand(relation)), IsEmpty());
	EXPECT_THAT(NamesOf(FindDuplicates(relation)), ElementsAre("public.first like public.second"));

	first.rebuildable = false;
	relation.indexes = {first, second};
	EXPECT_THAT(NamesOf(FindDuplicatesToDropByHand(relation)),
				ElementsAre("public.first like public.second"));
}

/* An invalid one serves nobody, so it is no reason to drop the valid one. */
TEST(FindDuplicates, AnInvalidIndexNeitherStaysForOthersNorCounts)
{
	ExistingIndex invalid = MakeExisting(10, "invalid", {Ascending(1)});

	invalid.valid = false;
	EXPECT_THAT(FindAmong({invalid, MakeExisting(11, "good", {Ascending(1)})}), IsEmpty());
	EXPECT_THAT(FindAmong({invalid, MakeExisting(11, "good", {Ascending(1)}),
						   MakeExisting(12, "again", {Ascending(1)})}),
				ElementsAre("public.again like public.good"));
}

std::vector<std::string>
FindCoveredAmong(std::vector<ExistingIndex> indexes)
{
	Relation relation = MakeRelation(1, "t");

	relation.indexes = std::move(indexes);
	return NamesOf(FindCovered(relation));
}

TEST(FindCovered, APrefixIsCovered)
{
	EXPECT_THAT(
		FindCoveredAmong({MakeExisting(10, "a", {Ascending(1)}), MakeExisting(11, "b", {Ascending(2)}),
						  MakeExisting(12, "a_b", {Ascending(1), Ascending(2)})}),
		ElementsAre("public.a like public.a_b"));
}

TEST(FindCovered, AnotherOrderOrTheSameKeysCoverNothing)
{
	EXPECT_THAT(
		FindCoveredAmong({MakeExisting(10, "a", {Ascending(1)}), MakeExisting(11, "twin", {Ascending(1)}),
						  MakeExisting(12, "desc", {Descending(1), Ascending(2)}),
						  MakeExisting(13, "b_a", {Ascending(2), Ascending(1)})}),
		IsEmpty());
}

TEST(FindCovered, WhatItIncludesHasToBeThere)
{
	ExistingIndex including = MakeExisting(10, "a", {Ascending(1)});
	ExistingIndex cover = MakeExisting(11, "a_b", {Ascending(1), Ascending(2)});

	including.included = {3};
	EXPECT_THAT(FindCoveredAmong({including, cover}), IsEmpty());
	cover.included = {3};
	EXPECT_THAT(FindCoveredAmong({including, cover}), ElementsAre("public.a like public.a_b"));
}

/* Of which nobody knows what else it holds, or on which something depends. */
TEST(FindCovered, NoneGoesThatMustStayOrIsNotKnownWhole)
{
	ExistingIndex index = MakeExisting(10, "a", {Ascending(1)});
	ExistingIndex cover = MakeExisting(11, "a_b", {Ascending(1), Ascending(2)});

	ASSERT_THAT(FindCoveredAmong({index, cover}), ElementsAre("public.a like public.a_b"));
	index.droppable = false;
	EXPECT_THAT(FindCoveredAmong({index, cover}), IsEmpty());
	index.droppable = true;
	index.predicate = kFirstElement;
	EXPECT_THAT(FindCoveredAmong({index, cover}), IsEmpty());
	index.predicate = 0;
	cover.recognized = false;
	EXPECT_THAT(FindCoveredAmong({index, cover}), IsEmpty());
	cover.recognized = true;
	cover.valid = false;
	EXPECT_THAT(FindCoveredAmong({index, cover}), IsEmpty());
}

} // namespace

} // namespace steward
