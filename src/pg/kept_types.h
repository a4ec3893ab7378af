/*-------------------------------------------------------------------------
 *
 * kept_types.h
 *	  The types of which values are kept to plan with.
 *
 * They are the server's own scalar types and arrays of them: no ALTER TYPE
 * changes how their values look, and no code of other people reads them.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "pg/guard.h"

namespace steward::pg
{

constexpr int16 kVarlenaLength = -1;

struct KeptType
{
	Oid type;
	int16 length;
	bool by_value;
};

/* Null where values of the type are not to be kept.  C-like, asks no catalog. */
const KeptType *FindKeptType(Oid type);

} // namespace steward::pg
