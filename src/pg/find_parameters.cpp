/*-------------------------------------------------------------------------
 *
 * find_parameters.cpp
 *	  The parameters of a statement, and the columns they are compared with.
 *
 * The analysed tree is walked once, level by level.  A column is followed
 * through views, joins, subqueries and WITH to its table; not through a view
 * that keeps secrets, into which the planner does not look either.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/find_parameters.h"

#include "pg/compat.h"
#include "pg/kept_types.h"
#include "pg/read_clauses.h"

extern "C"
{
#include "access/stratnum.h"
#include "access/transam.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_type.h"
#include "nodes/nodeFuncs.h"
#include "parser/parsetree.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
}

namespace steward::pg
{

namespace
{

/* A column is looked for through so many views, joins and the like. */
constexpr int kDeepest = 16;

/* No more parameters are given values: a list of thousands says nothing more than one of some. */
constexpr int kMostUses = 64;

/* A level of the statement, and the one around it. */
struct Level
{
	const Query *query;
	const Level *outer;
};

constexpr PatternForm kLike = {"", "%", "%_\\"};
constexpr PatternForm kPartOfLike = {"", "", "%_\\"};
constexpr PatternForm kRegex = {"^", "", ".^$*+?()[]{}|\\"};
constexpr PatternForm kPartOfRegex = {"", "", ".^$*+?()[]{}|\\"};
constexpr PatternForm kPlain = {"", "", ""};

struct UseFinder
{
	const Level *level;
	bool negated;  /* what is at hand stands under a NOT */
	List *columns; /* of ColumnStatistics */
	List *uses;    /* of FoundUse */
};

bool FindUses(Node *node, void *argument);

/* Casts aside: those that nobody wrote, or all. */
Node *
WithoutCasts(Node *node, bool also_explicit)
{
	while (node != nullptr)
	{
		if (IsA(node, RelabelType))
			node = reinterpret_cast<Node *>(reinterpret_cast<RelabelType *>(node)->arg);
		else if (IsA(node, FuncExpr))
		{
			auto *call = reinterpret_cast<FuncExpr *>(node);

			if (!IsServersFunction(call->funcid) || call->args == NIL ||
				!(call->funcformat == COERCE_IMPLICIT_CAST ||
				  (also_explicit && call->funcformat == COERCE_EXPLICIT_CAST)))
				break;
			node = static_cast<Node *>(linitial(call->args));
		}
		else
			break;
	}
	return node;
}

/* Null where the expression is none, casts aside. */
const Param *
ParameterOf(Node *node)
{
	node = WithoutCasts(node, true);
	if (node == nullptr || !IsA(node, Param) || reinterpret_cast<Param *>(node)->paramkind != PARAM_EXTERN)
		return nullptr;
	return reinterpret_cast<Param *>(node);
}

CommonTableExpr *
FindCte(const Query *query, const char *name)
{
	ListCell *cell;

	foreach (cell, query->cteList)
	{
		auto *cte = lfirst_node(CommonTableExpr, cell);

		if (strcmp(cte->ctename, name) == 0)
			return cte;
	}
	return nullptr;
}

/* What a query returns as its column; null where there is none such. */
Node *
OutputOf(Node *query, AttrNumber column)
{
	if (query == nullptr || !IsA(query, Query) || column <= 0)
		return nullptr;

	TargetEntry *target = get_tle_by_resno(reinterpret_cast<Query *>(query)->targetList, column);

	return target == nullptr ? nullptr : reinterpret_cast<Node *>(target->expr);
}

const Level *
OuterLevel(const Level *level, Index up)
{
	for (; up > 0 && level != nullptr; up--)
		level = level->outer;
	return level;
}

