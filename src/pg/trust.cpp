/*-------------------------------------------------------------------------
 *
 * trust.cpp
 *	  Whose code it would run to read a value or to evaluate an expression, and
 *	  whose secrets the expression would tell.
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
#include "catalog/pg_range.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
}

#include <cctype>
#include <cstring>

namespace steward::pg
{

namespace
{

/* A number that is no longer than this is nobody's secret. */
constexpr size_t kFewDigits = 3;

/* By name, since each stands for a family; what divides or reads a text as something else is not among them. */
constexpr const char *kHarmlessFunctions[] = {
	"lower",
	"upper",
	"initcap",
	"btrim",
	"ltrim",
	"rtrim",
	"length",
	"char_length",
	"character_length",
	"octet_length",
	"md5",
	"reverse",
	"left",
	"right",
	"date",
	"json_extract_path_text",
	"jsonb_extract_path_text",
};
constexpr const char *kFieldFunctions[] = {"date_trunc", "date_part", "extract", "timezone"};
constexpr const char *kFieldOperators[] = {"->", "->>", "#>", "#>>"};
constexpr const char *kArithmeticOperators[] = {"+", "-", "*"};

template <size_t kSize>
bool
IsAmong(const char *name, const char *const (&names)[kSize])
{
	for (const char *one : names)
	{
		if (strcmp(name, one) == 0)
			return true;
	}
	return false;
}

char
CategoryOf(Oid type)
{
	char category;
	bool preferred;

	get_type_category_preferred(type, &category, &preferred);
	return category;
}

bool
IsNumberOrTime(Oid type)
{
	char category = CategoryOf(type);

	return category == TYPCATEGORY_NUMERIC || category == TYPCATEGORY_DATETIME ||
		   category == TYPCATEGORY_TIMESPAN;
}

/* A field or time zone that a row names may be none. */
bool
IsHarmlessFunction(const FuncExpr *call)
{
	const char *name = get_func_name(call->funcid);

	if (name == nullptr)
		return false;
	if (IsAmong(name, kFieldFunctions))
		return IsA(linitial(call->args), Const);
	/* A document of more than 1 MB of words raises an error; who searches in texts lives with that. */
	if (strcmp(name, "to_tsvector") == 0)
		return list_length(call->args) == 2 && IsA(linitial(call->args), Const);
	return IsAmong(name, kHarmlessFunctions);
}

/* Of JSON and arrays, some cannot be joined or taken from. */
bool
IsHarmlessOperator(const OpExpr *op)
{
	const char *name = op->opno < FirstNormalObjectId ? get_opname(op->opno) : nullptr;

	if (name == nullptr)
		return false;
	if (strcmp(name, "||") == 0)
		return op->opresulttype == TEXTOID;
	if (IsAmong(name, kArithmeticOperators))
		return IsNumberOrTime(op->opresulttype);
	return IsAmong(name, kFieldOperators);
}

/* Casts between the server's own types by a function: none from a text, and none that rounds into a smaller type. */
bool
IsHarmlessCast(const FuncExpr *call)
{
	Oid from = exprType(static_cast<Node *>(linitial(call->args)));

	switch (call->funcresulttype)
	{
		case INT8OID:
			return from == INT4OID || from == INT2OID;
		case INT4OID:
			return from == INT2OID || from == BOOLOID;
		case NUMERICOID:
			return from == INT8OID || from == INT4OID || from == INT2OID || from == NUMERICOID;
		case FLOAT8OID:
			return from == FLOAT4OID || from == INT8OID || from == INT4OID || from == INT2OID;
		case DATEOID:
			return from == TIMESTAMPOID;
		case TIMESTAMPOID:
			return from == DATEOID || from == TIMESTAMPOID;
		case TEXTOID:
			return from == BPCHAROID || from == NAMEOID;
		default:
			return false;
	}
}

