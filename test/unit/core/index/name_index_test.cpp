/*-------------------------------------------------------------------------
 *
 * name_index_test.cpp
 *	  Shows that the name of a new index reads as the server's own would,
 *	  fits, and is nobody else's.
 *
 *-------------------------------------------------------------------------
 */
#include "core/index/name_index.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

#include "make_model.h"

namespace steward
{

namespace
{

using namespace test;

constexpr size_t kLongestName = 63;

IndexDefinition
IndexOn(std::vector<IndexKey> keys)
{
	return {1, std::move(keys), {}};
}

bool
IsUtf8(const std::string &text)
{
	size_t i = 0;

	while (i < text.size())
	{
		auto byte = static_cast<unsigned char>(text[i]);
		size_t length = byte < 0x80 ? 1 : byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 0;

		if (length == 0 || i + length > text.size())
			return false;
		for (size_t j = 1; j < length; j++)
		{
			if ((static_cast<unsigned char>(text[i + j]) & 0xC0) != 0x80)
				return false;
		}
		i += length;
	}
	return true;
}

TEST(NameIndex, HasTableAndColumns)
{
	EXPECT_EQ(NameIndex(MakeRelation(1, "orders"), IndexOn({Ascending(1), Descending(3)}), {}),
			  "orders_a_c_idx");
}

TEST(NameIndex, TellsWhatAPartialIndexIsAbout)
{
	Relation relation = MakeRelation(1, "orders");
	IndexDefinition index = IndexOn({Ascending(2)});

	relation.conditions[kFirstElement] = MakeCondition(kFirstElement, 3, 0.01);
	index.predicate = kFirstElement;
	EXPECT_EQ(NameIndex(relation, index, {}), "orders_b_where_c_idx");
	EXPECT_EQ(NameIndex(relation, index, {"orders_b_where_c_idx"}), "orders_b_where_c_idx1");
}

TEST(NameIndex, GetsANumberWhereTheNameIsTaken)
{
	Relation relation = MakeRelation(1, "orders");

	EXPECT_EQ(NameIndex(relation, IndexOn({Ascending(1)}), {"orders_a_idx"}), "orders_a_idx1");
	EXPECT_EQ(NameIndex(relation, IndexOn({Ascending(1)}), {"orders_a_idx", "orders_a_idx1"}),
			  "orders_a_idx2");
	EXPECT_EQ(NameIndex(relation, IndexOn({Ascending(1)}), {"orders_a_idx1"}), "orders_a_idx");
}

TEST(NameIndex, FitsInto63Bytes)
{
	Relation relation = MakeRelation(1, std::string(60, 't'));
	std::string name = NameIndex(relation, IndexOn({Ascending(1), Ascending(2)}), {});

	EXPECT_EQ(name.size(), kLongestName);
	EXPECT_EQ(name.substr(59), "_idx");

	std::string other = NameIndex(relation, IndexOn({Ascending(1), Ascending(2)}), {name});

	EXPECT_EQ(other.size(), kLongestName);
	EXPECT_EQ(other.substr(58), "_idx1");
}

TEST(NameIndex, TakesShortNamesWhole)
{
	Relation relation = MakeRelation(1, std::string(57, 't'));

	EXPECT_EQ(NameIndex(relation, IndexOn({Ascending(1)}), {}), std::string(57, 't') + "_a_idx");
}

TEST(NameIndex, NeverCutsThroughACharacter)
{
	for (size_t ascii = 40; ascii < 60; ascii++)
	{
		Relation relation = MakeRelation(1, std::string(ascii, 't') + "\xC3\xBC\xE2\x82\xAC\xC3\xBC");
		std::string name = NameIndex(relation, IndexOn({Ascending(1)}), {});

		EXPECT_LE(name.size(), kLongestName);
		EXPECT_TRUE(IsUtf8(name)) << name;
		EXPECT_EQ(name.compare(0, 40, std::string(40, 't')), 0);
	}
}

/* A name in another script must not be cut away altogether. */
TEST(NameIndex, KeepsWhatFitsOfANameWithoutAscii)
{
	std::string kanji;

	for (int i = 0; i < 21; i++)
		kanji += "\xE6\xB3\xA8";

	std::string name = NameIndex(MakeRelation(1, kanji), IndexOn({Ascending(1)}), {});

	EXPECT_EQ(name, kanji.substr(0, 19 * 3) + "_idx");
}

} // namespace

} // namespace steward
