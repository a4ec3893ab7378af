/*-------------------------------------------------------------------------
 *
 * next_part_test.cpp
 *	  Shows in which order the index of a partitioned table is built and
 *	  removed, from whatever is there.
 *
 *-------------------------------------------------------------------------
 */
#include "core/index/next_part.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace steward
{

namespace
{

/* table (1) with leaf (2) and sub (3), which has leaf (4) */
std::vector<IndexPart>
Nothing()
{
	std::vector<IndexPart> parts(4);

	parts[0].table = {1, 0, true, "public", "whole", "public.whole", 0, 0};
	parts[1].table = {2, 1, false, "public", "leaf", "public.leaf", 0, 0};
	parts[2].table = {3, 1, true, "public", "sub", "public.sub", 0, 0};
	parts[3].table = {4, 3, false, "public", "low", "public.low", 0, 0};
	return parts;
}

/* Does what comes next, as the server would. */
std::string
Carry(const NextPart &next, std::vector<IndexPart> &parts)
{
	IndexPart &part = parts.at(next.part);

	switch (next.step)
	{
		case PartStep::kBuild:
			part.there = part.valid = true;
			return "build " + part.table.name;
		case PartStep::kCreateEmpty:
			part.there = true;
			return "create " + part.table.name;
		case PartStep::kAttach:
			part.attached = true;
			return "attach " + part.table.name;
		case PartStep::kRemove:
			part.there = part.valid = false;
			return "remove " + part.table.name;
		case PartStep::kRemoveWhole:
			part.there = false;
			for (IndexPart &below : parts)
			{
				if (below.attached && below.table.parent == part.table.oid)
					below.there = below.attached = below.valid = false;
			}
			return "remove all of " + part.table.name;
	}
	return "";
}

template <typename Next>
std::string
CarryAll(Next &&next, std::vector<IndexPart> &parts)
{
	std::string steps;

	while (std::optional<NextPart> step = next(parts))
		steps += (steps.empty() ? "" : ", ") + Carry(*step, parts);
	return steps;
}

TEST(NextPart, BuildsFromBelow)
{
	std::vector<IndexPart> parts = Nothing();

	EXPECT_EQ(CarryAll(NextToBuild, parts),
			  "build leaf, build low, create whole, create sub, attach low, attach sub, attach leaf");
	EXPECT_EQ(CarryAll(NextToBuild, parts), "");
}

TEST(NextPart, GoesOnFromWhatIsThere)
{
	std::vector<IndexPart> parts = Nothing();

	parts[1].there = parts[1].valid = true;
	parts[3].there = true;
	EXPECT_EQ(CarryAll(NextToBuild, parts),
			  "remove low, build low, create whole, create sub, attach low, attach sub, attach leaf");
}

TEST(NextPart, TakesWhatTheServerMadeForANewPartition)
{
	std::vector<IndexPart> parts = Nothing();

	parts[1].attached = true;
	parts[0].there = true;
	EXPECT_EQ(CarryAll(NextToBuild, parts), "build low, create sub, attach low, attach sub");
}

TEST(NextPart, RemovesWhatStrayed)
{
	std::vector<IndexPart> parts = Nothing();

	parts[1].there = parts[1].valid = parts[1].strayed = true;
	parts[2].there = parts[2].strayed = true;
	parts[3].there = parts[3].valid = parts[3].attached = parts[3].strayed = true;
	EXPECT_EQ(CarryAll(NextToBuild, parts), "remove all of sub, remove leaf, create whole");
}

TEST(NextPart, ATableThatIsGoneIsNotBuilt)
{
	std::vector<IndexPart> parts;

	EXPECT_EQ(CarryAll(NextToBuild, parts), "");
	EXPECT_EQ(CarryAll(NextToRemove, parts), "");
}

TEST(NextPart, RemovesAllOfIt)
{
	std::vector<IndexPart> parts = Nothing();

	parts[1].there = parts[1].valid = true;
	parts[3].there = true;
	EXPECT_EQ(CarryAll(NextToRemove, parts), "remove leaf, remove low");

	CarryAll(NextToBuild, parts);
	EXPECT_EQ(CarryAll(NextToRemove, parts), "remove all of whole");
}

} // namespace

} // namespace steward
