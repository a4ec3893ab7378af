/*-------------------------------------------------------------------------
 *
 * row_sample.h
 *	  What was seen of a table's columns in a random sample of its rows.
 *
 * No value stands here, only what the size of an index depends on: which
 * values are equal, and how many bytes each takes.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "model/object_id.h"

namespace steward
{

/* One column or element, a number for each row of the sample. */
struct SampledColumn
{
	static constexpr int32_t kNull = -1;

	std::vector<uint64_t> hashes; /* equal for values that are byte for byte equal */
	std::vector<int32_t> widths;  /* bytes in an index; kNull for NULL */

	/* Of elements with an inverted index: the parts (GIN's keys) of each value. */
	std::vector<std::vector<uint64_t>> parts; /* hashes; empty where the element has none */
	double part_width = 0;                    /* bytes of one of them in an index, on average */

	bool operator==(const SampledColumn &) const = default;
};

/*
 * The rows were taken in two steps: some pages, and of each such page the same
 * share of its rows.  Which rows are of one page says how far equal values
 * stand together.
 */
struct RowSample
{
	size_t rows = 0;
	std::vector<uint64_t> pages; /* of each row; numbers that say nothing but which are equal */
	double share_of_page = 1;    /* of the rows of a page that was looked at, 0-1 */
	double share_of_pages = 1;   /* of the table's pages, 0-1 */
	std::map<ColumnNumber, SampledColumn> columns;        /* also elements */
	std::map<ColumnNumber, std::vector<bool>> conditions; /* which rows fulfil one */

	bool operator==(const RowSample &) const = default;
};

} // namespace steward
