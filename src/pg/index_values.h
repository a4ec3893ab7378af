/*-------------------------------------------------------------------------
 *
 * index_values.h
 *	  How values stand in an index: how long they are, which are equal, and
 *	  which parts an inverted index takes of them.
 *
 * C-like; may raise an ERROR.  What is allocated on the way is left in the
 * current memory context.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "pg/guard.h"

#include <cstdint>
#include <vector>

namespace steward::pg
{

/* What pg_type says of the values. */
struct ValueType
{
	int16 length = 0;
	bool by_value = false;
	char alignment = 'c';
	char storage = 'p';
};

/* A support function of an operator class that makes of a value what stands in the index. */
struct KeyMaker
{
	FmgrInfo function; /* fn_oid is invalid where the class has none, or it is a stranger's */
	Oid collation;
	ValueType key; /* what it makes */
};

/* Of the parts that NULL, and that a value without parts, stand for in an inverted index. */
constexpr uint64_t kNullPart = 1;
constexpr uint64_t kNoPart = 2;

ValueType ValueTypeOf(Oid type);

/* The bytes of the value in an index tuple, without padding. */
int32 WidthInIndex(Datum value, const ValueType &type);

/* Bytes that the operator class keeps of each value, whatever its type; 0 where that differs. */
int32 FixedWidthInClass(Oid opclass);

/*
 * For values of the type: of GIN what takes them apart, of GiST what makes
 * signatures and the like of them.  `maker` lives in the current memory context.
 */
void PrepareKeyMaker(Oid opclass, Oid method, Oid type, Oid collation, KeyMaker *maker);

/* Bytes of the key that the class makes of the value, without padding. */
int32 WidthOfKey(Datum value, KeyMaker *maker);

/* Equal for values of equal bytes. */
uint64 HashOfValue(Datum value, const ValueType &type);

struct ValuePart
{
	uint64_t hash;
	int32_t width; /* bytes in an index tuple */
};

/* Appends the parts of the value, the same one as often as it occurs. */
void ReadParts(Datum value, KeyMaker *maker, std::vector<ValuePart> *parts);

} // namespace steward::pg
