/*-------------------------------------------------------------------------
 *
 * what_if.cpp
 *	  What a statement would cost if certain indexes were there.
 *
 * The planner is called in this process and shown the indexes of the set,
 * and no others, through get_relation_info_hook.  What does not depend on the
 * query is prepared once for each index; a question costs one copy of a
 * struct for each index of the set, and the planning.
 *
 * Server.  Locks: see AnalyzedQuery::Plan.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/what_if.h"

#include "pg/compat.h"
#include "pg/cost_constants.h"
#include "pg/element_statistics.h"
#include "pg/hooks.h"
#include "pg/hypothetical_index.h"
#include "pg/index_elements.h"
#include "pg/plan_tree.h"
#include "pg/sandbox.h"
#include "pg/session.h"
#include "pg/touched_pages.h"

extern "C"
{
#include "access/relation.h"
#include "catalog/pg_am.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "parser/parsetree.h"
#include "rewrite/rewriteManip.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"
}

#include <algorithm>
#include <cmath>
#include <limits>

namespace steward::pg
{

namespace
{

/* Hardly a real object has so high an OID before the counter has gone all the way round. */
constexpr Oid kFirstHypotheticalOid = 0xFFF00000;
constexpr size_t kMostHypothetical = 0xFFFFF; /* with such an OID */

/* By how much the cost constants are changed to see what a plan is worth, as a share of one; the less, the less exact. */
constexpr double kSteps[] = {1e-5, 1e-7};

/* The indexes of one question, and which of them the plan uses. */
struct World
{
	const WhatIf::Template *const *shown;
	const std::vector<std::vector<HeapTuple>> *statistics;
	int count;
	const std::vector<Oid> *hidden; /* indexes that are there, but are not to be seen */
	Oid *used;                      /* as many as there are hypothetical indexes at most */
	int used_count;
	double cost;
	double touched; /* pages */
	int workers;
	uint64 shape; /* of the plan */
};

/* Has an expression of relation number 1 speak of another one. */
void
MoveTo(Index relid, Node *expression)
{
	if (IsA(expression, Var))
	{
		reinterpret_cast<Var *>(expression)->varno = static_cast<int>(relid);
		reinterpret_cast<Var *>(expression)->varnosyn = relid;
	}
	else
		ChangeVarNodes(expression, 1, static_cast<int>(relid), 0);
}

/* A copy for that relation, whose columns the map knows, if they have other numbers there. */
Node *
MovedCopy(Node *expression, Index relid, const AttrMap *map)
{
	bool whole_row = false;

	expression = map == nullptr ? compat::CopyNode(expression)
								: map_variable_attnos(expression, 1, 0, map, InvalidOid, &whole_row);
	MoveTo(relid, expression);
	return expression;
}

List *
MovedList(List *expressions, Index relid, const AttrMap *map)
{
	List *moved = NIL;
	ListCell *cell;

	foreach (cell, expressions)
		moved = lappend(moved, MovedCopy(static_cast<Node *>(lfirst(cell)), relid, map));
	return moved;
}

/* The index at one place, for a relation of the statement that is planned. */
IndexOptInfo *
PlacedCopy(const WhatIf::Template &shown, const Place &place, const AttrMap *map, RelOptInfo *rel)
{
	const IndexOptInfo *index = shown.index;
	const PlacedSize &size = shown.sizes[place.size];
	auto *info = static_cast<IndexOptInfo *>(palloc(sizeof(IndexOptInfo)));
	List *columns = NIL;
	ListCell *cell;

	*info = *index;
	info->rel = rel;
	info->pages = static_cast<BlockNumber>(std::ceil(size.pages * place.share));
	info->tuples = size.tuples * place.share;
	info->tree_height = size.height;
	if (map != nullptr)
	{
		info->indexkeys = static_cast<int *>(palloc(sizeof(int) * index->ncolumns));
		for (int i = 0; i < index->ncolumns; i++)
			info->indexkeys[i] =
				index->indexkeys[i] <= 0 ? index->indexkeys[i] : map->attnums[index->indexkeys[i] - 1];
	}
	foreach (cell, index->indextlist)
	{
		const auto *entry = lfirst_node(TargetEntry, cell);
		Node *expression = MovedCopy(reinterpret_cast<Node *>(entry->expr), rel->relid, map);

		columns = lappend(
			columns, makeTargetEntry(reinterpret_cast<Expr *>(expression), entry->resno, nullptr, false));
	}
	info->indextlist = columns;
	info->indexprs = MovedList(index->indexprs, rel->relid, map);
	info->indpred = MovedList(index->indpred, rel->relid, map);
	return info;
}

