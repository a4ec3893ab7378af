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
#include "pg/sandbox.h"
#include "pg/session.h"

extern "C"
{
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

/* In one round of advice: each is compared with each. */
constexpr size_t kMostElements = 1000;

/* What is to be known of an element, as the server's structures. */
struct ElementFacts
{
	const char *expression; /* null for a column */
	bool is_call;
	const char *function; /* the name of what is called; null where nothing is */
	const char *opclass;  /* null for the default one */
	ColumnNumber base;    /* the only column in it; 0 where there are several */
	bool deduplicates;
	double width; /* 0: as wide as the base */
	int alignment;
};

const char *
OpclassName(Oid opclass)
{
	HeapTuple tuple = SearchSysCache1(CLAOID, ObjectIdGetDatum(opclass));
	const char *name;

	if (!HeapTupleIsValid(tuple))
		return "";

	auto *form = reinterpret_cast<Form_pg_opclass>(GETSTRUCT(tuple));

	if (form->opcnamespace == PG_CATALOG_NAMESPACE)
		name = quote_identifier(pstrdup(NameStr(form->opcname)));
	else
		name = quote_qualified_identifier(get_namespace_name(form->opcnamespace), NameStr(form->opcname));
	ReleaseSysCache(tuple);
	return name;
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

void
ReadElement(const IndexElement &element, ElementFacts *facts)
{
	Oid type = exprType(element.expression);
	Oid opclass = OidIsValid(element.opclass) ? element.opclass : GetDefaultOpClass(type, BTREE_AM_OID);
	int16 length;
	bool by_value;
	char alignment;

	if (!ConditionalLockRelationOid(element.relation, AccessShareLock) ||
		get_rel_name(element.relation) == nullptr)
		ereport(ERROR, (errcode(ERRCODE_LOCK_NOT_AVAILABLE), errmsg("the table is locked or gone")));
	facts->base = OnlyColumn(element.expression);
	if (!IsA(element.expression, Var))
	{
		List *context = deparse_context_for(get_rel_name(element.relation), element.relation);

		facts->expression = deparse_expression(element.expression, context, false, false);
		if (IsA(element.expression, FuncExpr))
		{
			auto *call = reinterpret_cast<FuncExpr *>(element.expression);

			facts->is_call = call->funcformat == COERCE_EXPLICIT_CALL;
			facts->function = facts->is_call ? get_func_name(call->funcid) : nullptr;
		}
	}
	if (OidIsValid(element.opclass))
		facts->opclass = OpclassName(element.opclass);

	facts->deduplicates = EqualIsImage(opclass, exprCollation(element.expression));
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
	column.indexable = true;
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
	column.name = (facts.function == nullptr ? "expr" : facts.function) +
				  (base == relation.columns.end() ? "" : "_" + base->second.name);
	return column;
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
	size_t number = 0;

	Guarded(
		[&]
		{
			while (number < elements_.size() && (elements_[number].relation != element.relation ||
												 elements_[number].opclass != element.opclass ||
												 elements_[number].is_condition != element.is_condition ||
												 !equal(elements_[number].expression, element.expression)))
				number++;
		});
	if (number >= kMostElements)
		return 0;
	if (number == elements_.size())
	{
		SwitchedContext in(context_.get());
		IndexElement kept = element;

		Guarded([&] { kept.expression = compat::CopyNode(element.expression); });
		elements_.push_back(kept);
	}
	return static_cast<ColumnNumber>(kFirstElement + number);
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
			const KeyText &text = index.key_texts[i];
			auto known = std::find_if(
				relation.columns.begin(), relation.columns.end(),
				[&](const auto &entry)
				{
					const Column &column = entry.second;

					if (column.opclass != text.opclass)
						return false;
					if (text.expression.empty())
						return column.expression.empty() &&
							   (column.base != 0 ? column.base : column.number) == index.keys[i].column;
					return !column.expression.empty() && (text.expression == column.expression ||
														  text.expression == "(" + column.expression + ")");
				});

			if (known == relation.columns.end())
				all_known = false;
			else
				keys[i].column = known->first;
		}
		index.recognized = all_known;
		if (all_known)
			index.keys = std::move(keys);
	}
}

} // namespace steward::pg
