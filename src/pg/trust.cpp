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

#include <algorithm>
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
	"replace",
	"translate",
	"strpos",
	"position",
	"length",
	"char_length",
	"character_length",
	"octet_length",
	"md5",
	"reverse",
	"left",
	"right",
	"ceil",
	"ceiling",
	"floor",
	"round",
	"trunc",
	"sign",
	"date",
	"age",
	"point",
	"cardinality",
	"array_length",
	"jsonb_typeof",
	"json_typeof",
	"json_extract_path_text",
	"jsonb_extract_path_text",
};
constexpr const char *kFieldFunctions[] = {"date_trunc", "date_part", "extract", "timezone"};
constexpr const char *kFieldOperators[] = {"->", "->>", "#>", "#>>"};
constexpr const char *kArithmeticOperators[] = {"+", "-", "*"};
constexpr const char *kDividingOperators[] = {"/", "%"};
constexpr const char *kComparisons[] = {"=", "<>", "<", "<=", ">", ">="};

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

/* What is divided may become too small for it. */
bool
IsFloat(Oid type)
{
	return type == FLOAT4OID || type == FLOAT8OID;
}

/* Its arithmetic goes beyond its range. */
bool
IsMachineNumber(Oid type)
{
	return type == INT2OID || type == INT4OID || type == INT8OID || IsFloat(type);
}

/* Whether it is a constant number of at least so much. */
bool
IsIntegerFrom(Node *node, int32 least)
{
	const auto *constant = reinterpret_cast<Const *>(node);

	return IsA(node, Const) && constant->consttype == INT4OID && !constant->constisnull &&
		   DatumGetInt32(constant->constvalue) >= least;
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
	/* Not a negative length, and not the part before the first. */
	if (strcmp(name, "substr") == 0 || strcmp(name, "substring") == 0)
		return exprType(static_cast<Node *>(lsecond(call->args))) == INT4OID &&
			   (list_length(call->args) == 2 || IsIntegerFrom(static_cast<Node *>(lthird(call->args)), 0));
	if (strcmp(name, "split_part") == 0)
		return IsIntegerFrom(static_cast<Node *>(lthird(call->args)), 1);
	return IsAmong(name, kHarmlessFunctions);
}

/* A constant above zero, as far as that is easily seen. */
bool
IsPositive(Node *node)
{
	const auto *constant = reinterpret_cast<Const *>(node);
	const char *text;
	Oid output;
	bool is_varlena;

	if (!IsA(node, Const) || constant->constisnull || CategoryOf(constant->consttype) != TYPCATEGORY_NUMERIC)
		return false;
	getTypeOutputInfo(constant->consttype, &output, &is_varlena);
	text = OidOutputFunctionCall(output, constant->constvalue);
	return text[0] != '-' && strpbrk(text, "123456789") != nullptr;
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
		return IsNumberOrTime(op->opresulttype) && !IsMachineNumber(op->opresulttype);
	if (IsAmong(name, kDividingOperators))
		return IsNumberOrTime(op->opresulttype) && !IsFloat(op->opresulttype) &&
			   IsPositive(static_cast<Node *>(llast(op->args)));
	return IsAmong(name, kFieldOperators) || IsAmong(name, kComparisons);
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
			/* From numeric itself it cuts to a number of digits, which some numbers do not have. */
			return from == INT8OID || from == INT4OID || from == INT2OID;
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

/* Whether only superusers can have made the type, or it is a list of names. */
bool
IsTrustedType(Oid type)
{
	char kind = get_typtype(type);

	return type < FirstNormalObjectId || kind == TYPTYPE_ENUM || (kind == TYPTYPE_BASE && IsPlainType(type));
}

bool
IsServersComparison(Oid operation)
{
	const char *name = operation < FirstNormalObjectId ? get_opname(operation) : nullptr;

	return name != nullptr && IsAmong(name, kComparisons);
}

/* What the node does by itself. */
Harm
HarmOfNode(Node *node)
{
	switch (nodeTag(node))
	{
		case T_Var:
		case T_CoalesceExpr:
		case T_MinMaxExpr:
		case T_RelabelType:
		case T_ArrayExpr:
		case T_CaseExpr:
		case T_CaseWhen:
		case T_CaseTestExpr:
		case T_BoolExpr:
		case T_NullTest:
		case T_BooleanTest:
			return Harm::kNone;
		case T_SubscriptingRef:
			return reinterpret_cast<SubscriptingRef *>(node)->refassgnexpr == nullptr ? Harm::kNone
																					  : Harm::kUnknown;
		case T_Const:
			/* Reading it, as who reads the index's definition does, runs the type's input function. */
			return reinterpret_cast<Const *>(node)->consttype < FirstNormalObjectId ? Harm::kNone
																					: Harm::kUnknown;
		case T_ScalarArrayOpExpr:
			return IsServersComparison(reinterpret_cast<ScalarArrayOpExpr *>(node)->opno) ? Harm::kNone
																						  : Harm::kUnknown;
		case T_OpExpr:
		case T_NullIfExpr:
		{
			auto *op = reinterpret_cast<OpExpr *>(node);

			if (IsHarmlessOperator(op))
				return Harm::kNone;
			return op->opno < FirstNormalObjectId ? Harm::kMayFail : Harm::kUnknown;
		}
		case T_FuncExpr:
		{
			auto *call = reinterpret_cast<FuncExpr *>(node);
			bool is_cast =
				call->funcformat == COERCE_EXPLICIT_CAST || call->funcformat == COERCE_IMPLICIT_CAST;

			if (call->args == NIL || call->funcid >= FirstNormalObjectId)
				return Harm::kUnknown;
			return (is_cast ? IsHarmlessCast(call) : IsHarmlessFunction(call)) ? Harm::kNone : Harm::kMayFail;
		}
		case T_CoerceViaIO:
			/* Writing a value as text; reading one may fail. */
			return reinterpret_cast<CoerceViaIO *>(node)->resulttype == TEXTOID ? Harm::kNone
																				: Harm::kMayFail;
		default:
			return Harm::kUnknown;
	}
}

/* Ends where there is more harm than one may tell of; notes the other in `argument`, a Harm. */
bool
AddHarm(Node *node, void *argument)
{
	auto *harm = static_cast<Harm *>(argument);

	if (node == nullptr)
		return false;
	if (!IsA(node, List) && !IsA(node, CaseWhen))
	{
		Harm own = IsTrustedType(exprType(node)) ? HarmOfNode(node) : Harm::kUnknown;

		*harm = std::max(*harm, own);
		if (*harm == Harm::kUnknown)
			return true;
	}
	return compat::WalkExpression(node, AddHarm, argument);
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

Harm
HarmOf(Node *expression)
{
	Harm harm = Harm::kNone;

	AddHarm(expression, &harm);
	return harm;
}

bool
HasTellingConstant(Node *expression)
{
	return TellsSecrets(expression, nullptr);
}

} // namespace steward::pg