List *
WithoutIndexes(List *indexes, const std::vector<Oid> &hidden)
{
	ListCell *cell;

	foreach (cell, indexes)
	{
		if (std::find(hidden.begin(), hidden.end(), lfirst_node(IndexOptInfo, cell)->indexoid) !=
			hidden.end())
			indexes = foreach_delete_current(indexes, cell);
	}
	return indexes;
}

bool
IsBefore(const Place &place, Oid relation)
{
	return place.relation < relation;
}

/* Null where the index does not lie there. */
const Place *
PlaceOf(const WhatIf::Template &shown, Oid relation)
{
	if (shown.places == nullptr)
		return nullptr;

	auto place = std::lower_bound(shown.places->begin(), shown.places->end(), relation, IsBefore);

	return place != shown.places->end() && place->relation == relation ? &*place : nullptr;
}

void
ShowIndexes([[maybe_unused]] PlannerInfo *root, Oid relation, bool inhparent, RelOptInfo *rel, void *argument)
{
	auto *world = static_cast<World *>(argument);

	if (inhparent)
		return;
	if (!world->hidden->empty())
		rel->indexlist = WithoutIndexes(rel->indexlist, *world->hidden);
	for (int i = 0; i < world->count; i++)
	{
		const WhatIf::Template &shown = *world->shown[i];

		const Place *place = PlaceOf(shown, relation);

		if (place == nullptr)
			continue;
		rel->indexlist =
			lcons(PlacedCopy(shown, *place, shown.maps == nullptr ? nullptr : shown.maps->at(relation), rel),
				  rel->indexlist);
	}
}

/* A real index has such an OID once the counter has come so far. */
bool
IsHypothetical(Oid index, const World *world)
{
	return index >= kFirstHypotheticalOid && index - kFirstHypotheticalOid < world->statistics->size() &&
		   !SearchSysCacheExists1(RELOID, ObjectIdGetDatum(index));
}

/* Statistics that nobody shares need not be freed. */
void
KeepTuple([[maybe_unused]] HeapTuple tuple)
{}

/* The relation that was shown the index; not every caller of the hook names it. */
const RelOptInfo *
RelationWith(PlannerInfo *root, Oid index)
{
	for (int i = 1; i < root->simple_rel_array_size; i++)
	{
		const RelOptInfo *rel = root->simple_rel_array[i];
		ListCell *cell;

		if (rel == nullptr)
			continue;
		foreach (cell, rel->indexlist)
		{
			if (lfirst_node(IndexOptInfo, cell)->indexoid == index)
				return rel;
		}
	}
	return nullptr;
}

/* Whether who runs the statement may read all rows of the table, and so what statistics say of them. */
bool
MayRead(PlannerInfo *root, Oid index)
{
	const RelOptInfo *rel = RelationWith(root, index);
	const RangeTblEntry *entry =
		rel != nullptr && rel->relid > 0 ? planner_rt_fetch(rel->relid, root) : nullptr;

	if (entry == nullptr || entry->securityQuals != NIL)
		return false;

	Oid reader = compat::PlannedReaderOf(rel, entry);

	return pg_class_aclcheck(entry->relid, OidIsValid(reader) ? reader : GetUserId(), ACL_SELECT) ==
		   ACLCHECK_OK;
}

