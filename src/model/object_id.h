/*-------------------------------------------------------------------------
 *
 * object_id.h
 *	  The server's OIDs and column numbers, for the floors that do not see
 *	  server headers.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <cstdint>

namespace steward
{

using ObjectId = uint32_t;
using ColumnNumber = int16_t;

} // namespace steward
