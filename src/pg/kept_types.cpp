/*-------------------------------------------------------------------------
 *
 * kept_types.cpp
 *	  The types of which values are kept to plan with.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/kept_types.h"

extern "C"
{
#include "catalog/pg_type.h"
}

namespace steward::pg
{

namespace
{

constexpr KeptType kKeptTypes[] = {
	{INT4OID, 4, true},
	{INT8OID, 8, FLOAT8PASSBYVAL},
	{TEXTOID, kVarlenaLength, false},
	{UUIDOID, 16, false},
	{NUMERICOID, kVarlenaLength, false},
	{TIMESTAMPTZOID, 8, FLOAT8PASSBYVAL},
	{TIMESTAMPOID, 8, FLOAT8PASSBYVAL},
	{DATEOID, 4, true},
	{BOOLOID, 1, true},
	{VARCHAROID, kVarlenaLength, false},
	{BPCHAROID, kVarlenaLength, false},
	{INT2OID, 2, true},
	{FLOAT8OID, 8, FLOAT8PASSBYVAL},
	{FLOAT4OID, 4, true},
	{OIDOID, 4, true},
	{CHAROID, 1, true},
	{NAMEOID, NAMEDATALEN, false},
	{BYTEAOID, kVarlenaLength, false},
	{TIMEOID, 8, FLOAT8PASSBYVAL},
	{TIMETZOID, 12, false},
	{INTERVALOID, 16, false},
	{INETOID, kVarlenaLength, false},
	{CIDROID, kVarlenaLength, false},
	{JSONOID, kVarlenaLength, false},
	{JSONBOID, kVarlenaLength, false},
	{INT2ARRAYOID, kVarlenaLength, false},
	{INT4ARRAYOID, kVarlenaLength, false},
	{INT8ARRAYOID, kVarlenaLength, false},
	{TEXTARRAYOID, kVarlenaLength, false},
	{VARCHARARRAYOID, kVarlenaLength, false},
	{UUIDARRAYOID, kVarlenaLength, false},
	{NUMERICARRAYOID, kVarlenaLength, false},
	{FLOAT8ARRAYOID, kVarlenaLength, false},
	{BOOLARRAYOID, kVarlenaLength, false},
	{DATEARRAYOID, kVarlenaLength, false},
	{TIMESTAMPARRAYOID, kVarlenaLength, false},
	{TIMESTAMPTZARRAYOID, kVarlenaLength, false},
};

} // namespace

const KeptType *
FindKeptType(Oid type)
{
	for (const KeptType &kept : kKeptTypes)
	{
		if (kept.type == type)
			return &kept;
	}
	return nullptr;
}

} // namespace steward::pg
