/*-------------------------------------------------------------------------
 *
 * fill_parameters.h
 *	  Values for parameters that nobody saw, from what the server knows of the
 *	  columns they are compared with.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <vector>

#include "model/parameter_use.h"
#include "pg/query_tree.h"
#include "pg/raii.h"
#include "pg/samples.h"

namespace steward::pg
{

/*
 * The parameters of a statement for which there are values: those compared with
 * columns of tables that have statistics, and those of LIMIT and OFFSET.  The
 * values are of people's rows, like those of samples: to plan with, for nobody
 * to see.
 */
class UnseenParameters
{
public:
	/* All of them, also those whose value is known.  None where the statement cannot be looked at now. */
	explicit UnseenParameters(AnalyzedQuery &query);

	/* In the order of their numbers. */
	const std::vector<ParameterUse> &uses() const { return uses_; }

	/* The chosen values of $1, $2 ...; those of which nothing is known have no type. */
	std::vector<SampledValue> ValuesOf(const ParameterChoices &choices) const;

private:
	OwnedMemoryContext context_{"pg_steward unseen parameters"};
	List *found_ = NIL; /* in the order of uses_ */
	std::vector<ParameterUse> uses_;
};

} // namespace steward::pg
