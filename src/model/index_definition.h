/*-------------------------------------------------------------------------
 *
 * index_definition.h
 *	  What an index is: its table, access method, keys, included columns and
 *	  predicate.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <algorithm>
#include <compare>
#include <string>
#include <vector>

#include "model/object_id.h"

namespace steward
{

struct IndexKey
{
	ColumnNumber column = 0;
	bool descending = false;
	bool nulls_first = false; /* the btree default: nulls_first == descending */

	auto operator<=>(const IndexKey &) const = default;
};

/* Whether the longer ones begin with the shorter ones. */
inline bool
IsPrefix(const std::vector<IndexKey> &shorter, const std::vector<IndexKey> &longer)
{
	return shorter.size() <= longer.size() && std::equal(shorter.begin(), shorter.end(), longer.begin());
}

/*
 * An index of one access method on columns and other elements (see Column),
 * each with its own collation.  What has more than that is described by the
 * catalog (ExistingIndex), not proposed.
 */
struct IndexDefinition
{
	ObjectId relation = 0;
	std::vector<IndexKey> keys;
	std::vector<ColumnNumber> included;
	std::string method = "btree"; /* pg_am.amname */
	ColumnNumber predicate = 0;   /* of a partial index: the number of a Condition; 0: all rows */
	int pages_per_range = 0;      /* of BRIN; 0: the server's default */

	auto operator<=>(const IndexDefinition &) const = default;
};

} // namespace steward
