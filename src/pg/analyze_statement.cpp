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
#include "pg/trust.h"

extern "C"
{
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "parser/analyze.h"
#include "parser/parse_coerce.h"
#include "parser/parse_node.h"
#include "parser/parse_param.h"
#include "parser/parse_type.h"
#include "tcop/tcopprot.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
}

namespace steward::pg
{

namespace
{

/* The types of all parameters, the statement's own first, as their use tells. */
struct ParameterTypes
{
	Oid *types = nullptr;
	int count = 0;
};

/*
 * The literals of the statement at hand.  Equal ones are one parameter, so that
 * what is equal in SELECT and GROUP BY stays so: own + 1 is the first.
 */
struct Literals
{
	int own = 0;
	List *texts = NIL; /* of char * */
	CoerceParamHook outer = nullptr;
	ParameterTypes parameters;
};

/* As many as the protocol lets a statement have. */
constexpr int kMostParameters = 65535;

/* In a list of thousands none is looked for: nobody groups by so many. */
constexpr int kMostCompared = 200;

/* The server's hooks take one argument, which is theirs.  Set before each use. */
Literals *literals_at_hand = nullptr;

bool FindParameters(Node *node, void *argument);
bool TakeLiterals(Node *node, void *argument);

/* What the server's walker leaves out, or we. */
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
	/* The modifiers of a type and the path of JSON_TABLE have to be constants; C code reads them. */
	if (IsA(node, TypeName) || compat::IsJsonTablePath(node))
		return false;
	return compat::WalkRawTree(node, walker, argument);
}

/* The number of the parameter for a literal. */
int
NumberOf(Literals *literals, char *text)
{
	ListCell *cell;

	foreach (cell, literals->texts)
	{
		if (foreach_current_index(cell) >= kMostCompared)
			break;
		if (strcmp(static_cast<char *>(lfirst(cell)), text) == 0)
			return literals->own + foreach_current_index(cell) + 1;
	}
	literals->texts = lappend(literals->texts, text);
	return literals->own + list_length(literals->texts);
}

bool
IsStringLiteral(Node *node)
{
	return node != nullptr && IsA(node, A_Const) && !reinterpret_cast<A_Const *>(node)->isnull &&
		   IsA(&reinterpret_cast<A_Const *>(node)->val.node, String);
}

/* The server takes date('2026-01-01') for a cast where it sees a literal; so we say that it is one. */
void
MakeCast(FuncCall *call)
{
	Type type;

	if (list_length(call->args) != 1 || !IsStringLiteral(static_cast<Node *>(linitial(call->args))) ||
		call->agg_order != NIL || call->agg_filter != nullptr || call->over != nullptr ||
		call->agg_within_group || call->agg_distinct || call->func_variadic)
		return;

	TypeName *name = makeTypeNameFromNameList(call->funcname);

	type = LookupTypeNameExtended(nullptr, name, nullptr, false, true);
	if (type == nullptr)
		return;

	bool is_cast =
		reinterpret_cast<Form_pg_type>(GETSTRUCT(type))->typisdefined && !OidIsValid(typeTypeRelid(type));

	ReleaseSysCache(type);
	if (!is_cast)
		return;

	/* In its place, since we do not see what points to it. */
	static_assert(sizeof(TypeCast) <= sizeof(FuncCall));

	auto *literal = static_cast<Node *>(linitial(call->args));
	int location = call->location;
	auto *cast = reinterpret_cast<TypeCast *>(call);

	NodeSetTag(cast, T_TypeCast);
	cast->arg = literal;
	cast->typeName = name;
	cast->location = location;
}

/* The type itself, or what a domain is made of. */
TypeName *
WithoutDomain(TypeName *name)
{
	Type type = name == nullptr ? nullptr : LookupTypeNameExtended(nullptr, name, nullptr, false, true);

	if (type == nullptr)
		return name;
	if (reinterpret_cast<Form_pg_type>(GETSTRUCT(type))->typtype == TYPTYPE_DOMAIN)
	{
		int32 modifier = -1;
		Oid base = getBaseTypeAndTypmod(typeTypeId(type), &modifier);

		name = makeTypeNameFromOid(base, modifier);
	}
	ReleaseSysCache(type);
	return name;
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
	if (IsA(node, FuncCall))
		MakeCast(reinterpret_cast<FuncCall *>(node));
	compat::CastJsonDefault(node, IsStringLiteral);
	/* Whether a domain that JSON becomes has constraints is asked in analysis, and the answer folds them. */
	if (TypeName **output = compat::JsonOutputType(node))
		*output = WithoutDomain(*output);
	if (!IsStringLiteral(node))
		return WalkMore(node, TakeLiterals, argument);

	static_assert(sizeof(ParamRef) <= sizeof(A_Const));

	auto *constant = reinterpret_cast<A_Const *>(node);
	int number = NumberOf(literals, constant->val.sval.sval);
	int location = constant->location;
	auto *parameter = reinterpret_cast<ParamRef *>(node);

	NodeSetTag(parameter, T_ParamRef);
	parameter->number = number;
	parameter->location = location;
	return false;
}

/* The query of a materialized view; null where there is no such view. */
Node *
QueryOfView(const RangeVar *name)
{
	Oid view = RangeVarGetRelid(name, NoLock, true);
	List *statements;

	if (!OidIsValid(view) || get_rel_relkind(view) != RELKIND_MATVIEW)
		return nullptr;
	statements =
		pg_parse_query(TextDatumGetCString(OidFunctionCall1(F_PG_GET_VIEWDEF_OID, ObjectIdGetDatum(view))));
	return linitial_node(RawStmt, statements)->stmt;
}

/* What a statement that carries a query runs; anything else as it is. */
Node *
CarriedQuery(Node *statement)
{
	for (;;)
	{
		if (IsA(statement, CreateTableAsStmt))
			statement = reinterpret_cast<CreateTableAsStmt *>(statement)->query;
		else if (IsA(statement, PrepareStmt))
			statement = reinterpret_cast<PrepareStmt *>(statement)->query;
		else if (IsA(statement, DeclareCursorStmt))
			statement = reinterpret_cast<DeclareCursorStmt *>(statement)->query;
		else if (IsA(statement, RefreshMatViewStmt))
		{
			Node *query = QueryOfView(reinterpret_cast<RefreshMatViewStmt *>(statement)->relation);

			if (query == nullptr)
				break;
			statement = query;
		}
		else if (IsA(statement, CopyStmt) && reinterpret_cast<CopyStmt *>(statement)->query != nullptr)
			statement = reinterpret_cast<CopyStmt *>(statement)->query;
		else
			break;
	}
	if (IsA(statement, SelectStmt))
	{
		auto *leftmost = reinterpret_cast<SelectStmt *>(statement);

		while (leftmost->op != SETOP_NONE)
			leftmost = leftmost->larg;
		leftmost->intoClause = nullptr;
	}
	return statement;
}

extern "C"
{
static Node *
GiveType(ParseState *state, Param *parameter, Oid type, int32 modifier, int location)
{
	Literals *literals = literals_at_hand;
	ParameterTypes *parameters = &literals->parameters;
	int number = parameter->paramid - literals->own;

	if (number <= 0 || parameter->paramtype != UNKNOWNOID)
		return literals->outer(state, parameter, type, modifier, location);

	/* What a domain itself demands is checked when it is planned: reading is its base type's. */
	if (!IsPlainType(getBaseType(type)))
	{
		/* A number of its own, since the same text may stand for another type elsewhere. */
		parameters->types = static_cast<Oid *>(
			repalloc(parameters->types, sizeof(Oid) * (static_cast<size_t>(parameters->count) + 1)));
		parameters->types[parameters->count++] = type;
		parameter->paramid = parameters->count;
		parameter->paramtype = type;
		parameter->paramcollid = get_typcollation(type);
		parameter->location = location;
		return reinterpret_cast<Node *>(parameter);
	}

	auto *text = static_cast<char *>(list_nth(literals->texts, number - 1));
	Const *constant = makeConst(UNKNOWNOID, -1, InvalidOid, -2, CStringGetDatum(text), false, false);

	constant->location = location;
	return coerce_type(state, reinterpret_cast<Node *>(constant), UNKNOWNOID, type, modifier,
					   COERCION_IMPLICIT, COERCE_IMPLICIT_CAST, location);
}
}

} // namespace

