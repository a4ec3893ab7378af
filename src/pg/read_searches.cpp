/*-------------------------------------------------------------------------
 *
 * read_searches.cpp
 *	  Which operator classes of other access methods than btree serve a
 *	  condition or an order.
 *
 * What a btree serves as well is noted only where another method may be the
 * better choice: hash for wide values, BRIN for columns that follow the order
 * of the table, and GiST and GIN as a further column beside one that only they
 * serve.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/read_searches.h"

extern "C"
{
#include "access/amapi.h"
#include "access/stratnum.h"
#include "access/transam.h"
#include "catalog/pg_am.h"
#include "catalog/pg_amop.h"
#include "catalog/pg_opclass.h"
#include "commands/defrem.h"
#include "nodes/nodeFuncs.h"
#include "nodes/supportnodes.h"
#include "optimizer/optimizer.h"
#include "parser/parse_coerce.h"
#include "utils/catcache.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
}

namespace steward::pg
{

namespace
{

/* A class of the family that takes values of the type; the method's default one first.  InvalidOid: none. */
Oid
ClassIn(Oid method, Oid family, Oid type)
{
	CatCList *classes = SearchSysCacheList1(CLAAMNAMENSP, ObjectIdGetDatum(method));
	Oid preferred = GetDefaultOpClass(type, method);
	Oid found = InvalidOid;

	for (int i = 0; i < classes->n_members; i++)
	{
		auto *form = reinterpret_cast<Form_pg_opclass>(GETSTRUCT(&classes->members[i]->tuple));

		if (form->opcfamily != family || !IsBinaryCoercible(type, form->opcintype))
			continue;
		if (!OidIsValid(found) || form->oid == preferred)
			found = form->oid;
	}
	ReleaseCatCacheList(classes);
	return found;
}

/* Whether a class that btree could replace is worth looking at. */
bool
IsWorthBesideBtree(const Operand &operand, Oid method, Oid opclass, int strategy)
{
	if (opclass != GetDefaultOpClass(operand.type, method))
		return false;
	if (method == HASH_AM_OID)
		return strategy == BTEqualStrategyNumber && get_typlen(operand.type) == -1;
	if (method == BRIN_AM_OID)
		return operand.element.column != 0;
	return (method == GIST_AM_OID || method == GIN_AM_OID) && strategy == BTEqualStrategyNumber;
}

/* What was noted of the element; null where that is nothing. */
FoundSearch *
FindSearch(const Reading &reading, const FoundElement &element)
{
	ListCell *cell;

	foreach (cell, reading.found->searches)
	{
		auto *search = static_cast<FoundSearch *>(lfirst(cell));

		if (search->element.opclass == element.opclass &&
			equal(search->element.expression, element.expression))
			return search;
	}
	return nullptr;
}

/* Several conditions on one thing find fewer rows: what is between two bounds, as the planner has it. */
double
Together(double one, double other, bool bounds)
{
	double between = one + other - 1;

	return bounds && between > 0 ? between : one * other;
}

void
AddSearch(const Reading &reading, const Operand &operand, Oid opclass, double selectivity, bool orders,
		  bool also_btree)
{
	FoundElement element = WithClass(operand, opclass);

	if (FoundSearch *known = FindSearch(reading, element))
		known->selectivity = Together(known->selectivity, selectivity, also_btree);
	else
		reading.found->searches =
			lappend(reading.found->searches, Make(FoundSearch{element, selectivity, orders, also_btree}));
}

bool
CanReturnNothing(Oid method)
{
	IndexAmRoutine *am = GetIndexAmRoutineByAmId(method, true);

	return am == nullptr || (am->amgettuple == nullptr && am->amgetbitmap == nullptr);
}

/* Whether one of the operator's families is of the method. */
bool
HasMethod(CatCList *operators, Oid method)
{
	for (int i = 0; i < operators->n_members; i++)
	{
		if (reinterpret_cast<Form_pg_amop>(GETSTRUCT(&operators->members[i]->tuple))->amopmethod == method)
			return true;
	}
	return false;
}

