/*-------------------------------------------------------------------------
 *
 * read_clauses.cpp
 *	  What the conditions on a relation have to do with an index on it.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/read_clauses.h"

#include "pg/compat.h"
#include "pg/read_searches.h"
#include "pg/trust.h"

extern "C"
{
#include "access/stratnum.h"
#include "catalog/pg_am.h"
#include "catalog/pg_opclass.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "optimizer/restrictinfo.h"
#include "parser/parse_coerce.h"
#include "rewrite/rewriteManip.h"
#include "utils/catcache.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
}

namespace steward::pg
{

namespace
{

/* Whether anything stands in the expression that no index on the relation can hold. */
bool
HasForeignParts(Node *node, void *argument)
{
	const auto *reading = static_cast<const Reading *>(argument);

	if (node == nullptr)
		return false;
	if (IsA(node, Var))
	{
		Var *var = reinterpret_cast<Var *>(node);

		return var->varno != static_cast<int>(reading->rel->relid) || var->varlevelsup != 0 ||
			   var->varattno <= 0 || compat::IsNullable(var);
	}
	if (IsA(node, Param) || IsA(node, SubLink) || IsA(node, SubPlan) || IsA(node, AlternativeSubPlan) ||
		IsA(node, Aggref) || IsA(node, GroupingFunc) || IsA(node, WindowFunc) || IsA(node, PlaceHolderVar) ||
		IsA(node, CurrentOfExpr) || IsA(node, NextValueExpr))
		return true;
	return compat::WalkExpression(node, HasForeignParts, argument);
}

/* A column that was named through the alias of a join is the table's, too. */
bool
ForgetAliases(Node *node, void *argument)
{
	if (node == nullptr)
		return false;
	if (IsA(node, Var))
	{
		Var *var = reinterpret_cast<Var *>(node);

		var->varnosyn = static_cast<Index>(var->varno);
		var->varattnosyn = var->varattno;
		return false;
	}
	return compat::WalkExpression(node, ForgetAliases, argument);
}

/* The expression for an index: immutable, of this relation alone, and of known harm; or null. */
Node *
ExpressionOf(const Reading &reading, Node *node)
{
	if (expression_returns_set(node) || HasForeignParts(node, const_cast<Reading *>(&reading)) ||
		!contain_var_clause(node) || contain_mutable_functions(node) || HarmOf(node) == Harm::kUnknown ||
		HasTellingConstant(node))
		return nullptr;
	return MoveToFirst(reading, node);
}

/* Whether the value is one of an outer query's row. */
bool
ComesFromOutside(Node *node, void *argument)
{
	if (node == nullptr)
		return false;
	if (IsA(node, Param))
		return reinterpret_cast<Param *>(node)->paramkind == PARAM_EXEC;
	return compat::WalkExpression(node, ComesFromOutside, argument);
}

/*
 * column operator other-side, either way round.  The other side must not
 * depend on the relation; what it depends on instead makes it a join.
 */
void
ReadOperator(const Reading &reading, Oid operator_id, Oid collation, Node *left, Node *right,
			 double selectivity)
{
	for (int side = 0; side < 2; side++)
	{
		Operand operand = OperandOf(reading, side == 0 ? left : right);
		Node *other = side == 0 ? right : left;

		if (!operand.fits() || contain_volatile_functions(other))
			continue;

		Relids others = pull_varnos(reading.root, other);

		if (bms_is_member(reading.rel->relid, others))
			continue;

		Oid operation = side == 0 ? operator_id : get_commutator(operator_id);
		int strategy = StrategyOf(operand, operation, collation);
		int partner = 0;

		ReadSearch(reading, operand, operation, collation, selectivity);

		if (!bms_is_empty(others))
			partner = bms_next_member(others, -1);
		if (strategy == BTEqualStrategyNumber)
			AddColumn(reading, operand.element, partner > 0 ? ColumnUseKind::kJoin : ColumnUseKind::kEquality,
					  selectivity, partner, ComesFromOutside(other, nullptr));
		else if (strategy != InvalidStrategy)
			AddColumn(reading, operand.element, ColumnUseKind::kRange, selectivity, partner);
	}
}

