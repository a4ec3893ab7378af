/*-------------------------------------------------------------------------
 *
 * explain_action_test.cpp
 *	  Shows that the page for a change request says all that it promises, in
 *	  order, from what is stored.
 *
 *-------------------------------------------------------------------------
 */
#include "core/report/explain_action.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace steward
{

namespace
{

using testing::HasSubstr;
using testing::Not;

Action
MakeCreation()
{
	Action action;

	action.id = 17;
	action.target = "public.orders_customer_id_idx";
	action.ddl = {
		"CREATE INDEX CONCURRENTLY orders_customer_id_idx ON public.orders USING btree (customer_id)"};
	action.undo_ddl = {"DROP INDEX CONCURRENTLY public.orders_customer_id_idx"};
	action.reason = "serves 1 statement";
	action.expected = {{"size_bytes", 7130317},
					   {"cost_before", 2786.4},
					   {"cost_after", 8.4},
					   {"benefit", 0.37},
					   {"saves_ms_per_hour", 90000.0}};
	action.evidence = {
		{"order", "customer_id (compared for equality)"},
		{"statements", Json::array({{{"query", "SELECT *\n  FROM orders WHERE customer_id = $1"},
									 {"calls", 1200},
									 {"mean_ms", 4.5},
									 {"share", 0.4},
									 {"cost_before", 2786.4},
									 {"cost_after", 8.4}}})}};
	return action;
}

/* The label of each section in the order of the page. */
std::vector<std::string>
SectionsOf(const std::string &page)
{
	std::vector<std::string> sections;
	size_t line = page.find("\n\n") + 2;

	while (line < page.size())
	{
		size_t end = page.find('\n', line);

		if (page[line] != ' ')
			sections.push_back(page.substr(line, page.find(' ', line) - line));
		line = end + 1;
	}
	return sections;
}

TEST(ExplainAction, HasAllSectionsOfACreationInOrder)
{
	EXPECT_THAT(SectionsOf(ExplainAction(MakeCreation())),
				testing::ElementsAre("DO", "UNDO", "WHY", "GAIN", "ORDER", "PRICE", "LOCKS", "CHECK", "NOT"));
}

TEST(ExplainAction, SaysWhatIsDoneAndHowItIsUndone)
{
	std::string page = ExplainAction(MakeCreation());

	EXPECT_THAT(page, HasSubstr("Action 17, create_index, proposed"));
	EXPECT_THAT(page, HasSubstr("DO     CREATE INDEX CONCURRENTLY orders_customer_id_idx ON public.orders"));
	EXPECT_THAT(page, HasSubstr("UNDO   DROP INDEX CONCURRENTLY public.orders_customer_id_idx"));
	EXPECT_THAT(page, HasSubstr("WHY    serves 1 statement"));
}

TEST(ExplainAction, SaysWhatIsGainedAndPaid)
{
	std::string page = ExplainAction(MakeCreation());

	EXPECT_THAT(page, HasSubstr("GAIN   37 % of the workload, about 1.5 min each hour; planner cost of the "
								"statements served 2786 -> 8"));
	EXPECT_THAT(page,
				HasSubstr("- cost 2786 -> 8, 1200 calls of 4.5 ms, 40 % of all time: SELECT * FROM orders "
						  "WHERE customer_id = $1"));
	EXPECT_THAT(page, HasSubstr("ORDER  customer_id (compared for equality)"));
	EXPECT_THAT(page, HasSubstr("PRICE  6.8 MB on disk"));
}

TEST(ExplainAction, DoesNotInventTimesThatWereNotMeasured)
{
	Action action = MakeCreation();

	action.expected.erase("saves_ms_per_hour");
	action.evidence["statements"][0].erase("calls");

	std::string page = ExplainAction(action);

	EXPECT_THAT(page, Not(HasSubstr("each hour")));
	EXPECT_THAT(page, Not(HasSubstr("calls of")));
}

TEST(ExplainAction, ShowsLocksAndHowToCheck)
{
	std::string page = ExplainAction(MakeCreation());

	EXPECT_THAT(page, HasSubstr("SHARE UPDATE EXCLUSIVE"));
	EXPECT_THAT(page, HasSubstr("SELECT * FROM steward.journal WHERE action = 17;"));
	EXPECT_THAT(page, HasSubstr("indexrelid = 'public.orders_customer_id_idx'::regclass;"));
}

/* The command is to be pasted as it stands, whatever the index is called. */
TEST(ExplainAction, QuotesTheNameInTheCommandToCheck)
{
	Action action = MakeCreation();

	action.target = "public.\"it's_idx\"";
	EXPECT_THAT(ExplainAction(action), HasSubstr("indexrelid = 'public.\"it''s_idx\"'::regclass;"));
}

TEST(ExplainAction, SaysHowManyEntriesAreWrittenWhereThatIsKnown)
{
	Action action = MakeCreation();

	EXPECT_THAT(ExplainAction(action), HasSubstr("every INSERT, and every UPDATE of its columns"));
	action.expected["entries_per_hour"] = 1234.4;
	EXPECT_THAT(ExplainAction(action), HasSubstr("about 1234 entries to write each hour"));
	EXPECT_THAT(ExplainAction(action), Not(HasSubstr("every INSERT")));
	action.expected["entries_per_hour"] = 0;
	EXPECT_THAT(ExplainAction(action), HasSubstr("about 0 entries to write each hour"))
		<< "nothing written is known, too";
}

TEST(ExplainAction, SaysWhichUpdatesCannotBeHotAnyMore)
{
	Action action = MakeCreation();

	EXPECT_THAT(ExplainAction(action), Not(HasSubstr("HOT")));
	action.evidence["set_columns"] = {"state", "seen_at"};
	EXPECT_THAT(ExplainAction(action), HasSubstr("UPDATEs that set state, seen_at cannot be HOT with it"));
}

TEST(ExplainAction, OffersWhatElseCouldBeHad)
{
	Action action = MakeCreation();

	action.evidence["superfluous"] = {"public.one", "public.two"};
	action.evidence["unique_ddl"] = "CREATE UNIQUE INDEX CONCURRENTLY u ON public.orders (customer_id)";

	std::string page = ExplainAction(action);

	EXPECT_THAT(page, HasSubstr("OPTION It finds all that public.one, public.two finds, which may then be "
								"dropped.\n       By its statistics no value occurs twice; to keep it so: "
								"CREATE UNIQUE INDEX CONCURRENTLY u ON public.orders (customer_id)\n"));
	EXPECT_THAT(SectionsOf(page), testing::ElementsAre("DO", "UNDO", "WHY", "GAIN", "ORDER", "PRICE",
													   "OPTION", "LOCKS", "CHECK", "NOT"));
}

TEST(ExplainAction, SaysWhenTheReplacedGo)
{
	Action action = MakeCreation();

	action.evidence["superfluous"] = {"public.one", "public.two"};
	action.evidence["replaced"] = {"public.two"};

	std::string page = ExplainAction(action);

	EXPECT_THAT(
		page,
		HasSubstr("OPTION It replaces public.two: once it is there, the drop is advised as an action of "
				  "its own.\n       It finds all that public.one finds, which may then be dropped.\n"));
}

TEST(ExplainAction, EachOptionStandsAlone)
{
	Action superfluous = MakeCreation();
	Action unique = MakeCreation();

	superfluous.evidence["superfluous"] = {"public.one"};
	EXPECT_THAT(ExplainAction(superfluous), HasSubstr("OPTION It finds all that public.one finds"));
	EXPECT_THAT(ExplainAction(superfluous), Not(HasSubstr("no value occurs twice")));
	unique.evidence["unique_ddl"] = "CREATE UNIQUE INDEX u ON t (a)";
	EXPECT_THAT(ExplainAction(unique), HasSubstr("OPTION By its statistics no value occurs twice"));
	EXPECT_THAT(ExplainAction(unique), Not(HasSubstr("may then be dropped")));
}

/* CREATE INDEX CONCURRENTLY, whose locks are told else, is not to be had there. */
TEST(ExplainAction, TellsTheLocksOfAPartitionedTable)
{
	Action action = MakeCreation();

	action.evidence["partitioned"] = true;
	action.ddl = {"CREATE INDEX CONCURRENTLY i_1 ON t_1 (a)", "CREATE INDEX i ON ONLY t (a)",
				  "ALTER INDEX i ATTACH PARTITION i_1"};

	std::string page = ExplainAction(action);

	EXPECT_THAT(page, HasSubstr("EXCLUSIVE on one partition at a time: reads and writes go on,"));
	EXPECT_THAT(page, HasSubstr("Then CREATE INDEX ON ONLY takes SHARE on the table itself"));
	EXPECT_THAT(page, HasSubstr("The UNDO takes ACCESS EXCLUSIVE"));
	EXPECT_THAT(page, Not(HasSubstr("pg_steward.lock_timeout")))
		<< "whoever runs the steps has a session of their own";
}

/* Where the steps would lead to no valid index. */
TEST(ExplainAction, TellsTheLocksOfOneStatementOnAPartitionedTable)
{
	Action action = MakeCreation();

	action.evidence["partitioned"] = true;
	action.evidence["foreign_partitions"] = true;
	action.ddl = {"CREATE INDEX i ON t (a)"};
	EXPECT_THAT(ExplainAction(action), HasSubstr("takes SHARE on all partitions: reads go on, writes wait"));
	EXPECT_THAT(ExplainAction(action), Not(HasSubstr("steps above")));
}

TEST(ExplainAction, TellsWhatCouldNotBeWrittenAnyMore)
{
	Action action = MakeCreation();

	EXPECT_THAT(ExplainAction(action), Not(HasSubstr("raises an error")));
	action.evidence["may_fail"] = {"(doc ->> 'n')::integer"};
	EXPECT_THAT(ExplainAction(action),
				HasSubstr("No row can be written any more for which (doc ->> 'n')::integer raises an error"));
}

TEST(ExplainAction, ADropIsExplainedAsADrop)
{
	Action action;

	action.id = 4;
	action.kind = ActionKind::kDropIndex;
	action.status = ActionStatus::kVerifying;
	action.target = "public.twin";
	action.ddl = {"DROP INDEX CONCURRENTLY public.twin"};
	action.undo_ddl = {"CREATE INDEX twin ON public.t USING btree (a)"};
	action.expected = {{"size_bytes", 1048576}};
	action.evidence = Json::object();

	std::string page = ExplainAction(action);

	EXPECT_THAT(page, HasSubstr("Action 4, drop_index, verifying"));
	EXPECT_THAT(SectionsOf(page),
				testing::ElementsAre("DO", "UNDO", "WHY", "GAIN", "FIRST", "LOCKS", "CHECK", "NOT"));
	EXPECT_THAT(page, HasSubstr("GAIN   1.0 MB of disk and cache"));
	EXPECT_THAT(page, HasSubstr("CALL steward.revert(4); does it, and brings back its comment"));
	EXPECT_THAT(page, HasSubstr("LOCKS  DROP INDEX CONCURRENTLY"));
	EXPECT_THAT(page, HasSubstr("replica identity"));

	action.ddl = {"DROP INDEX public.twin"};
	EXPECT_THAT(ExplainAction(action),
				HasSubstr("LOCKS  DROP INDEX takes ACCESS EXCLUSIVE on the table for a moment"));
}

TEST(ExplainAction, WhatBecameOfItComesAfterWhy)
{
	std::string page = ExplainAction(MakeCreation(), {"It failed: the disk is full", "It is tried again."});

	EXPECT_THAT(page, HasSubstr("\nNOW    It failed: the disk is full\n       It is tried again.\nGAIN"));
	EXPECT_THAT(ExplainAction(MakeCreation()), testing::Not(HasSubstr("NOW")));
}

TEST(ExplainAction, CutsLongStatements)
{
	Action action = MakeCreation();

	action.evidence["statements"][0]["query"] = "SELECT " + std::string(500, 'x');
	EXPECT_THAT(ExplainAction(action), HasSubstr("x...\n"));
	EXPECT_THAT(ExplainAction(action), Not(HasSubstr(std::string(120, 'x'))));
}

/* A row of an older version, or one damaged by hand, is shown as far as it goes. */
TEST(ExplainAction, SurvivesEvidenceThatIsNotThere)
{
	Action action = MakeCreation();

	action.expected = Json::object();
	action.evidence = Json::object();
	EXPECT_THAT(ExplainAction(action), HasSubstr("GAIN   0 % of the workload"));
}

} // namespace

} // namespace steward