/* The column of a table that the expression is, through views, joins, subqueries and WITH. */
ColumnSource
SourceOf(const Level *level, Node *node)
{
	Level entered[kDeepest];

	for (int depth = 0; depth < kDeepest; depth++)
	{
		node = WithoutCasts(node, false);
		if (node == nullptr || !IsA(node, Var))
			break;

		const Var *var = reinterpret_cast<Var *>(node);
		AttrNumber column = var->varattno;

		level = OuterLevel(level, var->varlevelsup);
		if (level == nullptr || var->varno < 1 || var->varno > list_length(level->query->rtable))
			break;

		RangeTblEntry *entry = rt_fetch(var->varno, level->query->rtable);

		node = nullptr;
		if (entry->rtekind == RTE_RELATION)
			return {entry, level->query, column};
		if (entry->rtekind == RTE_JOIN && column > 0 && column <= list_length(entry->joinaliasvars))
			node = static_cast<Node *>(list_nth(entry->joinaliasvars, column - 1));
		else if (entry->rtekind == RTE_SUBQUERY && !entry->security_barrier)
		{
			entered[depth] = {entry->subquery, level};
			level = &entered[depth];
			node = OutputOf(reinterpret_cast<Node *>(entry->subquery), column);
		}
		else if (entry->rtekind == RTE_CTE)
		{
			level = OuterLevel(level, entry->ctelevelsup);

			CommonTableExpr *cte = level == nullptr ? nullptr : FindCte(level->query, entry->ctename);

			if (cte == nullptr || !IsA(cte->ctequery, Query))
				break;
			entered[depth] = {reinterpret_cast<Query *>(cte->ctequery), level};
			level = &entered[depth];
			node = OutputOf(cte->ctequery, column);
		}
		else
			node = compat::GroupedExpression(entry, column);
	}
	return {nullptr, nullptr, 0};
}

bool
IsRange(ParameterUseKind kind)
{
	return kind == ParameterUseKind::kAbove || kind == ParameterUseKind::kBelow;
}

/* A range may have its other end already. */
void
FindPair(const UseFinder *finder, FoundUse *use)
{
	ListCell *cell;

	foreach (cell, finder->uses)
	{
		auto *other = static_cast<FoundUse *>(lfirst(cell));

		if (IsRange(other->kind) && other->kind != use->kind && !other->paired &&
			other->entry == use->entry && other->column == use->column)
		{
			other->paired = true;
			use->paired = true;
			return;
		}
	}
}

/* Whether the parameter has its values, or is not to have any. */
bool
IsNoted(const UseFinder *finder, const Param *parameter)
{
	ListCell *cell;

	if (list_length(finder->uses) >= kMostUses)
		return true;
	foreach (cell, finder->uses)
	{
		if (static_cast<FoundUse *>(lfirst(cell))->number == parameter->paramid)
			return true;
	}
	return false;
}

/* A parameter's first comparison counts. */
void
NoteUse(UseFinder *finder, const Param *parameter, Node *other, ParameterUseKind kind,
		const PatternForm *form)
{
	Oid type = parameter->paramtype;

	if (IsNoted(finder, parameter) || FindKeptType(type) == nullptr)
		return;
	if (kind == ParameterUseKind::kList)
		type = get_element_type(type);
	if (!OidIsValid(type) || (form != nullptr && type != TEXTOID))
		return;

	ColumnSource source = SourceOf(finder->level, other);
	ColumnStatistics *column = source.entry == nullptr ? nullptr : FindStatistics(&finder->columns, source);

	if (column == nullptr)
		return;

	FoundUse use = {parameter->paramid,
					kind,
					parameter->paramtype,
					source.entry,
					column,
					Converted(column->common, type),
					Converted(column->bounds, type),
					0,
					false,
					false,
					form};

	if (form != nullptr || IsRange(kind))
	{
		if (use.bounds.count < 2)
			return;
	}
	else if (use.common.count == 0 && (column->all_common || use.bounds.count == 0))
		return;
	else
		use.position = column->equal++;
	if (IsRange(kind))
		FindPair(finder, &use);
	finder->uses = lappend(finder->uses, Make(use));
}

/* What a parameter must be that stands where a pattern is wanted; null where none is. */
const PatternForm *
FormOf(Oid operator_id)
{
	switch (operator_id)
	{
		case OID_TEXT_LIKE_OP:
		case OID_BPCHAR_LIKE_OP:
		case OID_NAME_LIKE_OP:
		case OID_TEXT_ICLIKE_OP:
		case OID_BPCHAR_ICLIKE_OP:
		case OID_NAME_ICLIKE_OP:
			return &kLike;
		case OID_TEXT_REGEXEQ_OP:
		case OID_BPCHAR_REGEXEQ_OP:
		case OID_NAME_REGEXEQ_OP:
		case OID_TEXT_ICREGEXEQ_OP:
		case OID_BPCHAR_ICREGEXEQ_OP:
		case OID_NAME_ICREGEXEQ_OP:
			return &kRegex;
		default:
			return get_opcode(operator_id) == F_STARTS_WITH ? &kPlain : nullptr;
	}
}