bool
ShowStatistics(PlannerInfo *root, Oid index, AttrNumber position, VariableStatData *variable, void *argument)
{
	auto *world = static_cast<World *>(argument);

	if (!IsHypothetical(index, world))
		return false;

	const std::vector<HeapTuple> &tuples = (*world->statistics)[index - kFirstHypotheticalOid];
	auto key = static_cast<size_t>(position - 1);

	if (key >= tuples.size() || tuples[key] == nullptr)
		return false;
	variable->statsTuple = tuples[key];
	variable->freefunc = KeepTuple;
	variable->acl_ok = MayRead(root, index);
	return true;
}

void
NoteIndex(Oid index, void *argument)
{
	auto *world = static_cast<World *>(argument);

	if (!IsHypothetical(index, world))
		return;
	for (int i = 0; i < world->used_count; i++)
	{
		if (world->used[i] == index)
			return;
	}
	world->used[world->used_count++] = index;
}

/* How large the index is where the relation has it. */
bool
ExtentOf(Oid index, Oid relation, IndexExtent *extent, void *argument)
{
	const auto *world = static_cast<World *>(argument);

	for (int i = 0; i < world->count; i++)
	{
		const WhatIf::Template &shown = *world->shown[i];

		if (shown.index == nullptr || shown.index->indexoid != index)
			continue;

		const Place *place = PlaceOf(shown, relation);

		if (place == nullptr)
			return false;
		extent->pages = std::max(1.0, shown.sizes[place->size].pages * place->share);
		extent->tuples = shown.sizes[place->size].tuples * place->share;
		return true;
	}
	return false;
}

void
ReadPlan(PlannedStmt *plan, void *argument)
{
	auto *world = static_cast<World *>(argument);

	world->cost = plan->planTree->total_cost;
	world->shape = PlanShape(plan);
	world->workers = PlannedWorkers(plan);
	world->touched = PagesTouched(plan, ExtentOf, world);
	WalkIndexScans(plan, NoteIndex, world);
}

/* False where it cannot be looked at now.  One lock at a time: there may be more partitions than room for locks. */
bool
MapColumnsOf(Oid partition, ::Relation parent, const AttrMap **map)
{
	::Relation relation;

	if (!ConditionalLockRelationOid(partition, AccessShareLock))
		return false;
	relation = try_relation_open(partition, NoLock);
	if (relation == nullptr)
	{
		UnlockRelationOid(partition, AccessShareLock);
		return false;
	}
	*map = compat::MapColumns(RelationGetDescr(relation), RelationGetDescr(parent));
	relation_close(relation, AccessShareLock);
	return true;
}

} // namespace

WhatIf::WhatIf(std::vector<AnalyzedQuery *> statements, const std::vector<HypotheticalIndex> &indexes,
			   const IndexElements &elements, const ElementStatistics *statistics)
	: statements_(std::move(statements)), context_("pg_steward what-if")
{
	SwitchedContext in(context_.get());
	Oid oid = kFirstHypotheticalOid;

	if (indexes.size() + elements.all().size() > kMostHypothetical)
		throw Refusal({sqlstate::kProgramLimitExceeded, "there are too many candidates for indexes",
					   std::to_string(indexes.size()) + " indexes could be of use.",
					   "Ask about fewer statements at a time."});
	for (const HypotheticalIndex &index : indexes)
	{
		statistics_.emplace_back();
		for (const IndexKey &key : index.definition.keys)
			statistics_.back().push_back(statistics == nullptr ? nullptr : statistics->Find(key.column));
		AddTemplate(index, elements, oid++);
	}
	if (statistics != nullptr)
		AddCarriers(elements, *statistics);
}

