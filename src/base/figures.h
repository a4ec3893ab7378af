/*-------------------------------------------------------------------------
 *
 * figures.h
 *	  Numbers of so many figures as mean something.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <cmath>

namespace steward
{

/* A positive number, rounded to so many significant figures. */
inline double
RoundToFigures(double value, int figures)
{
	double power = std::pow(10, std::floor(std::log10(value)) + 1 - figures);

	return std::round(value / power) * power;
}

} // namespace steward
