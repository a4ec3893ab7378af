/*-------------------------------------------------------------------------
 *
 * index_bloat.h
 *	  How large an index is, and how much of it would be gone after a rebuild.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <optional>
#include <string>

#include "model/object_id.h"

namespace steward
{

/* Pages of a btree that were looked at: all of them, or some by chance. */
struct PageSample
{
	double pages = 0;       /* of the index, without the first one */
	double looked_at = 0;   /* of these */
	double unused = 0;      /* of those looked at: empty, deleted, or on the way to it */
	double leaf_bytes = 0;  /* room for entries on the leaf pages looked at */
	double free_bytes = 0;  /* of that, what is free */
	double fillfactor = 90; /* percent, of the index */
};

struct IndexBloat
{
	ObjectId oid = 0;
	ObjectId relation = 0;
	std::string target;      /* schema-qualified, quoted where needed */
	std::string name;        /* unquoted */
	std::string table_label; /* without quotes, what exclusion patterns match */
	bool btree = false;
	double size_bytes = 0;
	double bytes_per_row = 0;                    /* 0: nobody counted the rows */
	std::optional<double> rebuilt_bytes_per_row; /* after the steward rebuilt it */
	std::optional<double> bloat;                 /* as measured last */
};

} // namespace steward
