/*-------------------------------------------------------------------------
 *
 * action_kind_test.cpp
 *	  Shows that the stored names of states and kinds read back as what was
 *	  written, and that unknown ones are noticed.
 *
 *-------------------------------------------------------------------------
 */
#include "model/action_kind.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace steward
{

namespace
{

TEST(StatusName, RoundTripsForEveryState)
{
	std::set<std::string> names;

	for (int i = 0; i <= static_cast<int>(ActionStatus::kObsolete); i++)
	{
		auto status = static_cast<ActionStatus>(i);
		std::string name(StatusName(status));

		EXPECT_FALSE(name.empty()) << i;
		EXPECT_TRUE(names.insert(name).second) << name;
		EXPECT_EQ(StatusFromName(name), status) << name;
	}
	EXPECT_EQ(names.size(), 14u);
}

TEST(KindName, RoundTripsForEveryKind)
{
	for (int i = 0; i <= static_cast<int>(ActionKind::kSetStatistics); i++)
	{
		auto kind = static_cast<ActionKind>(i);

		EXPECT_FALSE(KindName(kind).empty()) << i;
		EXPECT_EQ(KindFromName(KindName(kind)), kind) << KindName(kind);
	}
	EXPECT_EQ(KindName(ActionKind::kDropIndex), "drop_index");
	EXPECT_EQ(KindNames(),
			  "create_index, drop_index, reindex_index, analyze, create_statistics, set_statistics");
}

TEST(Names, UnknownOnesAreNothing)
{
	EXPECT_EQ(StatusFromName("no such state"), std::nullopt);
	EXPECT_EQ(StatusFromName(""), std::nullopt);
	EXPECT_EQ(StatusFromName("Proposed"), std::nullopt);
	EXPECT_EQ(KindFromName("drop_table"), std::nullopt);
}

} // namespace

} // namespace steward
