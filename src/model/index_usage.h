/*-------------------------------------------------------------------------
 *
 * index_usage.h
 *	  What an index was used for, and what else hangs on it.
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

/* What an index is there for besides speed; each alone is reason enough to keep it. */
struct IndexDuties
{
	bool primary_key = false;
	bool unique = false; /* no other one keeps the same values unique */
	bool exclusion = false;
	bool constraint = false; /* of another kind */
	bool replica_identity = false;
	bool clustered = false;   /* the order that CLUSTER keeps to */
	bool partitioned = false; /* it, or the index that it is part of, is that of a partitioned table */
	bool of_extension = false;
	std::string
		foreign_key; /* begins with the columns of this one, so that it finds the rows that refer to another table's */
};

struct IndexUsage
{
	ObjectId oid = 0;
	ObjectId relation = 0;
	std::string target;        /* schema-qualified, quoted where needed */
	std::string table_quoted;  /* the same of its table */
	std::string table_label;   /* without quotes, what exclusion patterns match */
	std::string definition;    /* pg_get_indexdef; empty while somebody has locked the table */
	std::string stands_in_for; /* an index that is dropped since this one finds all that it finds */
	bool valid = false;
	bool being_built = false;
	IndexDuties duties;
	bool on_standbys = false;   /* which are asked what they use it for */
	bool in_quarantine = false; /* the planner does without it */
	std::string superfluous;    /* why it is in quarantine, where it is not for being unused */
	bool plain = false;         /* of columns, without a predicate */
	bool rebuildable = false; /* of an unused one: built again, it runs nobody's code and fails for no row */
	double size_bytes = 0;
	std::optional<double> bloat; /* the share that a rebuild would win, as measured last */

	std::optional<std::string> watched_since; /* as the server writes times */
	std::optional<std::string> used_at;
	double watched_days = 0;             /* since then nothing was missed here */
	double scans = 0;                    /* here, meanwhile */
	std::optional<double> used_days_ago; /* when a use was seen last */
	double standby_scans = 0;
	std::string standby; /* the one that used it last */
	std::optional<double> standby_used_days_ago;
	double standby_watched_days = 0; /* since then nothing was missed there */
	double table_reads = 0;          /* scans of its table since the index was used, or since it is watched */
	double table_writes = 0;         /* rows of it that were written, likewise */
};

} // namespace steward
