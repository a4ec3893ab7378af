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

namespace steward
{

/* ANALYZE of tables that want it, and REINDEX of indexes that an interrupted build left; none of excluded tables. */
std::vector<Advice> AdviseMaintenance(pg::Spi &spi, const std::vector<std::string> &exclusions);

} // namespace steward