/* A pattern whose beginning is known is a range, for an index of the right class: LIKE 'abc%', starts_with(). */
void
ReadPattern(const Reading &reading, Node *call, Oid function, Oid collation, List *arguments,
			double selectivity)
{
	Oid support = get_func_support(function);
	Operand operand = {};
	CatCList *classes;
	Oid found = InvalidOid;
	bool is_default = false;

	if (!OidIsValid(support) || arguments == NIL)
		return;
	operand = OperandOf(reading, static_cast<Node *>(linitial(arguments)));
	if (!operand.fits())
		return;
	classes = SearchSysCacheList1(CLAAMNAMENSP, ObjectIdGetDatum(BTREE_AM_OID));
	for (int i = 0; i < classes->n_members && !is_default; i++)
	{
		auto *form = reinterpret_cast<Form_pg_opclass>(GETSTRUCT(&classes->members[i]->tuple));

		if ((!form->opcdefault && OidIsValid(found)) || !IsBinaryCoercible(operand.type, form->opcintype) ||
			!SupportsClass(reading, function, call, BTREE_AM_OID, form->oid, collation))
			continue;
		found = form->oid;
		is_default = found == GetDefaultOpClass(operand.type, BTREE_AM_OID);
	}
	ReleaseCatCacheList(classes);
	ReadSupportedSearch(reading, operand, call, function, collation, selectivity);
	if (!OidIsValid(found))
		return;
	if (!is_default)
		operand.element = WithClass(operand, found);
	AddColumn(reading, operand.element, ColumnUseKind::kRange, selectivity, 0);
}

/* (a, b) > (x, y): a range on the first column, and the order of all of them. */
void
ReadRowComparison(const Reading &reading, RowCompareExpr *row, double selectivity)
{
	List *order = NIL;
	ListCell *cell;

	foreach (cell, row->largs)
	{
		Operand operand = OperandOf(reading, static_cast<Node *>(lfirst(cell)));

		if (!operand.fits() || !OidIsValid(FamilyOf(operand.type)))
			break;
		order = lappend(order, Make(FoundKey{operand.element, false, false}));
		if (list_length(order) == 1)
			AddColumn(reading, operand.element, ColumnUseKind::kRange, selectivity, 0);
	}
	if (order != NIL)
		reading.found->orders = lappend(reading.found->orders, order);
}

/* Each arm of an OR can have an index of its own: it is noted as one more use of the relation. */
void
ReadOr(const Reading &reading, List *arms)
{
	ListCell *cell;

	foreach (cell, arms)
	{
		auto *arm = static_cast<Node *>(lfirst(cell));
		Reading inner = reading;

		inner.found = Make(FoundRelation{reading.found->relation, NIL, NIL, NIL, NIL, NIL, NIL});
		ReadClause(inner, arm, 1);
		if (inner.found->columns != NIL || inner.found->searches != NIL)
			reading.finder->relations = lappend(reading.finder->relations, inner.found);
	}
}

} // namespace

Oid
FamilyOf(Oid type)
{
	Oid opclass = GetDefaultOpClass(type, BTREE_AM_OID);

	return OidIsValid(opclass) ? get_opclass_family(opclass) : InvalidOid;
}

int
StrategyOf(const Operand &operand, Oid operator_id, Oid collation)
{
	Oid family = FamilyOf(operand.type);

	if (!OidIsValid(family) || !OidIsValid(operator_id))
		return InvalidStrategy;
	if (OidIsValid(collation) && OidIsValid(operand.collation) && collation != operand.collation)
		return InvalidStrategy;
	return get_op_opfamily_strategy(operator_id, family);
}

Node *
MoveToFirst(const Reading &reading, Node *node)
{
	Node *copy = compat::CopyNode(node);

	ChangeVarNodes(copy, static_cast<int>(reading.rel->relid), 1, 0);
	ForgetAliases(copy, nullptr);
	return copy;
}

FoundElement
WithClass(const Operand &operand, Oid opclass)
{
	FoundElement element = operand.element;

	element.opclass = opclass;
	if (element.expression == nullptr)
		element.expression =
			reinterpret_cast<Node *>(makeVar(1, element.column, operand.type, -1, operand.collation, 0));
	return element;
}

Operand
OperandOf(const Reading &reading, Node *node)
{
	Operand operand = {};

	while (node != nullptr && IsA(node, RelabelType))
		node = reinterpret_cast<Node *>(reinterpret_cast<RelabelType *>(node)->arg);
	if (node == nullptr || IsA(node, Const))
		return operand;
	if (IsA(node, Var))
	{
		Var *var = reinterpret_cast<Var *>(node);

		if (var->varno == static_cast<int>(reading.rel->relid) && var->varlevelsup == 0 && var->varattno > 0)
			operand.element.column = var->varattno;
	}
	else
		operand.element.expression = ExpressionOf(reading, node);
	operand.type = exprType(node);
	operand.collation = exprCollation(node);
	return operand;
}

