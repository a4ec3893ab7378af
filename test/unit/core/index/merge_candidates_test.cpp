/*-------------------------------------------------------------------------
 *
 * merge_candidates_test.cpp
 *	  Shows which two candidates have one that does what both do.
 *
 *-------------------------------------------------------------------------
 */
#include "core/index/merge_candidates.h"

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

IndexDefinition
Index(std::vector<ColumnNumber> keys, std::vector<ColumnNumber> included)
{
	IndexDefinition index;

	index.relation = kTable;
	for (ColumnNumber key : keys)
		index.keys.push_back(Ascending(key));
	index.included = std::move(included);
	return index;
}

Catalog
TableOf(int columns)
{
	Relation table;

	table.oid = kTable;
	for (ColumnNumber number = 1; number <= columns; number++)
	{
		Column &column = table.columns[number];

		column.number = number;
		column.average_width = 4;
		column.largest_width = 4;
	}
	return MakeCatalog({table});
}

Candidates
Merge(std::vector<IndexDefinition> indexes, int columns = 12)
{
	Candidates candidates;

	candidates.indexes = std::move(indexes);
	for (size_t id = 0; id < candidates.indexes.size(); id++)
		candidates.relevant.push_back({static_cast<CandidateId>(id)});
	MergeCandidates(candidates, TableOf(columns));
	return candidates;
}

} // namespace

TEST(MergeCandidates, OfTheSameKeysTheColumnsBesideThemAreUnited)
{
	Candidates candidates = Merge({Index({1}, {3, 2}), Index({1}, {2, 4})});

	ASSERT_EQ(candidates.indexes.size(), 3u);
	EXPECT_EQ(candidates.indexes[2], Index({1}, {2, 3, 4}));
	EXPECT_THAT(candidates.merges, ElementsAre(CandidateMerge{0, 1, 2}));
	EXPECT_THAT(candidates.relevant, ElementsAre(CandidateSet{0, 2}, CandidateSet{1, 2}));
	EXPECT_EQ(candidates.stand_ins.size(), 3u);
}

TEST(MergeCandidates, TheLongerKeysStay)
{
	Candidates candidates = Merge({Index({1}, {2, 3}), Index({1, 2}, {})});

	ASSERT_EQ(candidates.indexes.size(), 3u);
	EXPECT_EQ(candidates.indexes[2], Index({1, 2}, {3}));
}

TEST(MergeCandidates, OtherKeysAreNotMerged)
{
	EXPECT_THAT(Merge({Index({1}, {3}), Index({2}, {3})}).merges, IsEmpty());
	EXPECT_THAT(Merge({Index({1, 2}, {3}), Index({1, 3}, {2})}).merges, IsEmpty());
}

TEST(MergeCandidates, WhatOneOfThemDoesAlreadyIsNothingNew)
{
	Candidates candidates = Merge({Index({1}, {}), Index({1, 2}, {3}), Index({1, 2}, {})});

	EXPECT_EQ(candidates.indexes.size(), 3u);
	EXPECT_THAT(candidates.merges, IsEmpty());
}

/* A statement asked for it, and no plan that takes it comes up if it counts as a mere merge. */
TEST(MergeCandidates, WhatIsACandidateInItsOwnRightIsNoMerge)
{
	Candidates candidates = Merge({Index({1}, {2}), Index({1}, {3}), Index({1}, {3, 2})});

	EXPECT_EQ(candidates.indexes.size(), 3u);
	EXPECT_THAT(candidates.merges, IsEmpty());
}

TEST(MergeCandidates, PartsOfATableAreNotMerged)
{
	IndexDefinition part = Index({1}, {2});

	part.predicate = kFirstElement;
	EXPECT_THAT(Merge({part, Index({1}, {3})}).merges, IsEmpty());
}

TEST(MergeCandidates, TooManyColumnsAreNotMerged)
{
	EXPECT_THAT(Merge({Index({1}, {2, 3, 4}), Index({1}, {5, 6})}, 6).merges, IsEmpty());
}

} // namespace steward
