/*-------------------------------------------------------------------------
 *
 * make_statistics.cpp
 *	  Extended statistics, and statistics targets of columns: the DDL of such
 *	  an action, whether what it makes is there, and whether it may be made.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "flow/make_statistics.h"

#include "model/statistics_keys.h"
#include "pg/ddl.h"
#include "pg/statistics_objects.h"

namespace steward
{

namespace
{

/* That of a column which has the action's number; empty where it is gone. */
std::string
ColumnOf(const Relation &relation, const StatisticsKeys &keys)
{
	auto column = relation.columns.find(keys.numbers.at(0));

	return column == relation.columns.end() ? "" : column->second.name;
}

} // namespace

StatisticsDdl
DdlOfStatistics(const Relation &relation, const Action &action)
{
	StatisticsKeys keys = StatisticsKeysFrom(action.arguments);

	if (action.kind == ActionKind::kCreateStatistics)
		return {pg::CreateStatisticsStatement(relation, action.target, keys), pg::AnalyzeStatement(relation),
				pg::DropStatisticsStatement(action.target)};

	std::string column = ColumnOf(relation, keys);

	if (column.empty())
		return {};
	return {
		pg::SetColumnTargetStatement(relation, column, action.arguments.at("statistics_target").get<int>()),
		pg::AnalyzeColumnStatement(relation, column),
		pg::SetColumnTargetStatement(relation, column,
									 action.arguments.at("statistics_target_before").get<int>())};
}

bool
AreStatisticsThere(pg::Spi &spi, const Action &action)
{
	StatisticsKeys keys = StatisticsKeysFrom(action.arguments);

	if (action.kind == ActionKind::kCreateStatistics)
		return pg::IsStatisticsObject(spi, action.target, action.relation, keys);
	return pg::ColumnTarget(spi, action.relation, keys.numbers.at(0)) ==
		   action.arguments.at("statistics_target").get<int>();
}

std::string
WhyNotToMake(pg::Spi &spi, const Relation &relation, const Action &action)
{
	StatisticsKeys keys = StatisticsKeysFrom(action.arguments);

	for (size_t i = 0; i < keys.columns.size(); i++)
	{
		auto column = relation.columns.find(keys.numbers.at(i));

		if (column == relation.columns.end() || column->second.name != keys.columns[i])
			return "column " + keys.columns[i] + " is not there any more";
	}
	if (action.kind == ActionKind::kSetStatistics)
	{
		if (pg::ColumnTarget(spi, relation.oid, keys.numbers.at(0)) !=
			action.arguments.at("statistics_target_before").get<int>())
			return "somebody else has set the column's statistics target";
		return "";
	}
	if (pg::HasStatisticsOn(spi, relation.oid, keys))
		return "somebody else has created statistics on these columns";
	if (pg::IsStatisticsNameTaken(spi, action.target))
		return "somebody else has created statistics of this name";
	return "";
}

} // namespace steward