void
ReadOperatorFamilies(const Reading &reading, const Operand &operand, Oid operator_id, double selectivity,
					 bool orders, int strategy)
{
	CatCList *operators = SearchSysCacheList1(AMOPOPID, ObjectIdGetDatum(operator_id));

	for (int i = 0; i < operators->n_members; i++)
	{
		auto *form = reinterpret_cast<Form_pg_amop>(GETSTRUCT(&operators->members[i]->tuple));
		Oid method = form->amopmethod;

		/* Others may want to open an index to say what it costs. */
		if (method >= FirstNormalObjectId)
			continue;
		if (method == BTREE_AM_OID || (form->amoppurpose == AMOP_ORDER) != orders)
			continue;
		/* GIN finds words and parts by themselves where GiST has signatures to look through, which it prices too low. */
		if (method == GIST_AM_OID && !orders && strategy == InvalidStrategy &&
			HasMethod(operators, GIN_AM_OID))
			continue;
		/* Both divide space; one of them is enough. */
		if (method == SPGIST_AM_OID && HasMethod(operators, GIST_AM_OID))
			continue;

		Oid opclass = ClassIn(method, form->amopfamily, operand.type);

		if (!OidIsValid(opclass) || CanReturnNothing(method) ||
			(strategy != InvalidStrategy && !IsWorthBesideBtree(operand, method, opclass, strategy)))
			continue;
		AddSearch(reading, operand, opclass, selectivity, orders, strategy != InvalidStrategy);
	}
	ReleaseCatCacheList(operators);
}

} // namespace

bool
SupportsClass(const Reading &reading, Oid function, Node *call, Oid method, Oid opclass, Oid collation)
{
	SupportRequestIndexCondition request = {};
	IndexOptInfo *index = makeNode(IndexOptInfo);

	index->rel = reading.rel;
	index->relam = method;
	index->nkeycolumns = index->ncolumns = 1;
	request.type = T_SupportRequestIndexCondition;
	request.root = reading.root;
	request.funcid = function;
	request.node = call;
	request.indexarg = 0;
	request.index = index;
	request.opfamily = get_opclass_family(opclass);
	request.indexcollation = collation;
	request.lossy = true;
	return DatumGetPointer(OidFunctionCall1(get_func_support(function), PointerGetDatum(&request))) !=
		   nullptr;
}

void
ReadSearch(const Reading &reading, const Operand &operand, Oid operator_id, Oid collation, double selectivity)
{
	if (!operand.fits() || !OidIsValid(operator_id))
		return;
	if (OidIsValid(collation) && OidIsValid(operand.collation) && collation != operand.collation)
		return;
	ReadOperatorFamilies(reading, operand, operator_id, selectivity, false,
						 StrategyOf(operand, operator_id, collation));
}

void
ReadSupportedSearch(const Reading &reading, const Operand &operand, Node *call, Oid function, Oid collation,
					double selectivity)
{
	static const Oid methods[] = {GIST_AM_OID, GIN_AM_OID, SPGIST_AM_OID, BRIN_AM_OID};
	bool found = false;

	/* The server's own functions of this kind are served by btree classes. */
	if (function < FirstNormalObjectId)
		return;
	for (Oid method : methods)
	{
		CatCList *classes;

		if (found)
			return;
		classes = SearchSysCacheList1(CLAAMNAMENSP, ObjectIdGetDatum(method));
		for (int i = 0; i < classes->n_members; i++)
		{
			auto *form = reinterpret_cast<Form_pg_opclass>(GETSTRUCT(&classes->members[i]->tuple));

			if (!IsBinaryCoercible(operand.type, form->opcintype) ||
				!SupportsClass(reading, function, call, method, form->oid, collation))
				continue;
			AddSearch(reading, operand, form->oid, selectivity, false, false);
			found = true;
		}
		ReleaseCatCacheList(classes);
	}
}

void
ReadDistanceOrder(const Reading &reading, List *pathkeys)
{
	ListCell *cell;
	EquivalenceClass *ec;

	if (pathkeys == NIL)
		return;
	ec = linitial_node(PathKey, pathkeys)->pk_eclass;
	while (ec->ec_merged != nullptr)
		ec = ec->ec_merged;
	foreach (cell, ec->ec_members)
	{
		auto *member = static_cast<EquivalenceMember *>(lfirst(cell));

		if (!IsA(member->em_expr, OpExpr) || !bms_equal(member->em_relids, reading.rel->relids))
			continue;

		auto *op = reinterpret_cast<OpExpr *>(member->em_expr);

		if (list_length(op->args) != 2)
			continue;
		for (int side = 0; side < 2; side++)
		{
			auto *node = static_cast<Node *>(list_nth(op->args, side));
			auto *other = static_cast<Node *>(list_nth(op->args, 1 - side));
			Operand operand = OperandOf(reading, node);
			Oid operation = side == 0 ? op->opno : get_commutator(op->opno);

			if (operand.fits() && OidIsValid(operation) && !contain_volatile_functions(other) &&
				!bms_is_member(reading.rel->relid, pull_varnos(reading.root, other)))
				ReadOperatorFamilies(reading, operand, operation, 1, true, InvalidStrategy);
		}
	}
}

} // namespace steward::pg
