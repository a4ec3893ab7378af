/*-------------------------------------------------------------------------
 *
 * index_users.cpp
 *	  Which statements the planner would use an index for.
 *
 * Server.  Locks: see AnalyzedQuery::Plan.
 *
 *-------------------------------------------------------------------------
 */
#include "flow/index_users.h"

#include <algorithm>
#include <map>

#include "pg/plan_tree.h"
#include "pg/session.h"
#include "pg/statements.h"

namespace steward
{

namespace
{

struct IndexSearch
{
	const ObjectIds &wanted;
	ObjectIds found;
};

void
LookForIndexes(PlannedStmt *plan, void *argument)
{
	pg::WalkIndexScans(
		plan,
		[](Oid index, void *search)
		{
			auto *looking = static_cast<IndexSearch *>(search);

			if (looking->wanted.count(index) != 0)
				looking->found.insert(index);
		},
		argument);
}

bool
Names(const Variant &variant, const ObjectIds &tables)
{
	const std::vector<ObjectId> &relations = variant.query->relations();

	return std::any_of(relations.begin(), relations.end(),
					   [&](ObjectId relation) { return tables.count(relation) != 0; });
}

ObjectIds
IndexesUsedBy(const Statement &statement, const ObjectIds &indexes, const ObjectIds &tables)
{
	StatementAnalyzer analyzer(Unseen::kFilled);
	AdvisedStatement advised;
	ObjectIds used;

	for (Variant &variant : analyzer.Analyze(statement, advised))
	{
		if (Names(variant, tables))
			used.merge(IndexesPlanned(variant, indexes));
	}
	return used;
}

} // namespace

ObjectIds
ReadTree(pg::Spi &spi, ObjectId top)
{
	ObjectIds tree = {top};

	for (const pg::Row &row :
		 spi.Query("SELECT relid::oid FROM pg_partition_tree($1::oid)", {std::to_string(top)}))
		tree.insert(row.ObjectId(0));
	return tree;
}

ObjectIds
ReadAncestors(pg::Spi &spi, ObjectId table)
{
	ObjectIds ancestors = {table};

	for (const pg::Row &row : spi.Query(
			 "WITH RECURSIVE above AS ("
			 "  SELECT inhparent FROM pg_inherits WHERE inhrelid = $1::oid"
			 "  UNION SELECT h.inhparent FROM above AS a JOIN pg_inherits AS h ON h.inhrelid = a.inhparent)"
			 " SELECT inhparent FROM above",
			 {std::to_string(table)}))
		ancestors.insert(row.ObjectId(0));
	return ancestors;
}

ObjectIds
IndexesPlanned(Variant &variant, const ObjectIds &indexes)
{
	IndexSearch search = {indexes, {}};

	return variant.query->Plan(LookForIndexes, &search) ? ObjectIds() : std::move(search.found);
}

std::vector<IndexUser>
FindIndexUsers(pg::Spi &spi, const ObjectIds &indexes, const ObjectIds &tables, double seconds)
{
	std::vector<IndexUser> users;
	std::map<StatementKey, double> runs = pg::LastRuns(spi);
	double since = pg::SecondsSinceEpoch() - seconds;

	for (LiveStatement &live : pg::ReadStatements(spi, true))
	{
		auto run = runs.find(live.key);

		if (run == runs.end() || run->second < since)
			continue;

		Statement statement = {live.key, std::move(live.text), live.counters, live.since};
		ObjectIds used = IndexesUsedBy(statement, indexes, tables);

		if (!used.empty())
			users.push_back({statement.key, std::move(statement.text), std::move(used)});
	}
	return users;
}

} // namespace steward
