/*-------------------------------------------------------------------------
 *
 * trust.cpp
 *	  Whose code it would run to read a value or to evaluate an expression.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/trust.h"

#include "pg/compat.h"

extern "C"
{
#include "access/transam.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
}

namespace steward::pg
{

namespace
{

bool
IsStrangersFunctionIn(Oid function, [[maybe_unused]] void *argument)
{
	return IsStrangersFunction(function);
}

bool
HasStrangers(Node *node, void *argument)
{
	if (node == nullptr)
		return false;
	if (IsA(node, CoerceToDomain) || IsA(node, CoerceToDomainValue))
		return true;
	if (IsA(node, Const) && !IsPlainType(reinterpret_cast<Const *>(node)->consttype))
		return true;
	if (check_functions_in_node(node, IsStrangersFunctionIn, argument))
		return true;
	return compat::WalkExpression(node, HasStrangers, argument);
}

} // namespace

bool
IsPlainType(Oid type)
{
	check_stack_depth();
	switch (get_typtype(type))
	{
		case TYPTYPE_BASE:
			return !OidIsValid(get_element_type(type)) || IsPlainType(get_element_type(type));
		case TYPTYPE_ENUM:
		case TYPTYPE_PSEUDO:
			return true;
		case TYPTYPE_RANGE:
			return IsPlainType(get_range_subtype(type));
		case TYPTYPE_MULTIRANGE:
			return IsPlainType(get_multirange_range(type));
		default:
			return false;
	}
}

bool
IsStrangersFunction(Oid function)
{
	HeapTuple tuple;
	bool strangers;

	if (function < FirstNormalObjectId)
		return false;
	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	if (!HeapTupleIsValid(tuple))
		return true;
	strangers = !superuser_arg(reinterpret_cast<Form_pg_proc>(GETSTRUCT(tuple))->proowner);
	ReleaseSysCache(tuple);
	return strangers;
}

bool
IsTrustedExpression(Node *expression)
{
	return !HasStrangers(expression, nullptr);
}

} // namespace steward::pg
