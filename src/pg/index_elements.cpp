/*-------------------------------------------------------------------------
 *
 * index_elements.cpp
 *	  What an index can hold beside a plain column with its default operator
 *	  class: expressions, and columns with another operator class.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/index_elements.h"

#include "pg/catalog.h"
#include "pg/compat.h"
#include "pg/read_conditions.h"
#include "pg/sandbox.h"
#include "pg/session.h"
#include "pg/trust.h"

extern "C"
{
#include "access/amapi.h"
#include "access/sysattr.h"
#include "catalog/pg_am.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_opclass.h"
#include "commands/defrem.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/ruleutils.h"
#include "utils/syscache.h"
}

#include <algorithm>

namespace steward::pg
{

namespace
{

/* In one round of advice: each is compared with those of its table. */
constexpr size_t kMostElements = 5000;

/* What is to be known of an element, as the server's structures. */
struct ElementFacts
{
	const char *expression; /* null for a column */
	bool is_call;
	bool may_fail;
	const char *function; /* the name of what is called; null where nothing is */
	const char *method;   /* the access method of the operator class */
	bool multi_column;    /* of the access method */
	const char *opclass;  /* null for the default one */
	ColumnNumber base;    /* the only column in it; 0 where there are several */
	bool indexable;       /* by btree */
	bool deduplicates;
	double width; /* 0: as wide as the base */
	int alignment;
	ConditionFacts condition;
};

const char *
OpclassName(Oid opclass)
{
	HeapTuple tuple = SearchSysCache1(CLAOID, ObjectIdGetDatum(opclass));
	const char *name;

	if (!HeapTupleIsValid(tuple))
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("operator class %u is gone", opclass)));

	auto *form = reinterpret_cast<Form_pg_opclass>(GETSTRUCT(tuple));

	if (form->opcnamespace == PG_CATALOG_NAMESPACE)
		name = quote_identifier(pstrdup(NameStr(form->opcname)));
	else
		name = quote_qualified_identifier(get_namespace_name(form->opcnamespace), NameStr(form->opcname));
	ReleaseSysCache(tuple);
	return name;
}

Oid
MethodOf(Oid opclass)
{
	HeapTuple tuple = SearchSysCache1(CLAOID, ObjectIdGetDatum(opclass));
	Oid method;

	if (!HeapTupleIsValid(tuple))
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("operator class %u is gone", opclass)));
	method = reinterpret_cast<Form_pg_opclass>(GETSTRUCT(tuple))->opcmethod;
	ReleaseSysCache(tuple);
	return method;
}

/* The only column the expression reads; 0 where there are several. */
ColumnNumber
OnlyColumn(Node *expression)
{
	Bitmapset *columns = nullptr;
	int member = 0;

	pull_varattnos(expression, 1, &columns);
	if (!bms_get_singleton_member(columns, &member))
		return 0;
	return static_cast<ColumnNumber>(member + FirstLowInvalidHeapAttributeNumber);
}

/* What the operator class says of the element. */
void
ReadClass(const IndexElement &element, Oid type, ElementFacts *facts)
{
	Oid opclass = element.opclass;
	Oid method = BTREE_AM_OID;

	if (OidIsValid(opclass))
		method = MethodOf(opclass);
	else
		opclass = GetDefaultOpClass(type, BTREE_AM_OID);
	facts->method = get_am_name(method);
	facts->multi_column = GetIndexAmRoutineByAmId(method, false)->amcanmulticol;
	facts->indexable = method == BTREE_AM_OID && OidIsValid(opclass);
	facts->deduplicates = facts->indexable && EqualIsImage(opclass, exprCollation(element.expression));
	if (opclass != GetDefaultOpClass(type, method))
		facts->opclass = OpclassName(opclass);
}

void
ReadElement(const IndexElement &element, ElementFacts *facts)
{
	Oid type = exprType(element.expression);
	int16 length;
	bool by_value;
	char alignment;

	if (!ConditionalLockRelationOid(element.relation, AccessShareLock) ||
		get_rel_name(element.relation) == nullptr)
		ereport(ERROR, (errcode(ERRCODE_LOCK_NOT_AVAILABLE), errmsg("the table is locked or gone")));
	facts->base = OnlyColumn(element.expression);
	if (element.is_condition || !IsA(element.expression, Var))
	{
		List *context = deparse_context_for(get_rel_name(element.relation), element.relation);

		/* A cast that nobody wrote has to be written in an index. */
		facts->expression = deparse_expression(element.expression, context, false, !element.is_condition);
	}
	if (element.is_condition)
	{
		facts->condition = DescribeCondition(element.expression);
		return;
	}
	if (IsA(element.expression, FuncExpr))
	{
		auto *call = reinterpret_cast<FuncExpr *>(element.expression);

		facts->is_call = call->funcformat == COERCE_EXPLICIT_CALL;
		facts->function = facts->is_call ? get_func_name(call->funcid) : nullptr;
	}
	facts->may_fail = HarmOf(element.expression) != Harm::kNone;
	ReadClass(element, type, facts);
	get_typlenbyvalalign(type, &length, &by_value, &alignment);
	facts->alignment = AlignmentOf(length, alignment);
	if (length > 0)
		facts->width = length;
	else if (facts->base == 0)
		facts->width = get_typavgwidth(type, exprTypmod(element.expression));
}

