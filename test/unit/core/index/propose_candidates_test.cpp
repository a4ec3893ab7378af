/*-------------------------------------------------------------------------
 *
 * propose_candidates_test.cpp
 *	  Shows which indexes are worth pricing for which use of a table: equality
 *	  first, then one range or the wanted order, joins, GROUP BY, and what is
 *	  not proposed because it is there, cannot be, or may not be.
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
TEST(ProposeCandidates, EachEqualityLeadsOnce)
{
	std::vector<std::string> indexes = Propose(MakeUse(kTable, {Equal(kA, 0.5), Equal(kB, 0.001)}));

	EXPECT_THAT(indexes, UnorderedElementsAre("a", "b", "a, b", "b, a"));
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

TEST(ProposeCandidates, OfTwoRangesEachStandsLastOnce)
{
	std::vector<std::string> indexes = Propose(MakeUse(kTable, {Equal(kA), Range(kB), Range(kC)}));

	EXPECT_THAT(indexes, Contains("a, b"));
	EXPECT_THAT(indexes, Contains("a, c"));
	EXPECT_THAT(indexes, Not(Contains("a, b, c")));
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
				UnorderedElementsAre("b", "b, a"));
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
