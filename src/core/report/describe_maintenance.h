/*-------------------------------------------------------------------------
 *
 * describe_maintenance.h
 *	  The maintenance report, for people to read.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <string>

#include "base/json.h"

namespace steward
{

/*
 * From the report as JSON: since, until, and arrays of what was "dropped", put in
 * "quarantine", "rebuilt", "analyzed", given better "statistics", tried and
 * "of_no_use", and "taken_back", of what is "waiting" and "skipped", with the
 * reasons, and of "warnings".
 */
std::string DescribeMaintenance(const Json &report);

} // namespace steward
