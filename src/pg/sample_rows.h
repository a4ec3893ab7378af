/*-------------------------------------------------------------------------
 *
 * sample_rows.h
 *	  Look at a random sample of a table's rows, for the size of its indexes.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <map>
#include <set>

#include "model/relation.h"
#include "pg/index_elements.h"

namespace steward::pg
{

/* Numbers of columns, elements and conditions of each table. */
using SampleRequest = std::map<ObjectId, std::set<ColumnNumber>>;

/*
 * Fills Relation::sample.  Reads as the current role: what it may not read,
 * what cannot be evaluated, and a table that is locked or takes too long, has
 * no sample, and sizes come from pg_statistic there.  So do those of tables
 * whose turn does not come until `end`, in seconds since the epoch.
 */
void SampleRows(Catalog &catalog, const IndexElements &elements, const SampleRequest &request, double end);

} // namespace steward::pg
