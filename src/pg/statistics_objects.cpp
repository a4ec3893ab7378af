/*-------------------------------------------------------------------------
 *
 * statistics_objects.cpp
 *	  Extended statistics and statistics targets: what is there, and the DDL for it.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/statistics_objects.h"

#include "base/text.h"
#include "pg/ddl.h"
#include "pg/function_call.h"

extern "C"
{
#include "commands/vacuum.h"
}

namespace steward::pg
{

namespace
{

/* Of NAMEDATALEN, what leaves room for a number. */
constexpr size_t kLongestName = 55;

/* Not in the middle of a character. */
std::string
CutName(std::string name)
{
	if (name.size() <= kLongestName)
		return name;

	size_t end = kLongestName;

	while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xC0) == 0x80)
		end--;
	return name.substr(0, end);
}

} // namespace

bool
HasStatisticsOn(Spi &spi, steward::ObjectId table, const StatisticsKeys &keys)
{
	return !spi.Query(
				   "SELECT FROM pg_statistic_ext AS s WHERE s.stxrelid = $1::oid"
				   "   AND $2::text[] <@ (SELECT coalesce(array_agg(a.attname::text), '{}') FROM pg_attribute AS a"
				   "                       WHERE a.attrelid = s.stxrelid AND a.attnum = ANY (s.stxkeys::smallint[]))"
				   "   AND $3::text[] <@ coalesce(pg_get_statisticsobjdef_expressions(s.oid), '{}')"
				   " LIMIT 1",
				   {std::to_string(table), ArrayLiteral(keys.columns), ArrayLiteral(keys.expressions)})
				.empty();
}

std::string
FreeStatisticsName(Spi &spi, const steward::Relation &relation, const StatisticsKeys &keys)
{
	std::string base = CutName(relation.name + "_" + Join(keys.names, "_")) + "_stats";

	for (int number = 1;; number++)
	{
		std::string name = number == 1 ? base : base + std::to_string(number);

		if (!IsStatisticsNameTaken(spi, QualifiedName(relation.schema, name)))
			return name;
	}
}

bool
IsStatisticsNameTaken(Spi &spi, const std::string &target)
{
	return !spi.Query("SELECT FROM pg_statistic_ext AS s JOIN pg_namespace AS n ON n.oid = s.stxnamespace"
					  " WHERE quote_ident(n.nspname) || '.' || quote_ident(s.stxname) = $1",
					  {target})
				.empty();
}

bool
IsStatisticsObject(Spi &spi, const std::string &target, steward::ObjectId table, const StatisticsKeys &keys)
{
	std::vector<std::string> numbers;

	for (ColumnNumber number : keys.numbers)
		numbers.push_back(std::to_string(number));
	return !spi.Query(
				   "SELECT FROM pg_statistic_ext AS s JOIN pg_namespace AS n ON n.oid = s.stxnamespace"
				   " WHERE quote_ident(n.nspname) || '.' || quote_ident(s.stxname) = $1 AND s.stxrelid = $2::oid"
				   "   AND coalesce(cardinality(pg_get_statisticsobjdef_expressions(s.oid)), 0) = $4::integer"
				   "   AND ARRAY(SELECT k FROM unnest(s.stxkeys::smallint[]) AS k ORDER BY k)"
				   "     = ARRAY(SELECT k FROM unnest($3::smallint[]) AS k ORDER BY k)",
				   {target, std::to_string(table), ArrayLiteral(numbers),
					std::to_string(keys.expressions.size())})
				.empty();
}

std::string
StatisticsKeysText(const StatisticsKeys &keys)
{
	std::vector<std::string> parts;

	for (const std::string &column : keys.columns)
		parts.push_back(QuoteIdentifier(column));
	for (const std::string &expression : keys.expressions)
		parts.push_back("(" + expression + ")");
	return Join(parts, ", ");
}

std::string
CreateStatisticsStatement(const steward::Relation &relation, const std::string &target,
						  const StatisticsKeys &keys)
{
	/* Of one expression there are no kinds to choose from. */
	return "CREATE STATISTICS " + target + (keys.size() > 1 ? " (ndistinct, dependencies, mcv)" : "") +
		   " ON " + StatisticsKeysText(keys) + " FROM " + relation.quoted;
}

std::string
OwnStatisticsStatement(Spi &spi, const steward::Relation &relation, const std::string &target)
{
	return "ALTER STATISTICS " + target + " OWNER TO " +
		   spi.QueryOne("SELECT quote_ident(pg_get_userbyid(relowner)) FROM pg_class WHERE oid = $1::oid",
						{std::to_string(relation.oid)})
			   .Text(0);
}

std::string
DropStatisticsStatement(const std::string &target)
{
	return "DROP STATISTICS " + target;
}

std::string
SetStatisticsTargetStatement(const std::string &target, int statistics_target)
{
	return "ALTER STATISTICS " + target + " SET STATISTICS " + std::to_string(statistics_target);
}

int
DefaultStatisticsTarget()
{
	return default_statistics_target;
}

std::optional<int>
ColumnTarget(Spi &spi, steward::ObjectId table, ColumnNumber column)
{
	Rows rows = spi.Query("SELECT coalesce(attstattarget, -1) FROM pg_attribute"
						  " WHERE attrelid = $1::oid AND attnum = $2::smallint AND NOT attisdropped",
						  {std::to_string(table), std::to_string(column)});

	return rows.empty() ? std::nullopt : std::optional(static_cast<int>(rows.front().Integer(0)));
}

std::string
SetColumnTargetStatement(const steward::Relation &relation, const std::string &column, int statistics_target)
{
	return "ALTER TABLE ONLY " + relation.quoted + " ALTER COLUMN " + QuoteIdentifier(column) +
		   " SET STATISTICS " + std::to_string(statistics_target);
}

std::string
AnalyzeColumnStatement(const steward::Relation &relation, const std::string &column)
{
	return AnalyzeStatement(relation) + " (" + QuoteIdentifier(column) + ")";
}

} // namespace steward::pg
