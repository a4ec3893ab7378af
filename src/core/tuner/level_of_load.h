/*-------------------------------------------------------------------------
 *
 * level_of_load.h
 *	  How the server fared in the hours in which a statement ran, as other
 *	  statements tell.
 *
 * A statement of the night is measured by what others took at night: so neither
 * a backup nor a busy noon is blamed on a change.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "model/statement.h"

namespace steward
{

/* What a statement did in each hour, by the number of the hour since 1970. */
using Hours = std::map<int64_t, StatementCounters>;

/* A statement that the change cannot touch. */
struct Control
{
	double usual_ms = 0; /* its mean before the change */
	Hours hours;
};

/* By the hour: what controls took, as a multiple of what is usual. */
using Levels = std::map<int64_t, double>;

/*
 * The median of those that ran `enough` times in that hour; no level where they
 * are fewer than three.
 */
Levels LevelsByHour(const std::vector<Control> &controls, int64_t enough);

/*
 * The mean level while the statement ran, weighted by its executions; nothing
 * where less than half of the `calls` that are to be judged were in hours of which
 * the level is known.
 */
std::optional<double> LevelFor(const Hours &statement, const Levels &levels, int64_t calls);

} // namespace steward
