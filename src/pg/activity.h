/*-------------------------------------------------------------------------
 *
 * activity.h
 *	  What goes on in the server: builds, our workers, their troubles.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "pg/guard.h"

#include <string>
#include <vector>

#include "pg/spi.h"

namespace steward::pg
{

/* "building index: scanning table, 45 %" for a build on the table; empty where there is none. */
std::string BuildProgress(Spi &spi, Oid relation);

/* Cancels what the action workers of all databases do; how many there were. */
size_t CancelActionWorkers(Spi &spi);

/* Why the steward of this database does not get on; empty where nothing is known. */
std::string StewardTrouble();

/* Has the launcher start this database's steward before others, and wakes it. */
void WantSteward(Oid database);

} // namespace steward::pg