void
WhatIf::AddTemplate(const HypotheticalIndex &index, const IndexElements &elements, Oid oid)
{
	Oid table = index.definition.relation;
	bool on_partitions = std::any_of(index.places->begin(), index.places->end(),
									 [&](const Place &place) { return place.relation != table; });
	Template made = {nullptr, index.places, index.sizes,
					 on_partitions ? MapsOf(table, *index.places) : nullptr};
	/* Whatever fails, as on a column that was dropped just now: there is no such index. */
	std::optional<ServerError> failure = RunSandboxed(
		{CurrentRole(), std::nullopt}, [&]
		{ Guarded([&] { made.index = DescribeIndex(index.definition, index.as_hypopg, elements, oid); }); });

	if (failure || made.index == nullptr || (on_partitions && made.maps == nullptr))
		made.places = nullptr;
	templates_.push_back(std::move(made));
}

/* Null where it is not known of all of them. */
const WhatIf::ColumnMaps *
WhatIf::MapsOf(Oid table, const Places &places)
{
	auto [known, is_new] = maps_.try_emplace(table);

	if (is_new)
	{
		ColumnMaps maps;
		size_t count = 0;
		std::optional<ServerError> failure =
			RunSandboxed({CurrentRole(), std::nullopt},
						 [&]
						 {
							 ::Relation parent = nullptr;

							 Guarded(
								 [&]
								 {
									 if (ConditionalLockRelationOid(table, AccessShareLock))
										 parent = try_relation_open(table, NoLock);
								 });
							 for (const Place &place : places)
							 {
								 const AttrMap *map = nullptr;
								 bool found = false;

								 if (parent == nullptr)
									 break;
								 Guarded([&] { found = MapColumnsOf(place.relation, parent, &map); });
								 if (!found)
									 break;
								 CheckForInterrupts();
								 maps[place.relation] = map;
								 count++;
							 }
							 if (parent != nullptr)
								 Guarded([&] { relation_close(parent, NoLock); });
						 });

		if (!failure && count == places.size())
			known->second = std::move(maps);
	}
	return known->second ? &*known->second : nullptr;
}

/*
 * An index on an expression also lets the planner know how many rows a
 * condition on it finds.  That must not be taken for what reading the index
 * saves: so all prices are made with that knowledge, which indexes bring that
 * can be used for nothing else.
 */
void
WhatIf::AddCarriers(const IndexElements &elements, const ElementStatistics &statistics)
{
	std::map<Oid, std::vector<size_t>> known;

	for (size_t i = 0; i < elements.all().size(); i++)
	{
		const IndexElement &element = elements.all()[i];

		if (!OidIsValid(element.opclass) && !element.is_condition &&
			statistics.Find(static_cast<ColumnNumber>(kFirstElement + i)) != nullptr)
			known[element.relation].push_back(i);
	}
	for (const auto &[relation, numbers] : known)
	{
		for (size_t first = 0; first < numbers.size(); first += INDEX_MAX_KEYS)
		{
			size_t end = std::min(first + INDEX_MAX_KEYS, numbers.size());
			IndexOptInfo *info = nullptr;
			Oid oid = kFirstHypotheticalOid + static_cast<Oid>(statistics_.size());

			statistics_.emplace_back();
			for (size_t i = first; i < end; i++)
				statistics_.back().push_back(
					statistics.Find(static_cast<ColumnNumber>(kFirstElement + numbers[i])));
			Guarded(
				[&]
				{
					List *expressions = NIL;

					for (size_t i = first; i < end; i++)
						expressions = lappend(expressions, elements.all()[numbers[i]].expression);
					info = DescribeCarrier(expressions, oid);
				});
			carriers_.push_back({info,
								 std::make_shared<Places>(Places{{relation, 0, 1}}),
								 {{1, 0, info->tree_height}},
								 nullptr});
		}
	}
}

Price
WhatIf::PriceStatement(size_t statement, const CandidateSet &set)
{
	return Ask(statement, set, {}).price;
}

double
WhatIf::PriceWithout(size_t statement, const CandidateSet &set, const std::vector<Oid> &existing)
{
	return Ask(statement, set, existing).price.cost;
}

