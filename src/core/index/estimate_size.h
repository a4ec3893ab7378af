/*-------------------------------------------------------------------------
 *
 * estimate_size.h
 *	  How big an index would be, before it exists.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "model/index_definition.h"
#include "model/relation.h"

namespace steward
{

enum class SizeModel
{
	kSteward,   /* our own: samples, alignment, deduplication, inner pages, height */
	kHypopg,    /* as hypopg estimates, to be comparable with it */
	kHypopg142, /* as hypopg does since 1.4.2 */
};

struct IndexSize
{
	double pages = 0;
	double tuples = 0;
	int height = -1; /* levels above the leaves of a btree; -1 = unknown */

	double Bytes() const { return pages * 8192; }
};

/*
 * The size of an index right after CREATE INDEX with default options, from the
 * sample of its table where there is one, else from pg_statistic.  The hypopg
 * models are about btrees alone; other kinds are sized by our own.
 */
IndexSize EstimateIndexSize(const Relation &relation, const IndexDefinition &index, SizeModel model);

} // namespace steward