Query *
AnalyzeStatement(RawStmt *statement, const char *text, const Oid *types, int count)
{
	Literals literals;
	List *declared = NIL; /* of TypeName */
	ListCell *cell;
	ParameterTypes *const parameters = &literals.parameters;
	Literals *const outer = literals_at_hand;
	ParseState *state;
	Query *query;

	if (IsA(statement->stmt, PrepareStmt))
		declared = reinterpret_cast<PrepareStmt *>(statement->stmt)->argtypes;
	statement->stmt = CarriedQuery(statement->stmt);
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
	literals.own = Max(literals.own, Max(count, list_length(declared)));
	if (literals.own > kMostParameters)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_PARAMETER), errmsg("there is no parameter $%d", literals.own)));
	TakeLiterals(statement->stmt, &literals);

	state = make_parsestate(nullptr);
	state->p_sourcetext = text;
	parameters->count = literals.own + list_length(literals.texts);
	parameters->types = static_cast<Oid *>(palloc0(sizeof(Oid) * (parameters->count + 1)));
	foreach (cell, declared)
		parameters->types[foreach_current_index(cell)] = typenameTypeId(state, lfirst_node(TypeName, cell));
	for (int i = 0; i < count; i++)
	{
		if (OidIsValid(types[i]))
			parameters->types[i] = types[i];
	}
	setup_parse_variable_parameters(state, &parameters->types, &parameters->count);
	literals.outer = state->p_coerce_param_hook;
	state->p_coerce_param_hook = GiveType;
	literals_at_hand = &literals;
	query = transformTopLevelStmt(state, statement);
	literals_at_hand = outer;
	check_variable_parameters(state, query);
	free_parsestate(state);

	for (int i = 0; i < literals.own; i++)
	{
		if (parameters->types[i] == InvalidOid || parameters->types[i] == UNKNOWNOID)
			ereport(ERROR, (errcode(ERRCODE_INDETERMINATE_DATATYPE),
							errmsg("could not determine data type of parameter $%d", i + 1)));
	}
	return query->commandType == CMD_UTILITY ? nullptr : query;
}

} // namespace steward::pg
