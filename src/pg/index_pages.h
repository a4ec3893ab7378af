/*-------------------------------------------------------------------------
 *
 * index_pages.h
 *	  What stands on the pages of a btree index.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "pg/guard.h"

#include <optional>

#include "model/index_bloat.h"

namespace steward::pg
{

/*
 * Reads up to `most` pages of the index, in order, each as likely as any other, and
 * through a few buffers only, so that they push nothing else out.  Nothing where the
 * index is gone, is no btree, or somebody has locked it.  A share of free space is
 * known to 2 points or so from 1,000 pages.  Locks: ACCESS SHARE on the index.
 */
std::optional<PageSample> SampleBtreePages(Oid index, uint32 most);

} // namespace steward::pg