void
AddColumn(const Reading &reading, const FoundElement &element, ColumnUseKind kind, double selectivity,
		  int partner, bool repeated)
{
	reading.found->columns =
		lappend(reading.found->columns, Make(FoundColumn{element, kind, selectivity, partner, repeated}));
}

void
ReadClause(const Reading &reading, Node *clause, double selectivity)
{
	if (clause == nullptr)
		return;
	switch (nodeTag(clause))
	{
		case T_RestrictInfo:
		{
			auto *info = reinterpret_cast<RestrictInfo *>(clause);

			if (info->pseudoconstant)
				return;
			ReadClause(reading,
					   reinterpret_cast<Node *>(info->orclause != nullptr ? info->orclause : info->clause),
					   info->norm_selec >= 0 ? Min(info->norm_selec, 1.0) : selectivity);
			return;
		}
		case T_OpExpr:
		{
			auto *op = reinterpret_cast<OpExpr *>(clause);

			if (list_length(op->args) == 2)
				ReadOperator(reading, op->opno, op->inputcollid, static_cast<Node *>(linitial(op->args)),
							 static_cast<Node *>(lsecond(op->args)), selectivity);
			ReadPattern(reading, clause, op->opfuncid, op->inputcollid, op->args, selectivity);
			return;
		}
		case T_FuncExpr:
		{
			auto *call = reinterpret_cast<FuncExpr *>(clause);

			ReadPattern(reading, clause, call->funcid, call->inputcollid, call->args, selectivity);
			return;
		}
		case T_ScalarArrayOpExpr:
		{
			auto *op = reinterpret_cast<ScalarArrayOpExpr *>(clause);
			Operand operand = OperandOf(reading, static_cast<Node *>(linitial(op->args)));
			auto *values = static_cast<Node *>(lsecond(op->args));

			if (!operand.fits() || !op->useOr ||
				bms_is_member(reading.rel->relid, pull_varnos(reading.root, values)))
				return;

			int strategy = StrategyOf(operand, op->opno, op->inputcollid);

			ReadSearch(reading, operand, op->opno, op->inputcollid, selectivity);
			if (strategy != InvalidStrategy)
				AddColumn(reading, operand.element,
						  strategy == BTEqualStrategyNumber ? ColumnUseKind::kEquality
															: ColumnUseKind::kRange,
						  selectivity, 0);
			return;
		}
		case T_NullTest:
		{
			auto *test = reinterpret_cast<NullTest *>(clause);
			Operand operand = OperandOf(reading, reinterpret_cast<Node *>(test->arg));

			if (operand.fits() && test->nulltesttype == IS_NULL && !test->argisrow)
				AddColumn(reading, operand.element, ColumnUseKind::kEquality, selectivity, 0);
			return;
		}
		case T_BooleanTest:
		{
			auto *test = reinterpret_cast<BooleanTest *>(clause);
			Operand operand = OperandOf(reading, reinterpret_cast<Node *>(test->arg));

			if (operand.element.column != 0 &&
				(test->booltesttype == IS_TRUE || test->booltesttype == IS_FALSE))
				AddColumn(reading, operand.element, ColumnUseKind::kEquality, selectivity, 0);
			return;
		}
		case T_BoolExpr:
		{
			auto *expression = reinterpret_cast<BoolExpr *>(clause);
			ListCell *cell;

			if (expression->boolop == OR_EXPR)
				ReadOr(reading, expression->args);
			else if (expression->boolop == NOT_EXPR)
			{
				/* NOT flag */
				if (IsA(linitial(expression->args), Var))
					ReadClause(reading, static_cast<Node *>(linitial(expression->args)), selectivity);
			}
			else
			{
				foreach (cell, expression->args)
					ReadClause(reading, static_cast<Node *>(lfirst(cell)), selectivity);
			}
			return;
		}
		case T_RowCompareExpr:
			ReadRowComparison(reading, reinterpret_cast<RowCompareExpr *>(clause), selectivity);
			return;
		case T_Var:
		{
			Operand operand = OperandOf(reading, clause);

			if (operand.element.column != 0 && operand.type == BOOLOID)
				AddColumn(reading, operand.element, ColumnUseKind::kEquality, selectivity, 0);
			return;
		}
		default:
			return;
	}
}

} // namespace steward::pg
