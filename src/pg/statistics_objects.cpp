/*-------------------------------------------------------------------------
 *
 * statistics_objects.cpp
 *	  Extended statistics: what is there, and the DDL for it.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/statistics_objects.h"

#include "base/text.h"
#include "pg/ddl.h"
#include "pg/function_call.h"

namespace steward::pg
{

namespace
{

/* Of NAMEDATALEN, what leaves room for a number. */
constexpr size_t kLongestName = 55;

std::string
QuotedList(const std::vector<std::string> &columns)
{
	std::vector<std::string> quoted;

	for (const std::string &column : columns)
		quoted.push_back(QuoteIdentifier(column));
	return Join(quoted, ", ");
}

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
HasStatisticsOn(Spi &spi, steward::ObjectId table, const std::vector<std::string> &columns)
{
	return !spi.Query(
				   "SELECT FROM pg_statistic_ext AS s WHERE s.stxrelid = $1::oid"
				   "   AND $2::text[] <@ (SELECT array_agg(a.attname::text) FROM pg_attribute AS a"
				   "                       WHERE a.attrelid = s.stxrelid AND a.attnum = ANY (s.stxkeys::smallint[]))"
				   " LIMIT 1",
				   {std::to_string(table), ArrayLiteral(columns)})
				.empty();
}

std::string
FreeStatisticsName(Spi &spi, const steward::Relation &relation, const std::vector<std::string> &columns)
{
	std::string base = CutName(relation.name + "_" + Join(columns, "_")) + "_stats";

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
IsStatisticsObject(Spi &spi, const std::string &target, steward::ObjectId table,
				   const std::vector<std::string> &columns)
{
	return !spi.Query(
				   "SELECT FROM pg_statistic_ext AS s JOIN pg_namespace AS n ON n.oid = s.stxnamespace"
				   " WHERE quote_ident(n.nspname) || '.' || quote_ident(s.stxname) = $1"
				   "   AND s.stxrelid = $2::oid AND s.stxexprs IS NULL"
				   "   AND (SELECT array_agg(a.attname::text ORDER BY a.attname::text) FROM pg_attribute AS a"
				   "         WHERE a.attrelid = s.stxrelid AND a.attnum = ANY (s.stxkeys::smallint[]))"
				   "     = (SELECT array_agg(c ORDER BY c) FROM unnest($3::text[]) AS c)",
				   {target, std::to_string(table), ArrayLiteral(columns)})
				.empty();
}

std::string
CreateStatisticsStatement(const steward::Relation &relation, const std::string &target,
						  const std::vector<std::string> &columns)
{
	return "CREATE STATISTICS " + target + " (ndistinct, dependencies, mcv) ON " + QuotedList(columns) +
		   " FROM " + relation.quoted;
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

} // namespace steward::pg
