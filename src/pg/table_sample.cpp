/*-------------------------------------------------------------------------
 *
 * table_sample.cpp
 *	  Which rows of a table stand for all of them.
 *
 * TABLESAMPLE SYSTEM chooses pages by a hash of their number; a hash of the
 * row's place then chooses rows.  Rights and row security apply as to any
 * query.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/table_sample.h"

#include "pg/ddl.h"
#include "pg/sandbox.h"
#include "pg/session.h"

#include <algorithm>
#include <cmath>

namespace steward::pg
{

namespace
{

constexpr double kPages = 1500;

/* Of long values, read from their own table, fewer rows are enough work. */
constexpr double kBytes = 16.0 * 1024 * 1024;
constexpr double kFewestRows = 300;

/* A query can have no more than 1664 columns. */
constexpr size_t kMostTogether = 200;

/* The share of rows is a number of these parts. */
constexpr int kParts = 4096;

double
BytesOfLongValues(Spi &spi, const steward::Relation &relation)
{
	std::string oids = std::to_string(relation.oid);

	for (const Partition &partition : relation.partitions)
		oids += "," + std::to_string(partition.oid);
	return spi
		.QueryOne("SELECT coalesce(sum(pg_relation_size(reltoastrelid)), 0) FROM pg_class"
				  " WHERE oid = ANY ($1::oid[]) AND reltoastrelid <> 0",
				  {"{" + oids + "}"})
		.Number(0);
}

} // namespace

TableSample::TableSample(Spi &spi, const steward::Relation &relation, double rows)
{
	double tuples = std::max(1.0, relation.tuples);
	double row_bytes = (relation.pages * 8192 + BytesOfLongValues(spi, relation)) / tuples;
	int parts;

	rows = std::clamp(kBytes / std::max(1.0, row_bytes), kFewestRows, std::max(rows, kFewestRows));
	share_of_pages_ = relation.pages > kPages ? kPages / relation.pages : 1;
	parts = static_cast<int>(std::ceil(kParts * rows / (tuples * share_of_pages_)));
	parts = std::clamp(parts, 1, kParts);
	share_of_page_ = static_cast<double>(parts) / kParts;

	source_ = (relation.partitioned ? "" : "ONLY ") + relation.quoted;
	if (share_of_pages_ < 1)
		source_ += " TABLESAMPLE SYSTEM (" + std::to_string(share_of_pages_ * 100) + ") REPEATABLE (0)";
	if (parts < kParts)
		filter_ = " WHERE (hashtid(ctid) & " + std::to_string(kParts - 1) + ") < " + std::to_string(parts);
}

std::string
TableSample::Select(const std::vector<std::string> &expressions) const
{
	std::string list;

	for (const std::string &expression : expressions)
		list += (list.empty() ? "" : ", ") + expression;
	return "SELECT " + list + " FROM " + source_ + filter_;
}

std::vector<ColumnNumber>
ReadByHalves(const std::vector<ColumnNumber> &numbers, double end,
			 const std::function<std::optional<ServerError>(const std::vector<ColumnNumber> &)> &read)
{
	std::vector<std::vector<ColumnNumber>> waiting;
	std::vector<ColumnNumber> done;

	for (size_t first = 0; first < numbers.size(); first += kMostTogether)
		waiting.emplace_back(numbers.begin() + static_cast<ptrdiff_t>(first),
							 numbers.begin() +
								 static_cast<ptrdiff_t>(std::min(first + kMostTogether, numbers.size())));
	while (!waiting.empty() && SecondsSinceEpoch() < end)
	{
		std::vector<ColumnNumber> some = std::move(waiting.back());
		std::optional<ServerError> failure = read(some);
		auto middle = some.begin() + static_cast<ptrdiff_t>(some.size() / 2);

		waiting.pop_back();
		if (!failure)
			done.insert(done.end(), some.begin(), some.end());
		else if (IsAboutLock(*failure))
			break;
		else if (some.size() > 1)
		{
			waiting.emplace_back(middle, some.end());
			waiting.emplace_back(some.begin(), middle);
		}
	}
	return done;
}

std::string
ExpressionOf(const steward::Relation &relation, ColumnNumber number)
{
	auto condition = relation.conditions.find(number);

	if (condition != relation.conditions.end())
		return "(" + condition->second.sql + ") IS TRUE";

	auto column = relation.columns.find(number);

	if (column == relation.columns.end())
		return "";
	if (!column->second.expression.empty())
		return "(" + column->second.expression + ")";
	/* With another operator class a column has the same value. */
	return QuoteIdentifier(column->second.name);
}

} // namespace steward::pg