/* The expression is a new value of the same rows: as many different ones, as wide where that is not fixed. */
Column
ToColumn(ColumnNumber number, const ElementFacts &facts, const steward::Relation &relation)
{
	Column column;
	auto base = relation.columns.find(facts.base);

	if (base != relation.columns.end())
		column = base->second;
	column.number = number;
	column.method = facts.method;
	column.multi_column = facts.multi_column;
	column.indexable = facts.indexable;
	column.deduplicates = facts.deduplicates;
	column.alignment = facts.alignment;
	if (facts.width > 0)
		column.average_width = column.measured_width = facts.width;
	column.opclass = facts.opclass == nullptr ? "" : facts.opclass;
	if (facts.expression == nullptr)
	{
		column.base = facts.base;
		return column;
	}
	column.expression = facts.expression;
	column.is_call = facts.is_call;
	column.may_fail = facts.may_fail;
	column.correlation = 0;
	column.unique_values = false;
	column.largest_width = 0;
	column.name = (facts.function == nullptr ? "expr" : facts.function) +
				  (base == relation.columns.end() ? "" : "_" + base->second.name);
	return column;
}

Condition
ToCondition(ColumnNumber number, const ElementFacts &facts, const steward::Relation &relation)
{
	Condition condition;
	auto base = relation.columns.find(facts.base);

	condition.number = number;
	condition.sql = facts.expression;
	condition.name = base == relation.columns.end() ? "part" : base->second.name;
	condition.column = facts.condition.column;
	condition.fixes = facts.condition.fixes;
	condition.compares = facts.condition.compares;
	condition.values = facts.condition.values;
	condition.tells_value = facts.condition.tells_value;
	return condition;
}

/* The number of the column or element that a key of an index that is there is; 0 where it is none of them. */
ColumnNumber
RecognizeKey(const steward::Relation &relation, const ExistingIndex &index, size_t position)
{
	const KeyText &text = index.key_texts[position];

	for (const auto &[number, column] : relation.columns)
	{
		if (column.method != index.method || column.opclass != text.opclass)
			continue;

		bool same = text.expression.empty()
						? column.expression.empty() &&
							  (column.base != 0 ? column.base : column.number) == index.keys[position].column
						: !column.expression.empty() && (text.expression == column.expression ||
														 text.expression == "(" + column.expression + ")");

		if (same)
			return number;
	}
	return 0;
}

/* 0 where it is none of those that are known. */
ColumnNumber
RecognizeCondition(const steward::Relation &relation, const std::string &sql)
{
	for (const auto &[number, condition] : relation.conditions)
	{
		if (condition.sql == sql || "(" + condition.sql + ")" == sql || condition.sql == "(" + sql + ")")
			return number;
	}
	return 0;
}

} // namespace

IndexElements::IndexElements() : context_("pg_steward index elements") {}

ColumnNumber
IndexElements::Register(Oid relation, Node *expression, Oid opclass)
{
	return Take({relation, expression, opclass, false});
}

ColumnNumber
IndexElements::RegisterCondition(Oid relation, Node *condition)
{
	return Take({relation, condition, InvalidOid, true});
}

ColumnNumber
IndexElements::Take(const IndexElement &element)
{
	std::vector<size_t> &of_table = by_relation_[element.relation];
	size_t found = elements_.size();

	Guarded(
		[&]
		{
			for (size_t number : of_table)
			{
				const IndexElement &known = elements_[number];

				if (known.opclass == element.opclass && known.is_condition == element.is_condition &&
					equal(known.expression, element.expression))
				{
					found = number;
					return;
				}
			}
		});
	if (found >= kMostElements)
		return 0;
	if (found == elements_.size())
	{
		SwitchedContext in(context_.get());
		IndexElement kept = element;

		Guarded([&] { kept.expression = compat::CopyNode(element.expression); });
		elements_.push_back(kept);
		of_table.push_back(found);
	}
	return static_cast<ColumnNumber>(kFirstElement + found);
}

const IndexElement *
IndexElements::Find(ColumnNumber number) const
{
	return number < kFirstElement ? nullptr : &elements_[static_cast<size_t>(number - kFirstElement)];
}

void
IndexElements::AddTo(Catalog &catalog) const
{
	for (size_t i = 0; i < elements_.size(); i++)
	{
		auto relation = catalog.find(elements_[i].relation);
		auto number = static_cast<ColumnNumber>(kFirstElement + i);
		ElementFacts facts = {};

		if (relation == catalog.end())
			continue;
		/* So that all names but the server's own are qualified; what cannot be read now is no candidate. */
		if (RunSandboxed({CurrentRole(), "pg_catalog, pg_temp"},
						 [&] { Guarded([&] { ReadElement(elements_[i], &facts); }); }))
			continue;
		if (elements_[i].is_condition)
			relation->second.conditions[number] = ToCondition(number, facts, relation->second);
		else
			relation->second.columns[number] = ToColumn(number, facts, relation->second);
	}
	for (auto &[oid, relation] : catalog)
		RecognizeIndexes(relation);
}

void
RecognizeIndexes(steward::Relation &relation)
{
	for (ExistingIndex &index : relation.indexes)
	{
		if (index.recognized || !index.elements_only)
			continue;

		std::vector<IndexKey> keys = index.keys;
		bool all_known = true;

		for (size_t i = 0; i < index.keys.size(); i++)
		{
			keys[i].column = RecognizeKey(relation, index, i);
			all_known = all_known && keys[i].column != 0;
		}
		if (!index.condition.empty())
		{
			index.predicate = RecognizeCondition(relation, index.condition);
			all_known = all_known && index.predicate != 0;
		}
		index.recognized = all_known;
		if (all_known)
			index.keys = std::move(keys);
	}
}

} // namespace steward::pg
