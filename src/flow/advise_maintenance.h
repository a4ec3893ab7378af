/*-------------------------------------------------------------------------
 *
 * advise_maintenance.h
 *	  What wants to be done for tables and indexes, whatever the workload.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "pg/spi.h"

#include <string>
#include <vector>

#include "model/action.h"
#include "model/relation.h"

namespace steward
{

/*
 * ANALYZE of tables that want it, REINDEX of indexes that are bloated or that an
 * interrupted build left, and DROP of unused ones and of duplicates on tables that are
 * not in `seen`; none of excluded tables.
 */
std::vector<Advice> AdviseMaintenance(pg::Spi &spi, const Catalog &seen,
									  const std::vector<std::string> &exclusions);

/* ANALYZE of a table; all of it but why. */
Advice AnalyzeAdvice(ObjectId relation, const std::string &label, const std::string &quoted);

} // namespace steward
