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

/* What all advice of maintenance begins with; the same subject is the same advice. */
Advice BeginAdvice(ActionKind kind, const std::string &subject, int priority, ObjectId relation,
				   const std::string &label);

/* ANALYZE of a table; all of it but why. */
Advice AnalyzeAdvice(ObjectId relation, const std::string &label, const std::string &quoted);

} // namespace steward
