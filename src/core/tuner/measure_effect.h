/*-------------------------------------------------------------------------
 *
 * measure_effect.h
 *	  The mean time of statements before and after a change.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "model/statement.h"

namespace steward
{

/* A statement the change serves: before it, and what it did since. */
struct Observation
{
	StatementCounters before;
	StatementCounters after;
	double least_before_ms = 0; /* no execution took less; 0: not known */

	/* What others took in the hours in which it ran since, by what they took in those before. */
	std::optional<double> drift = std::nullopt;
};

struct Effect
{
	size_t measured = 0;     /* statements that ran on both sides */
	size_t pending = 0;      /* statements that did not run again yet */
	int64_t calls_after = 0; /* of the measured ones */
	double before_ms = 0;    /* mean time of a call, over the measured ones */
	double after_ms = 0;
};

/*
 * Each statement's mean before and after, weighted by its calls after the
 * change, so that another mix of statements does not look like a gain.
 */
Effect MeasureEffect(const std::vector<Observation> &observations);

/* The middle one of the controls' ratios; nothing where they are too few to tell anything of the server. */
std::optional<double> MedianOfControls(std::vector<double> ratios);

} // namespace steward
