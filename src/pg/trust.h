/*-------------------------------------------------------------------------
 *
 * trust.h
 *	  Whose code it would run to read a value or to evaluate an expression.
 *
 * C-like; may raise an ERROR.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "pg/guard.h"

extern "C"
{
#include "nodes/nodes.h"
}

namespace steward::pg
{

/* Whether a value's text is read by the server's own code alone, domains inside of it included. */
bool IsPlainType(Oid type);

/* Whether somebody without power of his own made the function. */
bool IsStrangersFunction(Oid function);

/* Whether the expression calls no stranger's function, checks no domain and has constants of plain types only. */
bool IsTrustedExpression(Node *expression);

} // namespace steward::pg
