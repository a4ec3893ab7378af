/*-------------------------------------------------------------------------
 *
 * propose_candidates_test.cpp
 *	  Shows which indexes are worth pricing for which use of a table: equality
 *	  first, then one range or the wanted order, joins, GROUP BY, the rows of
 *	  a condition alone, and what is not proposed because it is there, cannot
 *	  be, or may not be.
 *
 *-------------------------------------------------------------------------
 */
#include "core/index/propose_candidates.h"

#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "make_model.h"

namespace steward
{

namespace
{

using namespace test;
using testing::Contains;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;

constexpr ObjectId kTable = 1;
constexpr ObjectId kOther = 2;
constexpr size_t kMaxColumns = 4;

enum : ColumnNumber
{
	kA = 1,
	kB,
	kC,
	kD,
	kE,
	kF,
};

std::vector<std::string>
TextsOf(const Candidates &candidates, ObjectId relation = kTable)
{
	std::vector<std::string> texts;

	for (const IndexDefinition &index : candidates.indexes)
	{
		if (index.relation == relation)
			texts.push_back(KeysText(index.keys));
	}
	return texts;
}

/* The indexes proposed for one use of the table alone. */
std::vector<std::string>
Propose(RelationUse use, const Relation &relation = MakeRelation(kTable, "t"),
		size_t max_columns = kMaxColumns)
{
	return TextsOf(ProposeCandidates({QueryShape{{std::move(use)}}}, MakeCatalog({relation}), max_columns));
}

TEST(ProposeCandidates, OneEqualityIsOneIndex)
{
	EXPECT_THAT(Propose(MakeUse(kTable, {Equal(kA)})), UnorderedElementsAre("a"));
}

TEST(ProposeCandidates, TheMostSelectiveEqualityLeads)
{
	std::vector<std::string> indexes =
		Propose(MakeUse(kTable, {Equal(kA, 0.5), Equal(kB, 0.001), Equal(kC, 0.1)}));

	EXPECT_THAT(indexes, Contains("b, c, a"));
	EXPECT_THAT(indexes, Contains("b, c")) << "a shorter one may be the better bargain";
}

/* So that two statements that share a column can share an index. */
TEST(ProposeCandidates, EachEqualityThatFindsFewLeadsOnce)
{
	EXPECT_THAT(Propose(MakeUse(kTable, {Equal(kA, 0.01), Equal(kB, 0.001)})),
				UnorderedElementsAre("a", "b", "a, b", "b, a"));
	EXPECT_THAT(Propose(MakeUse(kTable, {Equal(kA, 0.5), Equal(kB, 0.001)})),
				UnorderedElementsAre("a", "b", "b, a"));
	EXPECT_THAT(Propose(MakeUse(kTable, {Equal(kA, 0.5), Equal(kB, 0.4)})),
				UnorderedElementsAre("a", "b", "b, a"))
		<< "the most selective one in any case";
}

TEST(ProposeCandidates, EqualSelectivityKeepsTheOrderOfTheTable)
{
	EXPECT_THAT(Propose(MakeUse(kTable, {Equal(kC, 0.1), Equal(kA, 0.1), Equal(kB, 0.1)})),
				Contains("a, b, c"));
}

TEST(ProposeCandidates, ARangeFollowsTheEqualities)
{
	std::vector<std::string> indexes =
		Propose(MakeUse(kTable, {Range(kC, 0.0001), Equal(kA, 0.1), Equal(kB, 0.01)}));

	EXPECT_THAT(indexes, Contains("b, a, c"));
	EXPECT_THAT(indexes, Contains("c"));
	EXPECT_THAT(indexes, Not(Contains("c, b, a"))) << "what follows a range is no use to a btree";
}

/* The second one is checked in the index, before the row is looked up. */
TEST(ProposeCandidates, OfTwoRangesEachFollowsTheEqualitiesAloneAndWithTheOther)
{
	std::vector<std::string> indexes = Propose(MakeUse(kTable, {Equal(kA), Range(kB), Range(kC)}));

	EXPECT_THAT(indexes, Contains("a, b"));
	EXPECT_THAT(indexes, Contains("a, c"));
	EXPECT_THAT(indexes, Contains("a, b, c"));
	EXPECT_THAT(indexes, Contains("a, c, b"));
	EXPECT_THAT(indexes, Not(Contains("b, c")));
}

TEST(ProposeCandidates, TheWantedOrderFollowsTheEqualities)
{
	EXPECT_THAT(Propose(MakeUse(kTable, {Equal(kA)}, {{Ascending(kB), Ascending(kC)}})),
				UnorderedElementsAre("a", "b, c", "a, b, c"));
}

/* A btree is read backward as well: one index stands for an order and its mirror image. */
TEST(ProposeCandidates, ADescendingOrderBeginsAscending)
{
	EXPECT_THAT(Propose(MakeUse(kTable, {}, {{Descending(kB)}})), UnorderedElementsAre("b"));
	EXPECT_THAT(Propose(MakeUse(kTable, {}, {{Descending(kB), Descending(kC)}})),
				UnorderedElementsAre("b, c"));
}

/* A use that also reads these columns. */
RelationUse
Reading(RelationUse use, std::vector<ColumnNumber> columns)
{
	use.referenced = std::move(columns);
	return use;
}

/* The included columns of the candidates that have some, with their keys. */
std::vector<std::string>
ProposeCovering(RelationUse use, const Relation &relation = MakeRelation(kTable, "t"))
{
	std::vector<std::string> texts;

	for (const IndexDefinition &index :
		 ProposeCandidates({QueryShape{{std::move(use)}}}, MakeCatalog({relation}), kMaxColumns).indexes)
	{
		std::string text = KeysText(index.keys) + " +";

		for (ColumnNumber number : index.included)
			text += " " + relation.columns.at(number).name;
		if (!index.included.empty())
			texts.push_back(text);
	}
	return texts;
}

TEST(ProposeCandidates, TheOtherColumnsAreIncludedInTheFullestOnes)
{
	EXPECT_THAT(ProposeCovering(Reading(MakeUse(kTable, {Equal(kA), Range(kB)}), {kA, kB, kC})),
				UnorderedElementsAre("a, b + c"));
	EXPECT_THAT(ProposeCovering(Reading(MakeUse(kTable, {Equal(kA)}, {{Ascending(kB)}}), {kA, kB, kC})),
				UnorderedElementsAre("a, b + c"));
	EXPECT_THAT(ProposeCovering(Reading(MakeUse(kTable, {Equal(kA), Joined(kB, 2)}), {kA, kB, kC})),
				UnorderedElementsAre("b, a + c", "a, b + c"));
}

TEST(ProposeCandidates, NothingIsIncludedThatIsAKeyAlready)
{
	EXPECT_THAT(ProposeCovering(Reading(MakeUse(kTable, {Equal(kA)}), {kA})), IsEmpty());
}

TEST(ProposeCandidates, NothingIsIncludedWhereTheWholeRowIsRead)
{
	EXPECT_THAT(ProposeCovering(Reading(MakeUse(kTable, {Equal(kA)}), {0, kA, kB})), IsEmpty());
	EXPECT_THAT(ProposeCovering(Reading(MakeUse(kTable, {Equal(kA)}), {-6, kA, kB})), IsEmpty())
		<< "nor for a system column";
}

/* Of a million rows. */
TEST(ProposeCandidates, NothingIsIncludedForAFewRows)
{
	EXPECT_THAT(ProposeCovering(Reading(MakeUse(kTable, {Equal(kA, 0.000001)}), {kA, kB})), IsEmpty());
	EXPECT_THAT(ProposeCovering(Reading(MakeUse(kTable, {Equal(kA, 0.0001)}), {kA, kB})),
				UnorderedElementsAre("a + b"));
	EXPECT_THAT(ProposeCovering(Reading(MakeUse(kTable, {Equal(kA, 0.000001), Joined(kB, 2)}), {kA, kB, kC})),
				UnorderedElementsAre("b, a + c", "a, b + c"))
		<< "how often it is looked up is for the other table to say";
}

TEST(ProposeCandidates, NothingIsIncludedThatIsMostOfTheRow)
{
	Relation relation = MakeRelation(kTable, "t");

	relation.columns.at(kC).average_width = 500;
	EXPECT_THAT(ProposeCovering(Reading(MakeUse(kTable, {Equal(kA)}), {kA, kB}), relation),
				UnorderedElementsAre("a + b"));
	EXPECT_THAT(ProposeCovering(Reading(MakeUse(kTable, {Equal(kA)}), {kA, kC}), relation), IsEmpty());
}

TEST(ProposeCandidates, NothingIsIncludedThatMightNotFit)
{
	Relation relation = MakeRelation(kTable, "t");

	relation.columns.at(kC).largest_width = 0;
	EXPECT_THAT(ProposeCovering(Reading(MakeUse(kTable, {Equal(kA)}), {kA, kB, kC}), relation), IsEmpty());
	relation.columns.at(kC).largest_width = 1200;
	EXPECT_THAT(ProposeCovering(Reading(MakeUse(kTable, {Equal(kA)}), {kA, kB, kC}), relation), IsEmpty());
	relation.columns.at(kC).largest_width = 800;
	EXPECT_THAT(ProposeCovering(Reading(MakeUse(kTable, {Equal(kA)}), {kA, kB, kC}), relation),
				UnorderedElementsAre("a + b c"));
}

TEST(ProposeCandidates, NothingIsIncludedThatAnyStatementSets)
{
	QueryShape reads{{Reading(MakeUse(kTable, {Equal(kA)}), {kA, kB})}, {}};
	QueryShape sets{{}, {{kTable, kB}}};
	QueryShape sets_elsewhere{{}, {{kOther, kB}, {kTable, kC}}};
	Catalog catalog = MakeCatalog({MakeRelation(kTable, "t"), MakeRelation(kOther, "o")});

	EXPECT_EQ(ProposeCandidates({reads, sets_elsewhere}, catalog, kMaxColumns).indexes.size(), 2U);
	EXPECT_EQ(ProposeCandidates({reads, sets}, catalog, kMaxColumns).indexes.size(), 1U);
}

TEST(ProposeCandidates, AnIndexThatHoldsTheColumnsAnywhereGivesIt)
{
	Relation relation = MakeRelation(kTable, "t");

	relation.indexes = {MakeExisting(1, "wide", {Ascending(kA), Ascending(kB)})};
	EXPECT_THAT(ProposeCovering(Reading(MakeUse(kTable, {Equal(kA)}), {kA, kB}), relation), IsEmpty());
	EXPECT_THAT(ProposeCovering(Reading(MakeUse(kTable, {Equal(kA)}), {kA, kB, kC}), relation),
				UnorderedElementsAre("a + b c"));
	relation.indexes[0].included = {kC};
	EXPECT_THAT(ProposeCovering(Reading(MakeUse(kTable, {Equal(kA)}), {kA, kB, kC}), relation), IsEmpty());
}

TEST(ProposeCandidates, MixedDirectionsStayMixed)
{
	EXPECT_THAT(Propose(MakeUse(kTable, {}, {{Ascending(kB), Descending(kC)}})),
				UnorderedElementsAre("b, c desc"));
	EXPECT_THAT(Propose(MakeUse(kTable, {}, {{Descending(kB), Ascending(kC)}})),
				UnorderedElementsAre("b, c desc"));
}

/* DESC NULLS LAST is the mirror of ASC NULLS FIRST, which a plain index does not give. */
TEST(ProposeCandidates, NullsThatStandElsewhereAreKept)
{
	EXPECT_THAT(Propose(MakeUse(kTable, {}, {{IndexKey{kB, true, false}}})),
				UnorderedElementsAre("b nulls first"));
}

TEST(ProposeCandidates, AColumnHeldEqualIsLeftOutOfTheOrder)
{
	EXPECT_THAT(Propose(MakeUse(kTable, {Equal(kA)}, {{Ascending(kA), Descending(kB)}})), Contains("a, b"));
}

TEST(ProposeCandidates, GroupingIsAnOrderLikeAnother)
{
	EXPECT_THAT(Propose(MakeUse(kTable, {}, {{Ascending(kC), Ascending(kD)}})), Contains("c, d"));
}

TEST(ProposeCandidates, AJoinColumnMayLeadOrFollowTheEqualities)
{
	EXPECT_THAT(Propose(MakeUse(kTable, {Joined(kA, 2), Equal(kB)})),
				UnorderedElementsAre("b", "a", "a, b", "b, a"));
}

TEST(ProposeCandidates, ColumnsOfOneJoinStandTogether)
{
	std::vector<std::string> indexes =
		Propose(MakeUse(kTable, {Joined(kA, 2), Joined(kB, 2), Joined(kC, 3)}));

	EXPECT_THAT(indexes, Contains("a, b"));
	EXPECT_THAT(indexes, Contains("c"));
	EXPECT_THAT(indexes, Not(Contains("a, c"))) << "what is left of a join does not lead to another";
}

/* A nested loop may have both partners outside: then all of the columns are looked up at once. */
TEST(ProposeCandidates, ColumnsOfTwoJoinsFollowEachOther)
{
	std::vector<std::string> indexes =
		Propose(MakeUse(kTable, {Joined(kA, 2), Joined(kB, 2), Joined(kC, 3)}));

	EXPECT_THAT(indexes, Contains("a, b, c"));
	EXPECT_THAT(indexes, Contains("c, a, b"));
}

TEST(ProposeCandidates, OneOfSeveralEqualitiesMayStandBesideAJoin)
{
	std::vector<std::string> indexes = Propose(MakeUse(kTable, {Joined(kA, 2), Equal(kB), Equal(kC)}));

	EXPECT_THAT(indexes, Contains("b, a"));
	EXPECT_THAT(indexes, Contains("c, a"));
	EXPECT_THAT(indexes, Contains("a, b"));
	EXPECT_THAT(indexes, Contains("a, c"));
}

TEST(ProposeCandidates, ARangeFollowsTheJoin)
{
	std::vector<std::string> indexes = Propose(MakeUse(kTable, {Joined(kA, 2), Equal(kB), Range(kC)}));

	EXPECT_THAT(indexes, Contains("a, c"));
	EXPECT_THAT(indexes, Contains("b, a, c"));
}

/* An arm of an OR is a use of the table of its own. */
TEST(ProposeCandidates, EachArmOfAnOrGetsItsOwn)
{
	Candidates candidates =
		ProposeCandidates({QueryShape{{MakeUse(kTable, {Equal(kA)}), MakeUse(kTable, {Equal(kB)})}}},
						  MakeCatalog({MakeRelation(kTable, "t")}), kMaxColumns);

	EXPECT_THAT(TextsOf(candidates), UnorderedElementsAre("a", "b"));
	EXPECT_EQ(candidates.relevant.at(0).size(), 2u);
}

TEST(ProposeCandidates, MaxColumnsCutsTheTail)
{
	RelationUse use =
		MakeUse(kTable, {Equal(kA, 0.1), Equal(kB, 0.2), Equal(kC, 0.3), Equal(kD, 0.4), Range(kE)});

	EXPECT_THAT(Propose(use), Contains("a, b, c, d"));
	EXPECT_THAT(Propose(use, MakeRelation(kTable, "t"), 2), Contains("a, b"));
	for (const std::string &index : Propose(use, MakeRelation(kTable, "t"), 1))
		EXPECT_EQ(index.size(), 1u) << index;
}

TEST(ProposeCandidates, NothingOnATableThatIsUnfit)
{
	Relation small = MakeRelation(kTable, "t");

	small.unfit = "it is too small to matter";
	EXPECT_THAT(Propose(MakeUse(kTable, {Equal(kA)}), small), IsEmpty());
}

TEST(ProposeCandidates, NothingOnATableThatIsGone)
{
	EXPECT_THAT(Propose(MakeUse(kOther, {Equal(kA)})), IsEmpty());
}

TEST(ProposeCandidates, AColumnWhoseTypeHasNoOrderIsNoKey)
{
	Relation relation = MakeRelation(kTable, "t");

	relation.columns[kB].indexable = false;
	EXPECT_THAT(Propose(MakeUse(kTable, {Equal(kA), Equal(kB), Range(kC)}), relation),
				UnorderedElementsAre("a", "c", "a, c"));
}

TEST(ProposeCandidates, AnOrderEndsBeforeAColumnThatCannotBeIndexed)
{
	Relation relation = MakeRelation(kTable, "t");

	relation.columns[kB].indexable = false;
	EXPECT_THAT(Propose(MakeUse(kTable, {}, {{Ascending(kA), Ascending(kB), Ascending(kC)}}), relation),
				UnorderedElementsAre("a"));
}

TEST(ProposeCandidates, ADroppedColumnIsNoKey)
{
	Relation relation = MakeRelation(kTable, "t");

	relation.columns.erase(kA);
	EXPECT_THAT(Propose(MakeUse(kTable, {Equal(kA), Equal(kB)}), relation), UnorderedElementsAre("b"));
}

TEST(ProposeCandidates, AnExistingIndexAndItsPrefixesAreNotProposedAgain)
{
	Relation relation = MakeRelation(kTable, "t");

	relation.indexes = {MakeExisting(100, "t_a_b_idx", {Ascending(kA), Ascending(kB)})};
	EXPECT_THAT(Propose(MakeUse(kTable, {Equal(kA, 0.1), Equal(kB, 0.2)}), relation),
				UnorderedElementsAre("b"));
}

TEST(ProposeCandidates, WhatIsBeingBuiltIsNotProposedAgain)
{
	Relation relation = MakeRelation(kTable, "t");

	relation.indexes = {MakeExisting(100, "t_a_idx", {Ascending(kA)})};
	relation.indexes[0].valid = false;
	EXPECT_THAT(Propose(MakeUse(kTable, {Equal(kA, 0.01)}), relation), UnorderedElementsAre("a"))
		<< "an invalid one is of no use";
	relation.indexes[0].being_built = true;
	EXPECT_THAT(Propose(MakeUse(kTable, {Equal(kA, 0.01)}), relation), IsEmpty());
}

TEST(ProposeCandidates, AnExistingIndexTheOtherWayRoundIsTheSame)
{
	Relation relation = MakeRelation(kTable, "t");

	relation.indexes = {MakeExisting(100, "t_a_b_idx", {Descending(kA), Ascending(kB)})};
	EXPECT_THAT(Propose(MakeUse(kTable, {}, {{Ascending(kA), Descending(kB)}}), relation), IsEmpty());
}

TEST(ProposeCandidates, AnExistingIndexThatIsInvalidOrNotPlainGivesNothing)
{
	Relation relation = MakeRelation(kTable, "t");

	relation.indexes = {MakeExisting(100, "t_a_idx", {Ascending(kA)})};
	relation.indexes[0].valid = false;
	EXPECT_THAT(Propose(MakeUse(kTable, {Equal(kA)}), relation), UnorderedElementsAre("a"));
	relation.indexes[0].valid = true;
	relation.indexes[0].recognized = false;
	EXPECT_THAT(Propose(MakeUse(kTable, {Equal(kA)}), relation), UnorderedElementsAre("a"));
}

TEST(ProposeCandidates, AnExistingIndexOnMoreColumnsThanWantedGivesAPrefixOnly)
{
	Relation relation = MakeRelation(kTable, "t");

	relation.indexes = {MakeExisting(100, "t_b_a_idx", {Ascending(kB), Ascending(kA)})};
	EXPECT_THAT(Propose(MakeUse(kTable, {Equal(kA)}), relation), UnorderedElementsAre("a"));
}

/* Two statements that want the same index share one candidate; each has its own relevant set. */
TEST(ProposeCandidates, TheSameIndexIsProposedOnceForAll)
{
	Candidates candidates = ProposeCandidates({QueryShape{{MakeUse(kTable, {Equal(kA)})}},
											   QueryShape{{MakeUse(kTable, {Equal(kA), Equal(kB)})}},
											   QueryShape{}, QueryShape{{MakeUse(kTable, {Equal(kC)})}}},
											  MakeCatalog({MakeRelation(kTable, "t")}), kMaxColumns);

	EXPECT_THAT(TextsOf(candidates), UnorderedElementsAre("a", "b", "a, b", "b, a", "c"));
	ASSERT_EQ(candidates.relevant.size(), 4u);
	EXPECT_EQ(candidates.relevant[0].size(), 2u) << "those that begin with a";
	EXPECT_EQ(candidates.relevant[1].size(), 4u);
	EXPECT_THAT(candidates.relevant[2], IsEmpty()) << "a statement that could not be described";
	EXPECT_EQ(candidates.relevant[3].size(), 1u);
}

TEST(ProposeCandidates, RelevantSetsAreSortedAndPointAtTheirTables)
{
	Candidates candidates = ProposeCandidates(
		{QueryShape{{MakeUse(kTable, {Joined(kA, 2), Equal(kB)}), MakeUse(kOther, {Joined(kA, 1)})}}},
		MakeCatalog({MakeRelation(kTable, "t"), MakeRelation(kOther, "u")}), kMaxColumns);

	EXPECT_THAT(TextsOf(candidates, kOther), UnorderedElementsAre("a"));
	EXPECT_TRUE(std::is_sorted(candidates.relevant.at(0).begin(), candidates.relevant.at(0).end()));
	EXPECT_EQ(candidates.relevant.at(0).size(), candidates.indexes.size());
}

/* What is looked up for each row of an outer query is looked up often. */
TEST(ProposeCandidates, ColumnsAreIncludedForAFewRowsThatAreAskedForAgainAndAgain)
{
	ColumnUse repeated = Equal(kA, 0.000001);

	repeated.repeated = true;
	EXPECT_THAT(ProposeCovering(Reading(MakeUse(kTable, {repeated}), {kA, kB})),
				UnorderedElementsAre("a + b"));
}

/* The rows are found in order, and those that the ranges leave out are not looked up. */
TEST(ProposeCandidates, TheRangesMayFollowTheOrder)
{
	std::vector<std::string> indexes =
		Propose(MakeUse(kTable, {Equal(kA), Range(kC), Range(kD, 0.2)}, {{Ascending(kB)}}));

	EXPECT_THAT(indexes, Contains("a, b, c, d"));
	EXPECT_THAT(indexes, Contains("a, b"));
}

constexpr ColumnNumber kCondition = kFirstElement;
constexpr ColumnNumber kDocument = kFirstElement + 10;
constexpr ColumnNumber kTags = kFirstElement + 11;

/* A million rows, a has three values, and the condition is on it. */
Relation
MakeConditioned(const Condition &condition = MakeCondition(kCondition, kA, 0.005))
{
	Relation relation = MakeRelation(kTable, "t");

	relation.columns[kA].distinct_values = 3;
	relation.conditions[condition.number] = condition;
	return relation;
}

/* The use has the condition; the tests of what a partial index holds say nothing of others. */
RelationUse
OnCondition(RelationUse use)
{
	use.conditions = {{kCondition, 0.005}};
	return use;
}

std::vector<std::string>
ProposePartial(RelationUse use, const Relation &relation, const std::vector<ColumnWrite> &writes = {})
{
	std::vector<std::string> texts;
	QueryShape shape{{OnCondition(std::move(use))}, writes};

	for (const IndexDefinition &index :
		 ProposeCandidates({shape}, MakeCatalog({relation}), kMaxColumns).indexes)
	{
		if (index.predicate != 0)
			texts.push_back(IndexText(index, relation));
	}
	return texts;
}

/* WHERE a = 1 ORDER BY b */
RelationUse
InState()
{
	return MakeUse(kTable, {Equal(kA, 0.005)}, {{Ascending(kB)}});
}

TEST(ProposeCandidates, TheRowsOfARareValueMayHaveAnIndexOfTheirOwn)
{
	EXPECT_THAT(ProposePartial(InState(), MakeConditioned()), UnorderedElementsAre("b where a = 1"));
}

/* Tomorrow another value may be asked for. */
TEST(ProposeCandidates, AValueAsFrequentAsTheOthersHasNone)
{
	EXPECT_THAT(ProposePartial(InState(), MakeConditioned(MakeCondition(kCondition, kA, 0.21))), IsEmpty())
		<< "more than 0.6 of a third";
	EXPECT_THAT(ProposePartial(InState(), MakeConditioned(MakeCondition(kCondition, kA, 0.19))),
				UnorderedElementsAre("b where a = 1"));
}

TEST(ProposeCandidates, AListOfValuesIsRareTogether)
{
	Condition list = MakeCondition(kCondition, kA, 0.25);

	list.fixes = false;
	list.values = 2;
	EXPECT_THAT(ProposePartial(MakeUse(kTable, {Equal(kB)}), MakeConditioned(list)),
				Contains("b where a = 1"));
	list.values = 1;
	EXPECT_THAT(ProposePartial(MakeUse(kTable, {Equal(kB)}), MakeConditioned(list)), IsEmpty());
}

TEST(ProposeCandidates, AValueOfManyDifferentOnesHasNone)
{
	Relation relation = MakeConditioned(MakeCondition(kCondition, kA, 0.001));

	relation.columns[kA].distinct_values = 100;
	EXPECT_THAT(ProposePartial(InState(), relation), UnorderedElementsAre("b where a = 1"));
	relation.columns[kA].distinct_values = 101;
	EXPECT_THAT(ProposePartial(InState(), relation), IsEmpty());
	relation.columns[kA].distinct_values = 0;
	EXPECT_THAT(ProposePartial(InState(), relation), IsEmpty()) << "nor where it is not known how many";
}

/* Truth values and NULL: however many values there are, and however rows are spread. */
TEST(ProposeCandidates, AConditionThatComparesNothingNeedsNoRareValue)
{
	Relation relation = MakeConditioned(MakeNullCondition(kCondition, kA, 0.29));

	relation.columns[kA].distinct_values = 100000;
	EXPECT_THAT(ProposePartial(InState(), relation), UnorderedElementsAre("b where a IS NULL"));
}

TEST(ProposeCandidates, ALargePartOfTheRowsHasNone)
{
	EXPECT_THAT(ProposePartial(InState(), MakeConditioned(MakeNullCondition(kCondition, kA, 0.3))),
				UnorderedElementsAre("b where a IS NULL"));
	EXPECT_THAT(ProposePartial(InState(), MakeConditioned(MakeNullCondition(kCondition, kA, 0.31))),
				IsEmpty());
}

TEST(ProposeCandidates, WhatTheConditionFixesIsNoKey)
{
	RelationUse use = Reading(
		MakeUse(kTable, {Equal(kA, 0.005), Equal(kB)}, {{Ascending(kA), Ascending(kC)}}), {kA, kB, kC, kD});

	EXPECT_THAT(ProposePartial(use, MakeConditioned()),
				UnorderedElementsAre("b, c + d where a = 1", "b, c where a = 1", "c + b d where a = 1",
									 "c where a = 1", "b + c d where a = 1", "b where a = 1"));
}

/* a IS NOT NULL */
TEST(ProposeCandidates, WhatTheConditionLeavesOpenMayBeAKey)
{
	Condition condition = MakeNullCondition(kCondition, kA, 0.1);

	condition.fixes = false;
	EXPECT_THAT(ProposePartial(MakeUse(kTable, {}, {{Ascending(kA)}}), MakeConditioned(condition)),
				UnorderedElementsAre("a where a IS NULL"));
}

/* 1,000 rows fulfil the condition. */
TEST(ProposeCandidates, APartialIndexIncludesNothingForAFewRows)
{
	Relation relation = MakeConditioned(MakeCondition(kCondition, kA, 0.001));

	EXPECT_THAT(ProposePartial(Reading(MakeUse(kTable, {Equal(kB, 0.01)}), {kA, kB, kC}), relation),
				UnorderedElementsAre("b where a = 1"));
	EXPECT_THAT(ProposePartial(Reading(MakeUse(kTable, {Equal(kB, 0.03)}), {kA, kB, kC}), relation),
				UnorderedElementsAre("b where a = 1", "b + c where a = 1"));
}

TEST(ProposeCandidates, WhereTheConditionSaysAllAnyColumnThatIsReadIsTheKey)
{
	RelationUse use = MakeUse(kTable, {Equal(kA, 0.005)});

	EXPECT_THAT(ProposePartial(Reading(use, {kA, kD}), MakeConditioned()),
				UnorderedElementsAre("d where a = 1"));
	EXPECT_THAT(ProposePartial(Reading(use, {kA, kD, kE}), MakeConditioned(), {{kTable, kD}}),
				UnorderedElementsAre("e where a = 1"))
		<< "but for one that somebody sets";

	Relation wide = MakeConditioned();

	wide.columns[kD].largest_width = 0;
	EXPECT_THAT(ProposePartial(Reading(use, {kA, kD, kE}), wide), UnorderedElementsAre("e where a = 1"))
		<< "or that might not fit";
	wide.columns[kE].indexable = false;
	EXPECT_THAT(ProposePartial(Reading(use, {kA, kD, kE}), wide), UnorderedElementsAre("a where a = 1"))
		<< "or that has no order";
}

TEST(ProposeCandidates, WhereNothingElseIsReadTheKeyIsUniqueOrTheColumnOfTheConditionOrAnyOther)
{
	RelationUse use = Reading(MakeUse(kTable, {Equal(kA, 0.005)}), {kA});
	Relation relation = MakeConditioned();

	EXPECT_THAT(ProposePartial(use, relation), UnorderedElementsAre("a where a = 1"));
	relation.columns[kF].unique_values = true;
	EXPECT_THAT(ProposePartial(use, relation), UnorderedElementsAre("f where a = 1"));
	EXPECT_THAT(ProposePartial(use, relation, {{kTable, kF}}), UnorderedElementsAre("a where a = 1"));
	EXPECT_THAT(ProposePartial(use, relation, {{kTable, kF}, {kTable, kA}}),
				UnorderedElementsAre("b where a = 1"));
}

TEST(ProposeCandidates, AConditionThatIsNotKnownHasNoIndex)
{
	EXPECT_THAT(ProposePartial(InState(), MakeRelation(kTable, "t")), IsEmpty())
		<< "its value may not be told to who asks";
}

/* Only a statement that has the condition can use the index of its rows. */
TEST(ProposeCandidates, APartialIndexIsRelevantWhereItsConditionIs)
{
	Candidates candidates = ProposeCandidates({QueryShape{{OnCondition(InState())}}, QueryShape{{InState()}}},
											  MakeCatalog({MakeConditioned()}), kMaxColumns);

	ASSERT_EQ(candidates.relevant.size(), 2u);
	EXPECT_EQ(candidates.relevant[0].size(), candidates.indexes.size());
	EXPECT_EQ(candidates.relevant[1].size(), candidates.indexes.size() - 1);
	for (CandidateId id : candidates.relevant[1])
		EXPECT_EQ(candidates.indexes.at(static_cast<size_t>(id)).predicate, 0);
}

/* "index <- what stands in for it" */
std::vector<std::string>
StandIns(RelationUse use, const Relation &relation)
{
	Candidates candidates =
		ProposeCandidates({QueryShape{{OnCondition(std::move(use))}}}, MakeCatalog({relation}), kMaxColumns);
	std::vector<std::string> texts;

	for (size_t i = 0; i < candidates.indexes.size(); i++)
	{
		for (CandidateId id : candidates.stand_ins.at(i))
			texts.push_back(IndexText(candidates.indexes[i], relation) + " <- " +
							IndexText(candidates.indexes.at(static_cast<size_t>(id)), relation));
	}
	return texts;
}

TEST(ProposeCandidates, APartialIndexStandsInForOneWithItsColumnAsAKey)
{
	EXPECT_THAT(StandIns(InState(), MakeConditioned()),
				UnorderedElementsAre("a <- b where a = 1", "a, b <- b where a = 1"));
	EXPECT_THAT(StandIns(MakeUse(kTable, {Equal(kA, 0.005), Equal(kB, 0.01)}), MakeConditioned()),
				UnorderedElementsAre("a <- b where a = 1", "a, b <- b where a = 1", "b, a <- b where a = 1"));
}

TEST(ProposeCandidates, APartialIndexStandsInForOneThatIncludesNoMore)
{
	EXPECT_THAT(StandIns(Reading(InState(), {kA, kB, kC}), MakeConditioned()),
				UnorderedElementsAre("a <- b where a = 1", "a <- b + c where a = 1", "a, b <- b where a = 1",
									 "a, b <- b + c where a = 1", "a, b + c <- b + c where a = 1"));
}

/* A list of values: which of them a row has it does not say. */
TEST(ProposeCandidates, APartialIndexThatFixesNothingStandsInForNone)
{
	Condition list = MakeCondition(kCondition, kA, 0.005);

	list.fixes = false;
	list.values = 2;
	ASSERT_THAT(ProposePartial(InState(), MakeConditioned(list)), Contains("b where a = 1"));
	EXPECT_THAT(StandIns(InState(), MakeConditioned(list)), IsEmpty());
}

/* All that is proposed for WHERE a = 1 ORDER BY b where b WHERE a = 1 is there. */
std::vector<std::string>
ProposeBesidePartial(RelationUse use, Relation relation)
{
	std::vector<std::string> texts;

	relation.indexes = {MakeExisting(10, "partial", {Ascending(kB)})};
	relation.indexes[0].predicate = kCondition;
	for (const IndexDefinition &index :
		 ProposeCandidates({QueryShape{{std::move(use)}}}, MakeCatalog({relation}), kMaxColumns).indexes)
		texts.push_back(IndexText(index, relation));
	return texts;
}

TEST(ProposeCandidates, APartialIndexThatIsThereGivesWhatItsConditionMakesOfOthers)
{
	EXPECT_THAT(ProposeBesidePartial(OnCondition(InState()), MakeConditioned()), IsEmpty());
	EXPECT_THAT(ProposeBesidePartial(InState(), MakeConditioned()), UnorderedElementsAre("a", "b", "a, b"))
		<< "where the statement does not have its condition it gives nothing";
}

TEST(ProposeCandidates, APartialIndexThatIsThereGivesNoMoreThanItHolds)
{
	EXPECT_THAT(ProposeBesidePartial(OnCondition(Reading(InState(), {kA, kB, kC})), MakeConditioned()),
				UnorderedElementsAre("a, b + c", "b + c where a = 1"));
	EXPECT_THAT(ProposeBesidePartial(OnCondition(MakeUse(kTable, {Equal(kA, 0.005)}, {{Ascending(kC)}})),
									 MakeConditioned()),
				UnorderedElementsAre("c", "a, c", "c where a = 1"));
}

TEST(ProposeCandidates, APartialIndexThatFixesNothingGivesNothing)
{
	Condition list = MakeCondition(kCondition, kA, 0.005);

	list.fixes = false;
	list.values = 2;
	EXPECT_THAT(ProposeBesidePartial(OnCondition(InState()), MakeConditioned(list)), Contains("a, b"));
}

Relation
MakeSearchable()
{
	Relation relation = MakeRelation(kTable, "t");

	relation.columns[kDocument] = MakeElement(kDocument, "document", "gin", kA);
	relation.columns[kTags] = MakeElement(kTags, "tags", "gin", kB);
	return relation;
}

std::vector<std::string>
ProposeSearch(const Relation &relation)
{
	std::vector<std::string> texts;
	RelationUse use = MakeUse(kTable, {});

	use.searches = {Search(kDocument), Search(kTags)};
	for (const IndexDefinition &index :
		 ProposeCandidates({QueryShape{{std::move(use)}}}, MakeCatalog({relation}), kMaxColumns).indexes)
		texts.push_back(IndexText(index, relation));
	return texts;
}

TEST(ProposeCandidates, SearchesAreProposedOnceEach)
{
	EXPECT_THAT(ProposeSearch(MakeSearchable()),
				UnorderedElementsAre("gin: document", "gin: tags", "gin: document, tags"));
}

/* GIN looks up any of its keys, wherever it stands. */
TEST(ProposeCandidates, AnInvertedIndexThatIsThereGivesEachOfItsKeys)
{
	Relation relation = MakeSearchable();

	relation.indexes = {MakeExisting(10, "both", {Ascending(kTags), Ascending(kDocument)})};
	relation.indexes[0].method = "gin";
	EXPECT_THAT(ProposeSearch(relation), IsEmpty());
	relation.indexes = {MakeExisting(10, "one", {Ascending(kTags)})};
	relation.indexes[0].method = "gin";
	EXPECT_THAT(ProposeSearch(relation), UnorderedElementsAre("gin: document", "gin: document, tags"));
	relation.indexes[0].method = "gist";
	EXPECT_THAT(ProposeSearch(relation), Contains("gin: tags"));
}

TEST(ProposeCandidates, AnIndexOfASearchIsRelevantWhereAnyOfItsKeysIs)
{
	RelationUse both = MakeUse(kTable, {});
	RelationUse tags = MakeUse(kTable, {});

	both.searches = {Search(kDocument), Search(kTags)};
	tags.searches = {Search(kTags)};

	Candidates candidates = ProposeCandidates({QueryShape{{both}}, QueryShape{{tags}}},
											  MakeCatalog({MakeSearchable()}), kMaxColumns);

	EXPECT_EQ(candidates.relevant.at(0).size(), 3u);
	EXPECT_EQ(candidates.relevant.at(1).size(), 2u) << "tags alone, and document, tags";
}

TEST(ProposeCandidates, NothingWantedIsNothingProposed)
{
	EXPECT_THAT(Propose(MakeUse(kTable, {})), IsEmpty());
	EXPECT_THAT(ProposeCandidates({}, {}, kMaxColumns).indexes, IsEmpty());
}

TEST(NormalizeOrder, TurnsWhatBeginsDescending)
{
	EXPECT_EQ(KeysText(NormalizeOrder({Ascending(kA), Descending(kB)})), "a, b desc");
	EXPECT_EQ(KeysText(NormalizeOrder({Descending(kA), Ascending(kB)})), "a, b desc");
	EXPECT_EQ(KeysText(NormalizeOrder({})), "");
}

} // namespace

} // namespace steward
