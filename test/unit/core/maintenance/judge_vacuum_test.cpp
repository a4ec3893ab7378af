/*-------------------------------------------------------------------------
 *
 * judge_vacuum_test.cpp
 *	  Whether VACUUM comes too late to a table.
 *
 *-------------------------------------------------------------------------
 */
#include "core/maintenance/judge_vacuum.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace steward
{

namespace
{

using testing::HasSubstr;

VacuumHealth
Healthy()
{
	return {"public.item", 150e6, 1e6, 1000, 20000, false, false};
}

TEST(JudgeVacuum, NothingIsSaidWhereAllIsWell)
{
	EXPECT_EQ(WhatVacuumLacks(Healthy(), {}), "");
}

TEST(JudgeVacuum, WraparoundIsToldBeforeItIsNear)
{
	VacuumHealth table = Healthy();

	table.transactions = 399e6;
	EXPECT_EQ(WhatVacuumLacks(table, {}), "") << "autovacuum may just be about it";
	table.transactions = 430e6;
	EXPECT_THAT(WhatVacuumLacks(table, {}),
				HasSubstr("430000000 transactions since it was frozen, which is 20 %"));
	table = Healthy();
	table.multixacts = 1000e6;
	EXPECT_THAT(WhatVacuumLacks(table, {}), HasSubstr("1000000000 multixacts"));
}

TEST(JudgeVacuum, AHighLimitDoesNotHideIt)
{
	VacuumHealth table = Healthy();

	table.transactions = 1100e6;
	EXPECT_THAT(WhatVacuumLacks(table, {2000e6, 2000e6}), HasSubstr("51 %"));
}

TEST(JudgeVacuum, DeadRowsThatNobodyClearsAwayAreTold)
{
	VacuumHealth table = Healthy();

	table.dead = 99999;
	EXPECT_EQ(WhatVacuumLacks(table, {}), "");
	table.dead = 100001;
	EXPECT_THAT(WhatVacuumLacks(table, {}), HasSubstr("autovacuum does not keep up with it"));
	table.autovacuum_off = true;
	EXPECT_THAT(WhatVacuumLacks(table, {}), HasSubstr("autovacuum is off for it"));
	table.vacuum_after = 50;
	table.dead = 9000;
	EXPECT_EQ(WhatVacuumLacks(table, {}), "") << "few, of a small table";
}

TEST(JudgeVacuum, TheWorstComesFirst)
{
	VacuumHealth of_server = Healthy();
	VacuumHealth peoples = Healthy();
	VacuumHealth oldest = Healthy();
	VacuumHealth dead = Healthy();

	of_server.label = "pg_catalog.pg_class";
	of_server.of_server = true;
	of_server.transactions = 1001e6;
	peoples.label = "public.old";
	peoples.transactions = 1000e6;
	oldest.label = "pg_catalog.pg_largeobject";
	oldest.of_server = true;
	oldest.transactions = 1900e6;
	dead.label = "public.dead";
	dead.dead = 1e6;

	std::vector<std::string> lacks = WhatVacuumLacks({dead, Healthy(), of_server, peoples, oldest}, {});

	ASSERT_EQ(lacks.size(), 4u);
	EXPECT_THAT(lacks[0], HasSubstr("pg_largeobject"));
	EXPECT_THAT(lacks[1], HasSubstr("public.old")) << "of about the same age people's first";
	EXPECT_THAT(lacks[2], HasSubstr("pg_class"));
	EXPECT_THAT(lacks[3], HasSubstr("public.dead"));
}

} // namespace

} // namespace steward
