/*-------------------------------------------------------------------------
 *
 * parameter_use.h
 *	  What a statement does with a parameter whose value nobody saw, and which
 *	  values of the column's statistics stand in for it.
 *
 * Values themselves never appear here, only their places.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace steward
{

enum class ParameterUseKind
{
	kEqual,   /* column = $1 */
	kList,    /* column = ANY ($1) */
	kAbove,   /* column > $1, or >= */
	kBelow,   /* column < $1, or <= */
	kPattern, /* column LIKE $1, and its like */
	kLimit,
	kOffset,
};

struct ParameterUse
{
	int number = 0; /* n of $n */
	ParameterUseKind kind = ParameterUseKind::kEqual;

	/* Of the column it is compared with */
	size_t position = 0;             /* among the parameters that are to equal the column */
	bool paired = false;             /* a range that another parameter ends on the other side */
	std::vector<double> frequencies; /* of its most common values, most frequent first */
	double other_frequency = 0;      /* on average, of those that are not */
	size_t bounds = 0;       /* so many other values are known, in order, about equally many rows apart */
	bool all_common = false; /* all its values are common ones; the bounds are those, in order */

	bool counts_rows = false; /* a limit on what the statement itself returns or writes */
};

/* A place in the statistics of a column. */
struct StatisticsPlace
{
	bool common = false; /* among the most common values, or among the bounds */
	size_t index = 0;

	bool operator==(const StatisticsPlace &) const = default;
};

/* What stands in for a parameter. */
struct ParameterChoice
{
	int number = 0;
	std::vector<StatisticsPlace> places; /* one, or those of a list */
	int64_t amount = 0;                  /* of a limit or an offset */

	bool operator==(const ParameterChoice &) const = default;
};

/* What stands in for all parameters in some of a statement's executions. */
struct ParameterChoices
{
	double share = 1; /* of the executions, 0-1 */
	std::vector<ParameterChoice> parameters;
};

} // namespace steward
