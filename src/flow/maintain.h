/*-------------------------------------------------------------------------
 *
 * maintain.h
 *	  The rounds in which indexes and statistics are looked after, and their report.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "pg/spi.h"

namespace steward
{

/* Whether the last round of this database began pg_steward.maintenance_interval ago, and the window is open. */
bool IsMaintenanceDue(pg::Spi &spi);

/* Its number. */
int64_t BeginMaintenance(pg::Spi &spi);

/* Writes the report of what was done since the round before, as it is in force now. */
void EndMaintenance(pg::Spi &spi, int64_t round);

struct MaintenanceReport
{
	std::string text;
	Json json;
};

/*
 * A round now, on behalf of a procedure: commits between its steps.  Unless it is
 * a dry run, what maintenance is proposed is carried out, one after the other, but what
 * a person has to ask for by its id; the report is about that.
 */
MaintenanceReport Maintain(bool dry_run);

} // namespace steward
