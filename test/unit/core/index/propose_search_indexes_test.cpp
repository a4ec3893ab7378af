/*-------------------------------------------------------------------------
 *
 * propose_search_indexes_test.cpp
 *	  Shows for which conditions an index of another access method than btree
 *	  is worth pricing, alone and together with others of its method.
 *
 *-------------------------------------------------------------------------
 */
#include "core/index/propose_search_indexes.h"

#include <set>
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
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

constexpr ObjectId kTable = 1;

/* Elements of the columns a to f, in this order of their numbers. */
enum : ColumnNumber
{
	kDocument = kFirstElement,
	kTags,
	kNames,
	kWords,
	kLetters,
	kTagsOtherwise, /* the column of kTags with another operator class */
	kArea,
	kPlace,
	kOwner, /* equality, beside others in GiST */
	kState,
	kLevel,
	kColor,
	kHash,
	kTime,
	kPoint, /* SP-GiST */
	kPointToo,
};

Relation
MakeSearchable()
{
	Relation relation = MakeRelation(kTable, "t", 20);
	ColumnNumber base = 1;

	auto add = [&](ColumnNumber number, const char *name, const char *method)
	{ relation.columns[number] = MakeElement(number, name, method, base++); };

	add(kDocument, "document", "gin");
	add(kTags, "tags", "gin");
	add(kNames, "names", "gin");
	add(kWords, "words", "gin");
	add(kLetters, "letters", "gin");
	add(kArea, "area", "gist");
	add(kPlace, "place", "gist");
	add(kOwner, "owner", "gist");
	add(kState, "state", "gist");
	add(kLevel, "level", "gist");
	add(kColor, "color", "gist");
	add(kHash, "hash", "hash");
	add(kTime, "time", "brin");
	add(kPoint, "point", "spgist");
	add(kPointToo, "point_too", "spgist");
	relation.columns[kTagsOtherwise] =
		MakeElement(kTagsOtherwise, "tags_otherwise", "gin", relation.columns[kTags].base);
	relation.columns[kPoint].multi_column = false;
	relation.columns[kPointToo].multi_column = false;
	relation.columns[kHash].multi_column = false;
	relation.columns[kTime].correlation = 1;
	return relation;
}

std::vector<IndexDefinition>
IndexesFor(std::vector<SearchUse> searches, const Relation &relation)
{
	RelationUse use = MakeUse(kTable, {});

	use.searches = std::move(searches);
	return ProposeSearchIndexes(use, relation);
}

/* Each of them once. */
std::set<std::string>
Propose(std::vector<SearchUse> searches, const Relation &relation = MakeSearchable())
{
	std::set<std::string> texts;

	for (const IndexDefinition &index : IndexesFor(std::move(searches), relation))
		texts.insert(IndexText(index, relation));
	return texts;
}

TEST(ProposeSearchIndexes, ASearchHasAnIndexOfItsOwn)
{
	EXPECT_THAT(Propose({Search(kDocument)}), ElementsAre("gin: document"));
	EXPECT_THAT(Propose({Search(kPoint)}), ElementsAre("spgist: point"));
	EXPECT_THAT(Propose({}), IsEmpty());
}

TEST(ProposeSearchIndexes, ASearchThatFindsALargePartOfTheRowsIsLeftOut)
{
	EXPECT_THAT(Propose({Search(kDocument, 0.29)}), ElementsAre("gin: document"));
	EXPECT_THAT(Propose({Search(kDocument, 0.31)}), IsEmpty());
	EXPECT_THAT(Propose({Distance(kPlace)}), ElementsAre("gist: place"))
		<< "an order is read only as far as it is wanted";
}

TEST(ProposeSearchIndexes, AnElementThatIsGoneIsLeftOut)
{
	Relation relation = MakeSearchable();

	relation.columns.erase(kDocument);
	EXPECT_THAT(Propose({Search(kDocument), Search(kTags)}, relation), ElementsAre("gin: tags"));
}

TEST(ProposeSearchIndexes, SearchesOfOneMethodAlsoShareAnIndex)
{
	EXPECT_THAT(Propose({Search(kTags), Search(kDocument)}),
				ElementsAre("gin: document", "gin: document, tags", "gin: tags"));
	EXPECT_THAT(Propose({Search(kTags), Search(kArea)}), ElementsAre("gin: tags", "gist: area"))
		<< "two methods share none";
}

TEST(ProposeSearchIndexes, AnIndexIsSharedByFourAtMost)
{
	std::set<std::string> indexes =
		Propose({Search(kDocument), Search(kTags), Search(kNames), Search(kWords)});

	EXPECT_THAT(indexes, Contains("gin: document, tags, names, words"));
	for (const IndexDefinition &index :
		 IndexesFor({Search(kDocument), Search(kTags), Search(kNames), Search(kWords), Search(kLetters)},
					MakeSearchable()))
		EXPECT_LE(index.keys.size(), 4u) << IndexText(index, MakeSearchable());
}

