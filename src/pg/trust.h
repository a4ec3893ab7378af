/*-------------------------------------------------------------------------
 *
 * trust.h
 *	  Whose code it would run to read a value or to evaluate an expression, and
 *	  whose secrets the expression would tell.
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
#include "nodes/primnodes.h"
}

namespace steward::pg
{

/* Whether a value's text is read by the server's own code alone, domains inside of it included. */
bool IsPlainType(Oid type);

/* Whether somebody without power of his own made the function. */
bool IsStrangersFunction(Oid function);

/* What may come of an index that evaluates an expression for each row that anybody writes. */
enum class Harm
{
	kNone, /* it raises no error for any value that a table can hold, the ends of numeric's and of time's range aside */
	kMayFail, /* for some values it may: their rows could no longer be written */
	kUnknown, /* it runs code of somebody, or is of no kind that is known here */
};

/* The expression is immutable. */
Harm HarmOf(Node *expression);

/*
 * Whether a constant stands in the expression that may be somebody's secret, a
 * key or a salt, which must not become part of an index's definition.  Numbers,
 * separators, and the names of fields of JSON and of times are none.
 */
bool HasTellingConstant(Node *expression);

/* Whether it cannot be one: a number of a few digits, a truth value, a text without a letter or digit. */
bool SaysNothing(const Const *constant);

} // namespace steward::pg
