/*-------------------------------------------------------------------------
 *
 * check_drop.h
 *	  Whether an index that is to go may still go.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <string>

#include "model/action.h"
#include "model/relation.h"
#include "pg/spi.h"

namespace steward
{

struct DropCheck
{
	std::string never; /* why it is not to go any more */
	std::string later; /* why nobody knows just now */
};

/* Of an action that drops an index; its table as it is now, empty where it is gone. */
DropCheck CheckDrop(pg::Spi &spi, const Catalog &catalog, const Action &action);

} // namespace steward
