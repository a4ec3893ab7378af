/*-------------------------------------------------------------------------
 *
 * read_preload_test.cpp
 *	  Shows which libraries a value of shared_preload_libraries names, and how
 *	  the line is written that adds to them.
 *
 *-------------------------------------------------------------------------
 */
#include "core/report/read_preload.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace steward
{

using testing::ElementsAre;
using testing::IsEmpty;

TEST(ReadPreload, NamesStandBetweenCommas)
{
	EXPECT_THAT(LibrariesIn(""), IsEmpty());
	EXPECT_THAT(LibrariesIn("pg_stat_statements,  pg_steward"),
				ElementsAre("pg_stat_statements", "pg_steward"));
	EXPECT_THAT(LibrariesIn("$libdir/pg_steward.so"), ElementsAre("pg_steward"));
	EXPECT_THAT(LibrariesIn("pg_steward_x"), ElementsAre("pg_steward_x"));
}

TEST(ReadPreload, QuotedTheyAreOneName)
{
	EXPECT_THAT(LibrariesIn("\"auto_explain\", \"pg_steward\""), ElementsAre("auto_explain", "pg_steward"));
	EXPECT_THAT(LibrariesIn("\"auto_explain, pg_steward\""), ElementsAre("auto_explain, pg_steward"));
	EXPECT_THAT(LumpedLibraries("\"auto_explain, pg_steward\", x"), ElementsAre("auto_explain, pg_steward"));
	EXPECT_THAT(LumpedLibraries("\"auto_explain\", pg_steward"), IsEmpty());
}

TEST(ReadPreload, WhatIsThereStays)
{
	EXPECT_EQ(WithLibraries("", {"pg_steward"}), "pg_steward");
	EXPECT_EQ(WithLibraries("auto_explain,$libdir/pg_steward", {"pg_stat_statements", "pg_steward"}),
			  "auto_explain, $libdir/pg_steward, pg_stat_statements");
	EXPECT_EQ(WithLibraries("\"auto_explain, pg_steward\"", {"pg_stat_statements", "pg_steward"}),
			  "auto_explain, pg_steward, pg_stat_statements");
}

} // namespace steward
