/*-------------------------------------------------------------------------
 *
 * verdicts.h
 *	  What became of each statement when advice was last renewed.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "pg/guard.h"

#include <map>
#include <string>

#include "model/statement.h"
#include "pg/spi.h"

namespace steward::pg
{

using Verdicts = std::map<StatementKey, std::string>;

Verdicts ReadVerdicts(Spi &spi);

/* These and no others; what stays the same is not written. */
void StoreVerdicts(Spi &spi, const Verdicts &verdicts);

} // namespace steward::pg