TEST(ProposeSearchIndexes, TwoOperatorClassesOfOneColumnShareNone)
{
	EXPECT_THAT(Propose({Search(kTags), Search(kTagsOtherwise)}),
				ElementsAre("gin: tags", "gin: tags_otherwise"));
	EXPECT_THAT(Propose({Search(kDocument), Search(kTags), Search(kTagsOtherwise)}),
				Not(Contains(testing::ContainsRegex("tags.*tags"))));
}

TEST(ProposeSearchIndexes, AMethodOfOneKeySharesNone)
{
	EXPECT_THAT(Propose({Search(kPoint), Search(kPointToo)}),
				ElementsAre("spgist: point", "spgist: point_too"));
}

/* GiST divides by its first key; a btree serves the equality alone. */
TEST(ProposeSearchIndexes, EqualitiesStandFirstBesideASearch)
{
	EXPECT_THAT(Propose({Search(kArea), AlsoBtree(kOwner)}), ElementsAre("gist: area", "gist: owner, area"));
	EXPECT_THAT(
		Propose({Search(kArea), Search(kPlace), AlsoBtree(kOwner)}),
		ElementsAre("gist: area", "gist: owner, area, place", "gist: owner, place, area", "gist: place"));
	EXPECT_THAT(Propose({AlsoBtree(kOwner)}), IsEmpty());
	EXPECT_THAT(Propose({AlsoBtree(kOwner), AlsoBtree(kState)}), IsEmpty());
}

TEST(ProposeSearchIndexes, EqualitiesLeaveRoomForTheSearch)
{
	EXPECT_THAT(
		Propose({Search(kArea), AlsoBtree(kOwner), AlsoBtree(kState), AlsoBtree(kLevel), AlsoBtree(kColor)}),
		ElementsAre("gist: area", "gist: owner, state, level, area"));
}

TEST(ProposeSearchIndexes, AnOrderByDistanceComesBeforeTheSearches)
{
	EXPECT_THAT(Propose({Search(kArea), Distance(kPlace)}), Contains("gist: place, area"));
	EXPECT_THAT(Propose({Distance(kPlace), AlsoBtree(kOwner)}), Contains("gist: owner, place"));
}

TEST(ProposeSearchIndexes, HashIsForWideValues)
{
	Relation relation = MakeSearchable();

	relation.columns[kHash].average_width = 31;
	EXPECT_THAT(Propose({AlsoBtree(kHash)}, relation), IsEmpty());
	relation.columns[kHash].average_width = 32;
	EXPECT_THAT(Propose({AlsoBtree(kHash)}, relation), ElementsAre("hash: hash"));
	EXPECT_THAT(Propose({AlsoBtree(kHash, 0.5)}, relation), IsEmpty());
}

TEST(ProposeSearchIndexes, WideValuesAreNoReasonForAnotherMethod)
{
	Relation relation = MakeSearchable();

	relation.columns[kOwner].average_width = 1000;
	EXPECT_THAT(Propose({AlsoBtree(kOwner)}, relation), IsEmpty());
}

TEST(ProposeSearchIndexes, BrinIsForBigTablesInOrder)
{
	Relation relation = MakeSearchable();

	EXPECT_THAT(Propose({AlsoBtree(kTime)}, relation), ElementsAre("brin: time"));
	relation.columns[kTime].correlation = -0.95;
	EXPECT_THAT(Propose({AlsoBtree(kTime)}, relation), ElementsAre("brin: time"));
	relation.columns[kTime].correlation = 0.89;
	EXPECT_THAT(Propose({AlsoBtree(kTime)}, relation), IsEmpty());
	relation.columns[kTime].correlation = 1;
	relation.pages = 999;
	EXPECT_THAT(Propose({AlsoBtree(kTime)}, relation), IsEmpty());
	relation.pages = 1000;
	EXPECT_THAT(Propose({AlsoBtree(kTime)}, relation), ElementsAre("brin: time"));
}

/* Of 10,000 pages. */
TEST(ProposeSearchIndexes, RangesOfBrinAreSmallerThanWhatIsFound)
{
	auto range_for = [](double selectivity)
	{ return IndexesFor({AlsoBtree(kTime, selectivity)}, MakeSearchable()).at(0).pages_per_range; };

	EXPECT_EQ(range_for(0.2), 0) << "the server's default will do";
	EXPECT_EQ(range_for(0.0128), 0);
	EXPECT_EQ(range_for(0.0127), 64);
	EXPECT_EQ(range_for(0.005), 32);
	EXPECT_EQ(range_for(0.000001), 8);
}

TEST(ProposeSearchIndexes, OnlyBrinHasRanges)
{
	EXPECT_EQ(IndexesFor({Search(kDocument, 0.000001)}, MakeSearchable()).at(0).pages_per_range, 0);
}

} // namespace

} // namespace steward
