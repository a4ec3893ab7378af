/*-------------------------------------------------------------------------
 *
 * describe_query.cpp
 *	  Read off the planner what an index could do for a statement.
 *
 * The planner is asked for a plan and watched at set_rel_pathlist_hook, where
 * each base relation of each query level has its restriction clauses, its
 * join clauses and equivalence classes, and the wanted orders, views expanded
 * and sublinks pulled up.  What is found is collected in server structures
 * (an ERROR may jump over this code), and turned into ours afterwards.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/query_tree.h"

#include "pg/compat.h"
#include "pg/hooks.h"
#include "pg/index_elements.h"
#include "pg/read_clauses.h"
#include "pg/read_conditions.h"
#include "pg/read_searches.h"

extern "C"
{
#include "access/sysattr.h"
#include "catalog/pg_class.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "optimizer/restrictinfo.h"
#include "optimizer/tlist.h"
}

namespace steward::pg
{

namespace
{

/* The member of the class that an index on the relation could hold. */
Operand
MemberOf(const Reading &reading, EquivalenceClass *ec)
{
	ListCell *cell;

	foreach (cell, ec->ec_members)
	{
		auto *member = static_cast<EquivalenceMember *>(lfirst(cell));

		if (!member->em_is_child && bms_equal(member->em_relids, reading.rel->relids))
		{
			Operand operand = OperandOf(reading, reinterpret_cast<Node *>(member->em_expr));

			if (operand.fits())
				return operand;
		}
	}
	return {};
}

/* Columns that are equal to columns of other relations. */
void
ReadEquivalences(const Reading &reading)
{
	ListCell *outer;
	ListCell *cell;

	foreach (outer, reading.root->eq_classes)
	{
		auto *ec = static_cast<EquivalenceClass *>(lfirst(outer));

		if (ec->ec_has_const || ec->ec_has_volatile || ec->ec_merged != nullptr ||
			!bms_is_member(reading.rel->relid, ec->ec_relids))
			continue;

		Operand operand = MemberOf(reading, ec);

		if (!operand.fits() || !OidIsValid(FamilyOf(operand.type)) ||
			!list_member_oid(ec->ec_opfamilies, FamilyOf(operand.type)))
			continue;
		foreach (cell, ec->ec_members)
		{
			auto *member = static_cast<EquivalenceMember *>(lfirst(cell));

			if (!member->em_is_child && !bms_is_empty(member->em_relids) &&
				!bms_overlap(member->em_relids, reading.rel->relids))
				AddColumn(reading, operand.element, ColumnUseKind::kJoin, 1,
						  bms_next_member(member->em_relids, -1));
		}
	}
}

/* As much of a wanted order as this relation can give. */
void
ReadOrder(const Reading &reading, List *pathkeys)
{
	List *order = NIL;
	ListCell *cell;

	foreach (cell, pathkeys)
	{
		auto *pathkey = static_cast<PathKey *>(lfirst(cell));
		EquivalenceClass *ec = pathkey->pk_eclass;

		while (ec->ec_merged != nullptr)
			ec = ec->ec_merged;

		Operand operand = MemberOf(reading, ec);

		if (!operand.fits() || FamilyOf(operand.type) != pathkey->pk_opfamily ||
			(OidIsValid(ec->ec_collation) && ec->ec_collation != operand.collation))
			break;
		order = lappend(
			order, Make(FoundKey{operand.element, compat::IsDescending(pathkey), pathkey->pk_nulls_first}));
	}
	if (order != NIL)
		reading.found->orders = lappend(reading.found->orders, order);
}

void
ReadReferenced(const Reading &reading)
{
	Bitmapset *columns = nullptr;
	ListCell *cell;
	int member = -1;

	for (int i = reading.rel->min_attr; i <= reading.rel->max_attr; i++)
	{
		if (!bms_is_empty(reading.rel->attr_needed[i - reading.rel->min_attr]))
			columns = bms_add_member(columns, i - FirstLowInvalidHeapAttributeNumber);
	}
	foreach (cell, reading.rel->baserestrictinfo)
		pull_varattnos(reinterpret_cast<Node *>(static_cast<RestrictInfo *>(lfirst(cell))->clause),
					   reading.rel->relid, &columns);
	while ((member = bms_next_member(columns, member)) >= 0)
		reading.found->referenced =
			lappend_int(reading.found->referenced, member + FirstLowInvalidHeapAttributeNumber);
}