/* A pattern is a parameter, or a text put together of one and constants. */
void
NotePattern(UseFinder *finder, Node *pattern, Node *other, const PatternForm *form)
{
	const Param *parameter = ParameterOf(pattern);
	ListCell *cell;

	if (parameter != nullptr)
	{
		NoteUse(finder, parameter, other, ParameterUseKind::kPattern, form);
		return;
	}
	pattern = WithoutCasts(pattern, true);
	if (pattern == nullptr || !IsA(pattern, OpExpr) ||
		get_opcode(reinterpret_cast<OpExpr *>(pattern)->opno) != F_TEXTCAT)
		return;
	if (form == &kLike)
		form = &kPartOfLike;
	else if (form == &kRegex)
		form = &kPartOfRegex;
	foreach (cell, reinterpret_cast<OpExpr *>(pattern)->args)
		NotePattern(finder, static_cast<Node *>(lfirst(cell)), other, form);
}

/* The btree strategy of the operator, for its argument on this side to be the column; 0 for none. */
int
StrategyOf(Oid operator_id, bool column_is_right)
{
	Oid left;
	Oid right;

	op_input_types(operator_id, &left, &right);

	Oid family = FamilyOf(column_is_right ? right : left);
	int strategy = OidIsValid(family) ? get_op_opfamily_strategy(operator_id, family) : InvalidStrategy;

	/* Also what is not equal. */
	if (strategy == InvalidStrategy && OidIsValid(family) && OidIsValid(get_negator(operator_id)) &&
		get_op_opfamily_strategy(get_negator(operator_id), family) == BTEqualStrategyNumber)
		strategy = BTEqualStrategyNumber;
	/* 5 > 4 >= 3 = 2 <= 1 < */
	return strategy != InvalidStrategy && column_is_right ? BTMaxStrategyNumber + 1 - strategy : strategy;
}

void
NoteComparison(UseFinder *finder, Oid operator_id, Node *left, Node *right)
{
	if (operator_id >= FirstNormalObjectId)
		return;
	if (const PatternForm *form = FormOf(operator_id))
	{
		NotePattern(finder, right, left, form);
		return;
	}

	const Param *parameter = ParameterOf(right);
	bool column_is_right = parameter == nullptr;

	if (column_is_right)
		parameter = ParameterOf(left);
	if (parameter == nullptr)
		return;

	Node *other = column_is_right ? right : left;

	switch (StrategyOf(operator_id, column_is_right))
	{
		case BTLessStrategyNumber:
		case BTLessEqualStrategyNumber:
			NoteUse(finder, parameter, other,
					finder->negated ? ParameterUseKind::kAbove : ParameterUseKind::kBelow, nullptr);
			break;
		case BTEqualStrategyNumber:
			NoteUse(finder, parameter, other, ParameterUseKind::kEqual, nullptr);
			break;
		case BTGreaterEqualStrategyNumber:
		case BTGreaterStrategyNumber:
			NoteUse(finder, parameter, other,
					finder->negated ? ParameterUseKind::kBelow : ParameterUseKind::kAbove, nullptr);
			break;
		default:
			break;
	}
}

/* column = ANY ($1), or IN ($1, $2) */
void
NoteList(UseFinder *finder, const ScalarArrayOpExpr *comparison)
{
	auto *column = static_cast<Node *>(linitial(comparison->args));
	Node *list = WithoutCasts(static_cast<Node *>(lsecond(comparison->args)), true);
	ListCell *cell;

	if (comparison->opno >= FirstNormalObjectId)
		return;
	if (IsA(list, ArrayExpr))
	{
		foreach (cell, reinterpret_cast<ArrayExpr *>(list)->elements)
			NoteComparison(finder, comparison->opno, column, static_cast<Node *>(lfirst(cell)));
		return;
	}
	if (StrategyOf(comparison->opno, false) != BTEqualStrategyNumber)
		return;
	if (const Param *parameter = ParameterOf(list))
		NoteUse(finder, parameter, column, ParameterUseKind::kList, nullptr);
}

