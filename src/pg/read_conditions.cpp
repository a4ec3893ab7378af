/*-------------------------------------------------------------------------
 *
 * read_conditions.cpp
 *	  Conditions that may become the predicate of a partial index.
 *
 * Whether the rows that fulfil one are few enough, and the constant one that
 * comes again and again, is for those to say who know the table.  Ranges count
 * only with constants of a few digits (retries > 0): others move on, as dates
 * do, and the index would be of no use tomorrow.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/read_conditions.h"

#include "pg/trust.h"

extern "C"
{
#include "access/stratnum.h"
#include "catalog/pg_am.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
}

namespace steward::pg
{

namespace
{

Node *
WithoutRelabel(Node *node)
{
	while (node != nullptr && IsA(node, RelabelType))
		node = reinterpret_cast<Node *>(reinterpret_cast<RelabelType *>(node)->arg);
	return node;
}

Const *
AsConstant(Node *node)
{
	node = WithoutRelabel(node);
	return node != nullptr && IsA(node, Const) ? reinterpret_cast<Const *>(node) : nullptr;
}

/* What the clause is about, and the constant it is compared with, if any. */
struct Parts
{
	Node *subject;
	Const *constant;
	Oid operation; /* with the subject on the left */
	bool is_list;
};

Parts
TakeApart(Node *clause)
{
	Parts parts = {};

	if (IsA(clause, OpExpr) && list_length(reinterpret_cast<OpExpr *>(clause)->args) == 2)
	{
		auto *op = reinterpret_cast<OpExpr *>(clause);
		auto *left = static_cast<Node *>(linitial(op->args));
		auto *right = static_cast<Node *>(lsecond(op->args));

		parts.constant = AsConstant(right);
		parts.subject = parts.constant != nullptr ? left : right;
		parts.operation = parts.constant != nullptr ? op->opno : get_commutator(op->opno);
		if (parts.constant == nullptr)
			parts.constant = AsConstant(left);
		if (parts.constant == nullptr)
			parts.subject = nullptr;
	}
	else if (IsA(clause, ScalarArrayOpExpr))
	{
		auto *op = reinterpret_cast<ScalarArrayOpExpr *>(clause);

		parts.constant = op->useOr ? AsConstant(static_cast<Node *>(lsecond(op->args))) : nullptr;
		parts.subject = parts.constant != nullptr ? static_cast<Node *>(linitial(op->args)) : nullptr;
		parts.operation = op->opno;
		parts.is_list = true;
	}
	else if (IsA(clause, NullTest) && !reinterpret_cast<NullTest *>(clause)->argisrow)
		parts.subject = reinterpret_cast<Node *>(reinterpret_cast<NullTest *>(clause)->arg);
	else if (IsA(clause, BooleanTest))
		parts.subject = reinterpret_cast<Node *>(reinterpret_cast<BooleanTest *>(clause)->arg);
	else if (IsA(clause, Var))
		parts.subject = clause;
	else if (IsA(clause, BoolExpr) && reinterpret_cast<BoolExpr *>(clause)->boolop == NOT_EXPR &&
			 IsA(linitial(reinterpret_cast<BoolExpr *>(clause)->args), Var))
		parts.subject = static_cast<Node *>(linitial(reinterpret_cast<BoolExpr *>(clause)->args));
	return parts;
}

/* The strategy of the comparison; -1 for <>, 0 for what is none. */
int
ComparisonOf(const Parts &parts)
{
	Oid type = exprType(WithoutRelabel(parts.subject));
	Oid opclass = GetDefaultOpClass(type, BTREE_AM_OID);
	Oid family = OidIsValid(opclass) ? get_opclass_family(opclass) : InvalidOid;
	Oid negator;
	int strategy;

	if (!OidIsValid(family) || !OidIsValid(parts.operation))
		return InvalidStrategy;
	strategy = get_op_opfamily_strategy(parts.operation, family);
	if (strategy != InvalidStrategy)
		return strategy;
	negator = get_negator(parts.operation);
	return OidIsValid(negator) && get_op_opfamily_strategy(negator, family) == BTEqualStrategyNumber &&
				   !parts.is_list
			   ? -1
			   : InvalidStrategy;
}

int
CountValues(const Parts &parts)
{
	if (parts.constant == nullptr || ComparisonOf(parts) != BTEqualStrategyNumber)
		return 0;
	if (!parts.is_list)
		return 1;

	ArrayType *list = DatumGetArrayTypeP(parts.constant->constvalue);

	return ArrayGetNItems(ARR_NDIM(list), ARR_DIMS(list));
}

/* Whether the comparison is one that comes again: see above. */
bool
IsLasting(const Parts &parts)
{
	int comparison;
	Oid type;

	if (parts.constant == nullptr)
		return true;
	type = parts.constant->consttype;
	comparison = ComparisonOf(parts);
	if (parts.constant->constisnull || comparison == InvalidStrategy)
		return false;
	/* Reading it again must run nobody's code. */
	if (!IsPlainType(type))
		return false;
	if (comparison == BTEqualStrategyNumber)
		return type != TIMESTAMPTZOID && type != TIMESTAMPOID && type != DATEOID;
	return SaysNothing(parts.constant);
}

} // namespace

void
ReadCondition(const Reading &reading, RestrictInfo *info)
{
	auto *clause = reinterpret_cast<Node *>(info->clause);
	Parts parts;

	if (info->pseudoconstant || info->orclause != nullptr || contain_mutable_functions(clause))
		return;
	parts = TakeApart(clause);
	if (parts.subject == nullptr || !OperandOf(reading, parts.subject).fits() || !IsLasting(parts))
		return;
	reading.found->conditions =
		lappend(reading.found->conditions,
				Make(FoundCondition{MoveToFirst(reading, clause),
									info->norm_selec >= 0 ? Min(info->norm_selec, 1) : 1}));
}

ConditionFacts
DescribeCondition(Node *clause)
{
	ConditionFacts facts = {};
	Parts parts = TakeApart(clause);
	Node *subject = WithoutRelabel(parts.subject);

	if (subject != nullptr && IsA(subject, Var))
		facts.column = reinterpret_cast<Var *>(subject)->varattno;
	facts.compares = parts.constant != nullptr;
	facts.tells_value = facts.compares && !SaysNothing(parts.constant);
	facts.values = CountValues(parts);
	if (facts.compares)
		facts.fixes = !parts.is_list && ComparisonOf(parts) == BTEqualStrategyNumber;
	else if (IsA(clause, NullTest))
		facts.fixes = reinterpret_cast<NullTest *>(clause)->nulltesttype == IS_NULL;
	else if (IsA(clause, BooleanTest))
		facts.fixes = reinterpret_cast<BooleanTest *>(clause)->booltesttype == IS_TRUE ||
					  reinterpret_cast<BooleanTest *>(clause)->booltesttype == IS_FALSE;
	else
		facts.fixes = true;
	return facts;
}

} // namespace steward::pg
