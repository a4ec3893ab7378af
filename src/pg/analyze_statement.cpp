/*-------------------------------------------------------------------------
 *
 * analyze_statement.cpp
 *	  Parse analysis that runs nobody's code.
 *
 * The server reads an untyped string literal as soon as it knows what type is
 * wanted, deep inside of its analysis.  A parameter without a type it asks us
 * about instead.  So each string literal is made such a parameter first, with
 * a number above the statement's own.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/analyze_statement.h"

#include "pg/compat.h"

extern "C"
{
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "parser/analyze.h"
#include "parser/parse_coerce.h"
#include "parser/parse_node.h"
#include "parser/parse_param.h"
#include "utils/lsyscache.h"
}

namespace steward::pg
{

namespace
{

/* The literals of the statement at hand: parameter own + 1 is the first. */
struct Literals
{
	int own = 0;
	List *texts = NIL; /* of char * */
	CoerceParamHook outer = nullptr;
};

/* As many as the protocol lets a statement have. */
constexpr int kMostParameters = 65535;

/* The server's hooks take one argument, which is theirs.  Set before each use. */
Literals *literals_at_hand = nullptr;

bool FindParameters(Node *node, void *argument);
bool TakeLiterals(Node *node, void *argument);

/* The values of a CYCLE clause, which the server's walker leaves out. */
bool
WalkMore(Node *node, compat::TreeWalker walker, void *argument)
{
	if (IsA(node, CommonTableExpr))
	{
		CTECycleClause *cycle = reinterpret_cast<CommonTableExpr *>(node)->cycle_clause;

		if (cycle != nullptr &&
			(walker(cycle->cycle_mark_value, argument) || walker(cycle->cycle_mark_default, argument)))
			return true;
	}
	/* The modifiers of a type are read by its own C function, and have to be constants. */
	return !IsA(node, TypeName) && compat::WalkRawTree(node, walker, argument);
}

bool
FindParameters(Node *node, void *argument)
{
	auto *literals = static_cast<Literals *>(argument);

	if (node == nullptr)
		return false;
	if (IsA(node, ParamRef))
		literals->own = Max(literals->own, reinterpret_cast<ParamRef *>(node)->number);
	return WalkMore(node, FindParameters, argument);
}

bool
TakeLiterals(Node *node, void *argument)
{
	auto *literals = static_cast<Literals *>(argument);

	if (node == nullptr)
		return false;
	if (IsA(node, A_Const))
	{
		auto *constant = reinterpret_cast<A_Const *>(node);
		int location = constant->location;

		if (constant->isnull || !IsA(&constant->val.node, String))
			return false;
		literals->texts = lappend(literals->texts, constant->val.sval.sval);

		/* In its place, since we do not see what points to it. */
		static_assert(sizeof(ParamRef) <= sizeof(A_Const));

		auto *parameter = reinterpret_cast<ParamRef *>(node);

		NodeSetTag(parameter, T_ParamRef);
		parameter->number = literals->own + list_length(literals->texts);
		parameter->location = location;
		return false;
	}
	return WalkMore(node, TakeLiterals, argument);
}

/* Whether a value's text is read by the server's own code alone, domains inside of it included. */
bool
IsPlain(Oid type)
{
	check_stack_depth();
	switch (get_typtype(type))
	{
		case TYPTYPE_BASE:
			return !OidIsValid(get_element_type(type)) || IsPlain(get_element_type(type));
		case TYPTYPE_ENUM:
		case TYPTYPE_PSEUDO:
			return true;
		case TYPTYPE_RANGE:
			return IsPlain(get_range_subtype(type));
		case TYPTYPE_MULTIRANGE:
			return IsPlain(get_multirange_range(type));
		default:
			return false;
	}
}

extern "C"
{
static Node *
GiveType(ParseState *state, Param *parameter, Oid type, int32 modifier, int location)
{
	Literals *literals = literals_at_hand;
	int number = parameter->paramid - literals->own;

	/* What a domain itself demands is checked when it is planned: reading is its base type's. */
	if (number <= 0 || parameter->paramtype != UNKNOWNOID || !IsPlain(getBaseType(type)))
		return literals->outer(state, parameter, type, modifier, location);

	auto *text = static_cast<char *>(list_nth(literals->texts, number - 1));
	Const *constant = makeConst(UNKNOWNOID, -1, InvalidOid, -2, CStringGetDatum(text), false, false);

	constant->location = location;
	return coerce_type(state, reinterpret_cast<Node *>(constant), UNKNOWNOID, type, modifier,
					   COERCION_IMPLICIT, COERCE_IMPLICIT_CAST, location);
}
}

} // namespace

Query *
AnalyzeStatement(RawStmt *statement, const char *text, ParameterTypes *parameters)
{
	Literals literals;
	ParseState *state;
	Query *query;

	switch (nodeTag(statement->stmt))
	{
		case T_SelectStmt:
		case T_InsertStmt:
		case T_UpdateStmt:
		case T_DeleteStmt:
		case T_MergeStmt:
			break;
		default:
			return nullptr;
	}
	FindParameters(statement->stmt, &literals);
	if (literals.own > kMostParameters)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_PARAMETER), errmsg("there is no parameter $%d", literals.own)));
	TakeLiterals(statement->stmt, &literals);

	state = make_parsestate(nullptr);
	state->p_sourcetext = text;
	parameters->count = literals.own + list_length(literals.texts);
	parameters->types = static_cast<Oid *>(palloc0(sizeof(Oid) * (parameters->count + 1)));
	setup_parse_variable_parameters(state, &parameters->types, &parameters->count);
	literals.outer = state->p_coerce_param_hook;
	state->p_coerce_param_hook = GiveType;
	literals_at_hand = &literals;
	query = transformTopLevelStmt(state, statement);
	check_variable_parameters(state, query);
	free_parsestate(state);

	parameters->count = literals.own;
	for (int i = 0; i < parameters->count; i++)
	{
		if (parameters->types[i] == InvalidOid || parameters->types[i] == UNKNOWNOID)
			ereport(ERROR, (errcode(ERRCODE_INDETERMINATE_DATATYPE),
							errmsg("could not determine data type of parameter $%d", i + 1)));
	}
	return query->commandType == CMD_UTILITY ? nullptr : query;
}

} // namespace steward::pg