/* By what the rows are grouped, where nothing of another relation is among it. */
void
ReadGrouping(const Reading &reading)
{
	const Query *parse = reading.root->parse;
	List *clauses = parse->groupClause != NIL ? parse->groupClause : parse->distinctClause;
	List *grouped = NIL;
	ListCell *cell;

	if (parse->groupingSets != NIL)
		return;
	foreach (cell, clauses)
	{
		auto *clause = static_cast<SortGroupClause *>(lfirst(cell));
		Operand operand = OperandOf(reading, get_sortgroupclause_expr(clause, parse->targetList));

		if (!operand.fits())
			return;
		grouped = lappend(grouped, Make(operand.element));
	}
	reading.found->grouped = grouped;
}

void
CollectRelation(PlannerInfo *root, RelOptInfo *rel, RangeTblEntry *entry, void *argument)
{
	auto *finder = static_cast<Finder *>(argument);
	ListCell *cell;

	if (rel->reloptkind != RELOPT_BASEREL || entry->rtekind != RTE_RELATION)
		return;

	MemoryContext outer = MemoryContextSwitchTo(finder->keep);
	Reading reading = {root, rel, finder, Make(FoundRelation{entry->relid, NIL, NIL, NIL, NIL, NIL, NIL})};

	foreach (cell, rel->baserestrictinfo)
	{
		ReadClause(reading, static_cast<Node *>(lfirst(cell)), 1);
		ReadCondition(reading, lfirst_node(RestrictInfo, cell));
	}
	foreach (cell, rel->joininfo)
		ReadClause(reading, static_cast<Node *>(lfirst(cell)), 1);
	ReadEquivalences(reading);
	ReadOrder(reading, root->query_pathkeys);
	ReadOrder(reading, root->group_pathkeys);
	ReadOrder(reading, root->window_pathkeys);
	ReadOrder(reading, root->distinct_pathkeys);
	ReadOrder(reading, root->sort_pathkeys);
	ReadDistanceOrder(reading, root->query_pathkeys);
	ReadGrouping(reading);
	ReadReferenced(reading);
	finder->relations = lappend(finder->relations, reading.found);
	MemoryContextSwitchTo(outer);
}

void
IgnorePlan([[maybe_unused]] PlannedStmt *plan, [[maybe_unused]] void *argument)
{}

/* All elements that were found on the relation, InvalidOid: on any; of FoundElement. */
List *
ElementsOf(const Finder *finder, Oid relation)
{
	List *elements = NIL;
	ListCell *outer;
	ListCell *cell;
	ListCell *key;

	foreach (outer, finder->relations)
	{
		auto *found = static_cast<FoundRelation *>(lfirst(outer));

		if (OidIsValid(relation) && found->relation != relation)
			continue;
		foreach (cell, found->columns)
			elements = lappend(elements, &static_cast<FoundColumn *>(lfirst(cell))->element);
		foreach (cell, found->orders)
		{
			foreach (key, static_cast<List *>(lfirst(cell)))
				elements = lappend(elements, &static_cast<FoundKey *>(lfirst(key))->element);
		}
		foreach (cell, found->searches)
			elements = lappend(elements, &static_cast<FoundSearch *>(lfirst(cell))->element);
		elements = list_concat(elements, found->grouped);
	}
	return elements;
}

/* The clauses of the conditions that were found on the relation. */
List *
ConditionsOf(const Finder *finder, Oid relation)
{
	List *clauses = NIL;
	ListCell *outer;
	ListCell *cell;

	foreach (outer, finder->relations)
	{
		auto *found = static_cast<FoundRelation *>(lfirst(outer));

		if (found->relation != relation)
			continue;
		foreach (cell, found->conditions)
			clauses = lappend(clauses, static_cast<FoundCondition *>(lfirst(cell))->clause);
	}
	return clauses;
}

/* Whether anything was found in which a value may stand. */
bool
MayHoldValues(const Finder *finder)
{
	ListCell *cell;

	foreach (cell, finder->relations)
	{
		if (static_cast<FoundRelation *>(lfirst(cell))->conditions != NIL)
			return true;
	}
	foreach (cell, ElementsOf(finder, InvalidOid))
	{
		if (static_cast<FoundElement *>(lfirst(cell))->expression != nullptr)
			return true;
	}
	return false;
}

/*
 * A value that somebody bound must not become part of an index: takes the
 * expressions and conditions away that are not there when nobody knows the values.
 */