bool
HasHarm(Node *node, void *argument)
{
	if (node == nullptr)
		return false;
	switch (nodeTag(node))
	{
		case T_List:
		case T_Var:
		case T_CoalesceExpr:
		case T_MinMaxExpr:
		case T_RelabelType:
			break;
		case T_Const:
			return reinterpret_cast<Const *>(node)->consttype >= FirstNormalObjectId;
		case T_OpExpr:
			if (!IsHarmlessOperator(reinterpret_cast<OpExpr *>(node)))
				return true;
			break;
		case T_FuncExpr:
		{
			auto *call = reinterpret_cast<FuncExpr *>(node);
			bool is_cast =
				call->funcformat == COERCE_EXPLICIT_CAST || call->funcformat == COERCE_IMPLICIT_CAST;

			if (call->args == NIL || call->funcid >= FirstNormalObjectId ||
				!(is_cast ? IsHarmlessCast(call) : IsHarmlessFunction(call)))
				return true;
			break;
		}
		case T_CoerceViaIO:
			/* Writing a value as text; reading one may fail. */
			if (reinterpret_cast<CoerceViaIO *>(node)->resulttype != TEXTOID)
				return true;
			break;
		default:
			return true;
	}
	/* A type that somebody made has functions of somebody. */
	if (!IsA(node, List) && exprType(node) >= FirstNormalObjectId &&
		get_typtype(exprType(node)) != TYPTYPE_ENUM)
		return true;
	return compat::WalkExpression(node, HasHarm, argument);
}


/* Whether texts beside this argument name a part of it. */
bool
HasNamedParts(Node *argument)
{
	Oid type = exprType(argument);
	char category = CategoryOf(type);

	return type == JSONOID || type == JSONBOID || category == TYPCATEGORY_DATETIME ||
		   category == TYPCATEGORY_TIMESPAN;
}

/* A time or a date is none: it would also be read otherwise under another DateStyle. */
bool
IsName(Node *node)
{
	return IsA(node, Const) &&
		   (CategoryOf(exprType(node)) == TYPCATEGORY_STRING || exprType(node) == TEXTARRAYOID);
}

bool
TellsSecrets(Node *node, void *argument)
{
	List *arguments = NIL;
	ListCell *cell;
	bool named = false;

	if (node == nullptr)
		return false;
	if (IsA(node, Const))
		return !SaysNothing(reinterpret_cast<Const *>(node));
	if (IsA(node, OpExpr))
		arguments = reinterpret_cast<OpExpr *>(node)->args;
	else if (IsA(node, FuncExpr))
		arguments = reinterpret_cast<FuncExpr *>(node)->args;
	else
		return compat::WalkExpression(node, TellsSecrets, argument);
	foreach (cell, arguments)
		named = named || (!IsA(lfirst(cell), Const) && HasNamedParts(static_cast<Node *>(lfirst(cell))));
	foreach (cell, arguments)
	{
		auto *one = static_cast<Node *>(lfirst(cell));

		if (!(named && IsName(one)) && TellsSecrets(one, argument))
			return true;
	}
	return false;
}

/* Whether values of the range pass through a function of a stranger. */
bool
HasStrangersCanonical(Oid range)
{
	HeapTuple tuple = SearchSysCache1(RANGETYPE, ObjectIdGetDatum(range));
	Oid canonical;

	if (!HeapTupleIsValid(tuple))
		return true;
	canonical = reinterpret_cast<Form_pg_range>(GETSTRUCT(tuple))->rngcanonical;
	ReleaseSysCache(tuple);
	return OidIsValid(canonical) && IsStrangersFunction(canonical);
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
			return !HasStrangersCanonical(type) && IsPlainType(get_range_subtype(type));
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
SaysNothing(const Const *constant)
{
	char category = CategoryOf(constant->consttype);

	if (constant->constisnull)
		return true;
	if (category == TYPCATEGORY_BOOLEAN)
		return true;
	/* The name of an object of the database. */
	if (constant->consttype == REGCONFIGOID)
		return true;
	if (category == TYPCATEGORY_NUMERIC)
	{
		Oid output;
		bool is_varlena;

		getTypeOutputInfo(constant->consttype, &output, &is_varlena);
		return strlen(OidOutputFunctionCall(output, constant->constvalue)) <= kFewDigits;
	}
	if (category != TYPCATEGORY_STRING || constant->constlen != -1)
		return false;

	const char *character = TextDatumGetCString(constant->constvalue);

	/* A byte of a character beyond ASCII may be of a letter. */
	for (; *character != 0; character++)
	{
		if (isalnum(static_cast<unsigned char>(*character)) || IS_HIGHBIT_SET(*character))
			return false;
	}
	return true;
}

bool
IsHarmlessExpression(Node *expression)
{
	return !HasHarm(expression, nullptr);
}

bool
HasTellingConstant(Node *expression)
{
	return TellsSecrets(expression, nullptr);
}

} // namespace steward::pg
