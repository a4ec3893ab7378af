/*-------------------------------------------------------------------------
 *
 * hypopg.h
 *	  The second opinion: hypopg's view of the same index.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "pg/guard.h"

#include <string>
#include <vector>

#include "pg/query_tree.h"
#include "pg/spi.h"

namespace steward::pg
{

/* Whether the sizes it estimates have one tuple header for a tuple (since 1.4.2), not for a column. */
bool HypopgCountsHeaderOnce();

/* Whether it can have hypothetical indexes of the access method. */
bool HypopgKnows(const std::string &method);

struct SecondOpinion
{
	bool confirmed = false;
	std::string reason; /* why not, where it is not */
};

/* What it takes to be confirmed. */
enum class Confirming
{
	kUsed,     /* the plan uses a sought index, and is cheaper than without any */
	kAccepted, /* hypopg creates the index, and the query is planned */
};

/*
 * Creates the indexes of `statements` (CREATE INDEX without name) in hypopg,
 * asks for the query's plan, and drops them again.  Planned in the sandbox;
 * the indexes are created with the caller's rights, which runs nobody's code
 * as long as their expressions are trusted.  Sought are the first of them: of a
 * partitioned table one for each partition.
 */
SecondOpinion ConfirmInHypopg(AnalyzedQuery &query, const std::vector<std::string> &statements, size_t sought,
							  Confirming confirming);

/* A Refusal where the session has hypothetical indexes of its own: they would be part of every plan there. */
void RequireNoSimulation(Spi &spi);

/* A hypothetical index in the caller's own session. */
struct SimulatedIndex
{
	Oid oid = InvalidOid;
	std::string name;
};

SimulatedIndex CreateInHypopg(Spi &spi, const std::string &statement);

} // namespace steward::pg
