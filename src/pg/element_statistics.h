/*-------------------------------------------------------------------------
 *
 * element_statistics.h
 *	  What ANALYZE would say of expressions that no index holds yet.
 *
 * Without them the planner takes an expression for a value of which it knows
 * nothing, and an index on it looks useless or far too good.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "pg/guard.h"

extern "C"
{
#include "access/htup.h"
}

#include <map>
#include <optional>
#include <vector>

#include "model/relation.h"
#include "pg/index_elements.h"
#include "pg/raii.h"
#include "pg/sample_rows.h"

namespace steward::pg
{

class ElementStatistics
{
public:
	ElementStatistics();

	/*
	 * Of the expressions among what is asked for, from a sample of their
	 * tables' rows.  Reads as the current role; of what cannot be read or
	 * evaluated nothing is known.  Partitioned tables are left out: there
	 * each partition's index would have statistics of its own.  None of
	 * tables whose turn does not come until `end`, in seconds since the epoch.
	 */
	void Read(const Catalog &catalog, const IndexElements &elements, const SampleRequest &request,
			  double end);

	/* A row of pg_statistic, which lives as long as this; null where nothing is known. */
	HeapTuple Find(ColumnNumber number) const;

private:
	std::optional<ServerError> TryToRead(const steward::Relation &relation, const IndexElements &elements,
										 const std::vector<ColumnNumber> &numbers);

	OwnedMemoryContext context_;
	std::map<ColumnNumber, HeapTuple> statistics_; /* in context_ */
};

} // namespace steward::pg