WhatIf::PricedPlan
WhatIf::PriceAt(size_t statement, const CandidateSet &set, const Prices &prices)
{
	Answer plain = Ask(statement, set, {});

	return {plain.price, plain.workers, plain.touched, WorthOf(plain, statement, set, prices)};
}

/*
 * The cost of a plan is linear in the constants.  So a little of the prices
 * added to the constants adds as little of what the plan is worth to its cost:
 * so little that the planner keeps to the plan, which is looked at.
 */
std::optional<double>
WhatIf::WorthOf(const Answer &plain, size_t statement, const CandidateSet &set, const Prices &prices)
{
	double touched = plain.touched * prices[static_cast<size_t>(Resource::kTouchedPage)];
	Prices constants = CostConstants();
	double smallest = std::numeric_limits<double>::infinity();

	if (failures_.count(statement) > 0)
		return std::nullopt;
	for (size_t i = 0; i < kCostConstants; i++)
	{
		if (prices[i] <= 0)
			continue;
		/* What costs nothing is in no cost. */
		if (constants[i] <= 0)
			return std::nullopt;
		smallest = std::min(smallest, constants[i] / prices[i]);
	}
	if (!std::isfinite(smallest))
		return touched;
	for (double step : kSteps)
	{
		double little = step * smallest;
		Prices changed = constants;

		for (size_t i = 0; i < kCostConstants; i++)
			changed[i] += little * prices[i];

		ReckoningWith other(changed);
		Answer answer = Ask(statement, set, {});

		if (failures_.count(statement) == 0 && answer.shape == plain.shape)
			return touched + std::max(0.0, (answer.price.cost - plain.price.cost) / little);
	}
	return std::nullopt;
}

std::optional<Consumption>
WhatIf::Consume(size_t statement, const CandidateSet &set)
{
	Consumption consumption = {};
	Answer plain = Ask(statement, set, {});

	for (size_t i = 0; i < kResources; i++)
	{
		Prices one = {};

		one[i] = 1;

		std::optional<double> amount = WorthOf(plain, statement, set, one);

		if (!amount)
			return std::nullopt;
		consumption[i] = *amount;
	}
	return consumption;
}

WhatIf::Answer
WhatIf::Ask(size_t statement, const CandidateSet &set, const std::vector<Oid> &hidden)
{
	Answer answer;
	std::vector<const Template *> shown; /* the carriers first, and so last in the planner's list */
	auto used = std::make_unique<Oid[]>(set.size() + 1);
	World world = {};

	if (failures_.count(statement) > 0)
	{
		answer.price = bases_[statement];
		return answer;
	}
	for (const Template &carrier : carriers_)
		shown.push_back(&carrier);
	for (CandidateId id : set)
		shown.push_back(&templates_[static_cast<size_t>(id)]);
	world.shown = shown.data();
	world.statistics = &statistics_;
	world.count = static_cast<int>(shown.size());
	world.hidden = &hidden;
	world.used = used.get();

	PlannerWatch watch = {ShowIndexes, nullptr, &world, ShowStatistics};
	Unfitness failure;

	{
		WatchingPlanner watching(&watch);

		failure = statements_[statement]->Plan(ReadPlan, &world);
		planner_calls_++;
	}
	if (failure)
	{
		failures_[statement] = failure;
		answer.price = bases_[statement];
		return answer;
	}
	answer.price.cost = world.cost;
	answer.shape = world.shape;
	answer.touched = world.touched;
	answer.workers = world.workers;
	for (int i = 0; i < world.used_count; i++)
		answer.price.used.push_back(static_cast<CandidateId>(world.used[i] - kFirstHypotheticalOid));
	std::sort(answer.price.used.begin(), answer.price.used.end());
	if (answer.price.used.empty() && hidden.empty())
		bases_.try_emplace(statement, answer.price);
	return answer;
}

} // namespace steward::pg