void
ForgetBoundValues(const Finder *finder, const Finder *generic)
{
	ListCell *outer;
	ListCell *cell;
	ListCell *other;

	foreach (outer, finder->relations)
	{
		auto *found = static_cast<FoundRelation *>(lfirst(outer));
		Finder one = {nullptr, list_make1(found)};
		List *known = ElementsOf(generic, found->relation);

		foreach (cell, ElementsOf(&one, InvalidOid))
		{
			auto *element = static_cast<FoundElement *>(lfirst(cell));
			bool is_known = element->expression == nullptr || element->column != 0;

			foreach (other, known)
				is_known = is_known ||
						   equal(static_cast<FoundElement *>(lfirst(other))->expression, element->expression);
			if (!is_known)
				element->expression = nullptr;
		}
		known = ConditionsOf(generic, found->relation);
		foreach (cell, found->conditions)
		{
			auto *condition = static_cast<FoundCondition *>(lfirst(cell));

			if (!list_member(known, condition->clause))
				condition->clause = nullptr;
		}
	}
}

/* 0 for what no index is to hold. */
ColumnNumber
NumberOf(const FoundElement &element, Oid relation, IndexElements &elements)
{
	if (element.expression == nullptr)
		return element.column;
	return elements.Register(relation, element.expression, element.opclass);
}

RelationUse
ToModel(const FoundRelation &found, IndexElements &elements)
{
	RelationUse use;

	use.relation = found.relation;
	for (int i = 0; i < list_length(found.grouped); i++)
		use.grouped.push_back(
			NumberOf(*static_cast<FoundElement *>(list_nth(found.grouped, i)), found.relation, elements));
	for (int i = 0; i < list_length(found.columns); i++)
	{
		auto *column = static_cast<FoundColumn *>(list_nth(found.columns, i));

		use.columns.push_back({NumberOf(column->element, found.relation, elements), column->kind,
							   column->selectivity, column->partner, column->repeated});
	}
	for (int i = 0; i < list_length(found.orders); i++)
	{
		auto *order = static_cast<List *>(list_nth(found.orders, i));
		std::vector<IndexKey> keys;

		for (int j = 0; j < list_length(order); j++)
		{
			auto *key = static_cast<FoundKey *>(list_nth(order, j));

			keys.push_back(
				{NumberOf(key->element, found.relation, elements), key->descending, key->nulls_first});
		}
		use.orders.push_back(std::move(keys));
	}
	for (int i = 0; i < list_length(found.searches); i++)
	{
		auto *search = static_cast<FoundSearch *>(list_nth(found.searches, i));
		ColumnNumber number = NumberOf(search->element, found.relation, elements);

		if (search->element.expression != nullptr && number != 0)
			use.searches.push_back({number, search->selectivity, search->orders, search->also_btree});
	}
	for (int i = 0; i < list_length(found.conditions); i++)
	{
		auto *condition = static_cast<FoundCondition *>(list_nth(found.conditions, i));
		ColumnNumber number =
			condition->clause == nullptr ? 0 : elements.RegisterCondition(found.relation, condition->clause);

		if (number != 0)
			use.conditions.push_back({number, condition->selectivity});
	}
	for (int i = 0; i < list_length(found.referenced); i++)
		use.referenced.push_back(static_cast<ColumnNumber>(list_nth_int(found.referenced, i)));
	return use;
}

} // namespace

QueryShape
DescribeQuery(AnalyzedQuery &query, IndexElements &elements, Unfitness *failure)
{
	QueryShape shape;
	OwnedMemoryContext context("pg_steward query shape");
	Finder finder = {context.get(), NIL};
	Finder generic = {context.get(), NIL};

	{
		PlannerWatch watch = {nullptr, CollectRelation, &finder};
		WatchingPlanner watching(&watch);

		*failure = query.Plan(IgnorePlan, nullptr);
	}
	if (*failure)
		return shape;
	if (query.has_values())
	{
		bool may_hold_values = false;

		SwitchedContext in(context.get());
		Guarded([&] { may_hold_values = MayHoldValues(&finder); });
		if (may_hold_values)
		{
			PlannerWatch watch = {nullptr, CollectRelation, &generic};
			WatchingPlanner watching(&watch);

			/* Where that does not work no expression is known. */
			(void) query.PlanWithoutValues(IgnorePlan, nullptr);
			Guarded([&] { ForgetBoundValues(&finder, &generic); });
		}
	}
	shape.writes = query.writes();
	for (int i = 0; i < list_length(finder.relations); i++)
		shape.relations.push_back(
			ToModel(*static_cast<FoundRelation *>(list_nth(finder.relations, i)), elements));
	return shape;
}

} // namespace steward::pg