void
NoteRows(UseFinder *finder, const RowCompareExpr *comparison)
{
	ListCell *operator_cell;
	ListCell *left;
	ListCell *right;

	forthree(operator_cell, comparison->opnos, left, comparison->largs, right, comparison->rargs)
		NoteComparison(finder, lfirst_oid(operator_cell), static_cast<Node *>(lfirst(left)),
					   static_cast<Node *>(lfirst(right)));
}

/* Of LIMIT and OFFSET. */
void
NoteAmount(UseFinder *finder, Node *amount, ParameterUseKind kind, bool counts_rows)
{
	const Param *parameter = ParameterOf(amount);

	if (parameter == nullptr || IsNoted(finder, parameter) ||
		(parameter->paramtype != INT8OID && parameter->paramtype != INT4OID))
		return;
	finder->uses = lappend(finder->uses, Make(FoundUse{parameter->paramid,
													   kind,
													   parameter->paramtype,
													   nullptr,
													   nullptr,
													   {},
													   {},
													   0,
													   false,
													   counts_rows,
													   nullptr}));
}

/* A limit within a statement that writes says how much it writes. */
bool
CountsRows(const Level *level)
{
	const Level *outermost = level;

	while (outermost->outer != nullptr)
		outermost = outermost->outer;
	return level == outermost || outermost->query->commandType != CMD_SELECT;
}

bool
FindUses(Node *node, void *argument)
{
	auto *finder = static_cast<UseFinder *>(argument);
	bool negated = finder->negated;

	if (node == nullptr)
		return false;
	switch (nodeTag(node))
	{
		case T_Query:
		{
			auto *query = reinterpret_cast<Query *>(node);
			const Level *outer = finder->level;
			Level level = {query, outer};

			finder->level = &level;
			finder->negated = false;
			NoteAmount(finder, query->limitCount, ParameterUseKind::kLimit, CountsRows(&level));
			NoteAmount(finder, query->limitOffset, ParameterUseKind::kOffset, false);
			(void) compat::WalkQuery(query, FindUses, argument, QTW_IGNORE_JOINALIASES);
			finder->level = outer;
			finder->negated = negated;
			return false;
		}
		case T_BoolExpr:
			if (reinterpret_cast<BoolExpr *>(node)->boolop != NOT_EXPR)
				break;
			finder->negated = !negated;
			(void) compat::WalkExpression(node, FindUses, argument);
			finder->negated = negated;
			return false;
		case T_OpExpr:
		{
			auto *comparison = reinterpret_cast<OpExpr *>(node);

			if (list_length(comparison->args) == 2)
				NoteComparison(finder, comparison->opno, static_cast<Node *>(linitial(comparison->args)),
							   static_cast<Node *>(lsecond(comparison->args)));
			break;
		}
		case T_ScalarArrayOpExpr:
			NoteList(finder, reinterpret_cast<ScalarArrayOpExpr *>(node));
			break;
		case T_RowCompareExpr:
			NoteRows(finder, reinterpret_cast<RowCompareExpr *>(node));
			break;
		case T_FuncExpr:
		{
			auto *call = reinterpret_cast<FuncExpr *>(node);

			if (call->funcid == F_STARTS_WITH)
				NotePattern(finder, static_cast<Node *>(lsecond(call->args)),
							static_cast<Node *>(linitial(call->args)), &kPlain);
			break;
		}
		default:
			break;
	}
	return compat::WalkExpression(node, FindUses, argument);
}

int
CompareNumbers(const ListCell *left, const ListCell *right)
{
	return static_cast<FoundUse *>(lfirst(left))->number - static_cast<FoundUse *>(lfirst(right))->number;
}

} // namespace

List *
FindParameters(Query *tree)
{
	UseFinder finder = {nullptr, false, NIL, NIL};

	(void) FindUses(reinterpret_cast<Node *>(tree), &finder);
	list_sort(finder.uses, CompareNumbers);
	return finder.uses;
}

} // namespace steward::pg
