/*-------------------------------------------------------------------------
 *
 * table_activity.h
 *	  What has become of a table's rows since it was analysed.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <string>

#include "model/object_id.h"

namespace steward
{

struct TableActivity
{
	ObjectId oid = 0;
	std::string quoted;         /* schema-qualified, quoted where needed */
	std::string label;          /* the same without quotes, what exclusion patterns match */
	std::string label_of_whole; /* of a partition: that of the partitioned table at the top */
	bool partitioned = false;   /* its rows are those of its partitions; autovacuum never analyses it */
	bool foreign_partitions = false;
	bool analyzed = false;         /* there are statistics of its columns, or can be none */
	bool autovacuumed = false;     /* autovacuum looks after it */
	bool autovacuum_off = false;   /* for the whole server */
	bool autovacuum_full = false;  /* all its workers are at work somewhere */
	bool being_maintained = false; /* somebody is just vacuuming or analysing it */
	double tuples = 0;             /* as far as is known */
	double modified = 0;           /* rows inserted, updated and deleted since it was analysed */
	double analyze_after = 0;      /* so many modified rows autovacuum waits for */
};

} // namespace steward
