/*-------------------------------------------------------------------------
 *
 * table_sample.h
 *	  Which rows of a table stand for all of them.
 *
 * Some pages spread over the table, and of each of them the same share of its
 * rows: a read of a few hundred or thousand pages, and the same rows each time
 * as long as the table does not change.  Two steps mean that rows which stand
 * together are seen together more often than by chance; who counts different
 * values has to mind it (core/index/count_keys).
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "model/relation.h"
#include "pg/index_elements.h"
#include "pg/spi.h"

namespace steward::pg
{

class TableSample
{
public:
	/* Of about so many rows; of fewer where they hold long values. */
	TableSample(Spi &spi, const steward::Relation &relation, double rows);

	double share_of_pages() const { return share_of_pages_; }
	double share_of_page() const { return share_of_page_; }

	/* A query for these SQL expressions of each row, in order of their places. */
	std::string Select(const std::vector<std::string> &expressions) const;

private:
	std::string source_;
	std::string filter_;
	double share_of_pages_ = 1;
	double share_of_page_ = 1;
};

/*
 * Those of the numbers with which `read` succeeds, together or, where one of
 * them fails, by halves; until `end`, in seconds since the epoch.  A table that
 * is locked is not asked again.
 */
std::vector<ColumnNumber> ReadByHalves(
	const std::vector<ColumnNumber> &numbers, double end,
	const std::function<std::optional<ServerError>(const std::vector<ColumnNumber> &)> &read);

/*
 * Columns, elements and conditions as SQL on one row, all names qualified;
 * empty where there is no such number.
 */
std::string ExpressionOf(const steward::Relation &relation, ColumnNumber number);

} // namespace steward::pg
