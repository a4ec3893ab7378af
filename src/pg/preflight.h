/*-------------------------------------------------------------------------
 *
 * preflight.h
 *	  What has to be so before an index is built or dropped.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "pg/guard.h"

#include <string>

#include "pg/spi.h"

namespace steward::pg
{

/*
 * Why a concurrent build or drop would hang now: an old transaction, a
 * prepared one.  Empty where nothing speaks against it.
 */
std::string WhatWouldStall(Spi &spi);

/* Which standby has more WAL to replay than pg_steward.max_replica_lag; empty where none has. */
std::string WhatLagsBehind(Spi &spi);

/* Whether an index of this size is beyond pg_steward.max_index_size; empty where it is not. */
std::string WhatIsTooLarge(double index_bytes);

/*
 * Has the session create indexes in a tablespace, since pg_get_indexdef() does
 * not say where an index was.  False where there is none of that name.
 */
bool UseTablespace(Spi &spi, const std::string &name);

/* Why there is too little room for an index of this size; empty where there is enough. */
std::string WhatLacksSpace(Spi &spi, double index_bytes, const std::string &index = "");

} // namespace steward::pg
