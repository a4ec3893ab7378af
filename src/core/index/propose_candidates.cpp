/*-------------------------------------------------------------------------
 *
 * propose_candidates.cpp
 *	  The indexes worth pricing for a set of statements.
 *
 * For each appearance of a table: equality columns first (most selective
 * first, and each of them leading once, so that statements can share), then
 * the columns of one join, then one range or the wanted order.  The fullest of
 * these also with the other columns that the statement reads there included,
 * so that the table need not be visited.
 *
 * Beside these: the same for the rows of a condition alone, where those are
 * few (a partial index), and the indexes of other access methods that serve a
 * condition or an order by distance.  What an existing index gives already is
 * not proposed.
 *
 * Pure: what is worth its price is for the planner to say, not for here.
 *
 *-------------------------------------------------------------------------
 */
#include "core/index/propose_candidates.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/index/included_columns.h"
#include "core/index/merge_candidates.h"
#include "core/index/propose_search_indexes.h"

namespace steward
{

namespace
{

using Keys = std::vector<IndexKey>;

/* A lookup of fewer rows than this is quick with the table, too. */
constexpr double kFewRows = 20;

/* A partial index holds no larger share of the rows than this. */
constexpr double kLargestPart = 0.3;

/* A constant comes again where the column has no more different values than this. */
constexpr double kFewValues = 100;

/* A value is rare with less than this share of what it would have if all were as frequent. */
constexpr double kRare = 0.6;

/*
 * An index of several columns that are compared for equality begins with one
 * that by itself finds no larger part of the rows than this: other statements
 * may share it then, and the order among the rest is of no matter.
 */
constexpr double kLeading = 0.1;

/* The columns of one appearance of a table, by what an index can do with them. */
struct Roles
{
	Keys equal;   /* most selective first */
	Keys leading; /* those of them with which an index may begin that has the others, too */
	Keys ranges;
	std::map<int, Keys> joins; /* by partner */
	std::vector<Keys> orders;
};

bool
HasColumn(const Keys &keys, ColumnNumber column)
{
	return std::any_of(keys.begin(), keys.end(), [&](const IndexKey &key) { return key.column == column; });
}

/* `head` followed by those keys of `tail` whose column it does not have yet. */
Keys
Concatenate(Keys head, const Keys &tail)
{
	for (const IndexKey &key : tail)
	{
		if (!HasColumn(head, key.column))
			head.push_back(key);
	}
	return head;
}

Roles
AssignRoles(const RelationUse &use, const Relation &relation)
{
	Roles roles;
	std::vector<ColumnUse> columns = use.columns;

	std::stable_sort(columns.begin(), columns.end(),
					 [](const ColumnUse &a, const ColumnUse &b) {
						 return a.selectivity != b.selectivity ? a.selectivity < b.selectivity
															   : a.column < b.column;
					 });
	for (const ColumnUse &column : columns)
	{
		auto known = relation.columns.find(column.column);

		if (known == relation.columns.end() || !known->second.indexable)
			continue;

		Keys &keys = column.kind == ColumnUseKind::kEquality ? roles.equal
					 : column.kind == ColumnUseKind::kRange  ? roles.ranges
															 : roles.joins[column.partner];

		keys = Concatenate(std::move(keys), {IndexKey{column.column}});
		if (column.kind == ColumnUseKind::kEquality &&
			(column.selectivity <= kLeading || roles.leading.empty()))
			roles.leading = Concatenate(std::move(roles.leading), {IndexKey{column.column}});
	}
	for (const std::vector<IndexKey> &order : use.orders)
	{
		Keys keys;

		/* A column held equal does not need sorting; one that cannot be indexed ends the order. */
		for (const IndexKey &key : order)
		{
			auto known = relation.columns.find(key.column);

			if (known == relation.columns.end() || !known->second.indexable)
				break;
			if (!HasColumn(roles.equal, key.column))
				keys = Concatenate(std::move(keys), {key});
		}
		if (!keys.empty())
			roles.orders.push_back(NormalizeOrder(std::move(keys)));
	}
	return roles;
}

/* The key lists that could serve these roles; may hold duplicates. */
std::vector<Keys>
ArrangeKeys(const Roles &roles)
{
	std::vector<Keys> arranged;

	for (const IndexKey &key : roles.equal)
		arranged.push_back({key});
	for (const IndexKey &key : roles.leading)
	{
		arranged.push_back(Concatenate({key}, roles.equal));
		for (const IndexKey &other : roles.equal)
		{
			if (other.column != key.column)
				arranged.push_back({key, other});
		}
	}
	for (const IndexKey &range : roles.ranges)
	{
		arranged.push_back({range});
		arranged.push_back(Concatenate(roles.equal, {range}));
		for (const IndexKey &key : roles.equal)
			arranged.push_back(Concatenate({key}, {range}));
		/* The others are checked in the index, so that fewer rows are looked up. */
		if (roles.ranges.size() > 1)
			arranged.push_back(Concatenate(Concatenate(roles.equal, {range}), roles.ranges));
	}
	for (const auto &[partner, join] : roles.joins)
	{
		for (const IndexKey &key : join)
			arranged.push_back({key});
		arranged.push_back(join);
		arranged.push_back(Concatenate(join, roles.equal));
		arranged.push_back(Concatenate(roles.equal, join));
		for (const IndexKey &key : roles.equal)
		{
			arranged.push_back(Concatenate({key}, join));
			arranged.push_back(Concatenate(join, {key}));
		}
		for (const auto &[other, second] : roles.joins)
		{
			if (other != partner)
				arranged.push_back(Concatenate(join, second));
		}
		for (const IndexKey &range : roles.ranges)
		{
			arranged.push_back(Concatenate(join, {range}));
			arranged.push_back(Concatenate(Concatenate(roles.equal, join), {range}));
		}
	}
	for (const Keys &order : roles.orders)
	{
		arranged.push_back(order);
		arranged.push_back(Concatenate(roles.equal, order));
		for (const IndexKey &key : roles.equal)
			arranged.push_back(Concatenate({key}, order));
		if (!roles.ranges.empty())
			arranged.push_back(Concatenate(Concatenate(roles.equal, order), roles.ranges));
		/* What is grouped need not be sorted, but stands in the index then. */
		for (const IndexKey &range : roles.ranges)
			arranged.push_back(Concatenate(Concatenate(roles.equal, {range}), order));
	}
	return arranged;
}

/* Those that use all they can of the conditions: worth having the other columns beside them. */
std::vector<Keys>
FullestKeys(const Roles &roles)
{
	std::vector<Keys> fullest;

	for (const IndexKey &range : roles.ranges)
		fullest.push_back(Concatenate(roles.equal, {range}));
	for (const Keys &order : roles.orders)
		fullest.push_back(Concatenate(roles.equal, order));
	for (const auto &[partner, join] : roles.joins)
	{
		fullest.push_back(Concatenate(join, roles.equal));
		fullest.push_back(Concatenate(roles.equal, join));
	}
	if (fullest.empty() && !roles.equal.empty())
		fullest.push_back(roles.equal);
	return fullest;
}

/* The rows that the conditions on the keys leave; all of them where another table's rows decide that. */
double
RowsFound(const RelationUse &use, const Relation &relation, const Keys &keys)
{
	double rows = relation.tuples;

	for (const ColumnUse &column : use.columns)
	{
		if (!HasColumn(keys, column.column))
			continue;
		if (column.kind == ColumnUseKind::kJoin || column.repeated)
			return relation.tuples;
		rows *= column.selectivity;
	}
	return rows;
}

using Writes = std::set<ColumnWrite>;

/*
 * What else the statement reads there; nothing where that is all or nothing,
 * hardly less than the row, or set by somebody: each such UPDATE would have to
 * write the index, and could not be HOT.  Nor where a long value would not fit
 * into the index: then its row could not be written at all.
 */
std::vector<ColumnNumber>
OtherColumns(const RelationUse &use, const Relation &relation, const Keys &keys, const Writes &writes)
{
	std::vector<ColumnNumber> others;

	for (ColumnNumber number : use.referenced)
	{
		auto column = relation.columns.find(number);

		/* The whole row, or a system column. */
		if (column == relation.columns.end())
			return {};
		if (HasColumn(keys, number))
			continue;
		if (writes.count({use.relation, number}) > 0)
			return {};
		others.push_back(number);
	}
	return MayInclude(relation, others) ? others : std::vector<ColumnNumber>();
}

bool
HoldsColumn(const ExistingIndex &index, ColumnNumber column)
{
	return HasColumn(index.keys, column) ||
		   std::find(index.included.begin(), index.included.end(), column) != index.included.end();
}

/* A btree serves the beginning of its keys; the other methods that take several keys, each of them. */
bool
HoldsKeys(const ExistingIndex &index, const Keys &wanted)
{
	if (index.method == "btree")
		return IsPrefix(wanted, NormalizeOrder(index.keys));
	return std::all_of(wanted.begin(), wanted.end(),
					   [&](const IndexKey &key) { return HasColumn(index.keys, key.column); });
}

bool
GivenAlready(const IndexDefinition &wanted, const Relation &relation)
{
	return std::any_of(relation.indexes.begin(), relation.indexes.end(),
					   [&](const ExistingIndex &index)
					   {
						   return (index.valid || index.being_built) && index.recognized &&
								  index.method == wanted.method && index.predicate == wanted.predicate &&
								  HoldsKeys(index, wanted.keys) &&
								  std::all_of(wanted.included.begin(), wanted.included.end(),
											  [&](ColumnNumber column)
											  { return HoldsColumn(index, column); });
					   });
}

/* The keys without one column. */
Keys
Without(Keys keys, ColumnNumber column)
{
	std::erase_if(keys, [&](const IndexKey &key) { return key.column == column; });
	return NormalizeOrder(std::move(keys));
}

/* Whether a partial index that is there finds what the wanted one would, for this appearance. */
bool
GivenInPart(const IndexDefinition &wanted, const RelationUse &use, const Relation &relation)
{
	return std::any_of(
		relation.indexes.begin(), relation.indexes.end(),
		[&](const ExistingIndex &index)
		{
			auto condition = relation.conditions.find(index.predicate);

			return index.valid && index.recognized && index.predicate != 0 &&
				   condition != relation.conditions.end() && condition->second.fixes &&
				   wanted.predicate == 0 && wanted.method == index.method && wanted.included.empty() &&
				   std::any_of(use.conditions.begin(), use.conditions.end(),
							   [&](const ConditionUse &used) { return used.condition == index.predicate; }) &&
				   IsPrefix(Without(wanted.keys, condition->second.column), NormalizeOrder(index.keys));
		});
}

/* Whether a partial index finds the same rows as one of all, or fewer, since it has all that the other has. */
bool
StandsInFor(const IndexDefinition &partial, const IndexDefinition &index, const Relation &relation)
{
	if (partial.predicate == 0 || index.predicate != 0 || partial.method != index.method ||
		partial.relation != index.relation)
		return false;

	const Condition &condition = relation.conditions.at(partial.predicate);

	return condition.fixes && HasColumn(index.keys, condition.column) &&
		   IsPrefix(Without(index.keys, condition.column), partial.keys) &&
		   std::all_of(index.included.begin(), index.included.end(),
					   [&](ColumnNumber column)
					   {
						   return column == condition.column || HasColumn(partial.keys, column) ||
								  std::find(partial.included.begin(), partial.included.end(), column) !=
									  partial.included.end();
					   });
}

/* The columns with which an index must begin for this appearance to use it. */
std::set<ColumnNumber>
LeadingColumns(const RelationUse &use)
{
	std::set<ColumnNumber> leading;

	for (const ColumnUse &column : use.columns)
		leading.insert(column.column);
	for (const std::vector<IndexKey> &order : use.orders)
	{
		if (!order.empty())
			leading.insert(order.front().column);
	}
	for (const SearchUse &search : use.searches)
		leading.insert(search.column);
	return leading;
}

/* Whether this appearance could use the index at all. */
bool
CouldUse(const RelationUse &use, const std::set<ColumnNumber> &leading, const IndexDefinition &index)
{
	if (index.predicate != 0)
		return std::any_of(use.conditions.begin(), use.conditions.end(),
						   [&](const ConditionUse &condition)
						   { return condition.condition == index.predicate; });
	if (index.method == "btree")
		return leading.count(index.keys.front().column) > 0;
	return std::any_of(index.keys.begin(), index.keys.end(),
					   [&](const IndexKey &key) { return leading.count(key.column) > 0; });
}

/* Keys in the order in which they are advised, no more than so many. */
Keys
Trim(Keys keys, size_t max_columns)
{
	if (keys.size() > max_columns)
		keys.resize(max_columns);
	return NormalizeOrder(std::move(keys));
}

/*
 * Whether an index of just these rows is worth having.  A value that is as
 * frequent as the others of its column may be another one tomorrow; one that is
 * much rarer is a state in which rows are looked for: open, failed.
 */
bool
IsWorthIndexing(const Condition &condition, const Relation &relation)
{
	auto column = relation.columns.find(condition.column);

	if (condition.fraction > kLargestPart)
		return false;
	if (!condition.compares)
		return true;
	if (column == relation.columns.end() || column->second.distinct_values <= 0 ||
		column->second.distinct_values > kFewValues)
		return false;
	return condition.values == 0 ||
		   condition.fraction <= kRare * condition.values / column->second.distinct_values;
}

/* The appearance without what is known of all rows that fulfil the condition. */
RelationUse
WithinCondition(RelationUse use, const Condition &condition)
{
	if (condition.fixes)
	{
		std::erase_if(use.columns,
					  [&](const ColumnUse &column) { return column.column == condition.column; });
		for (std::vector<IndexKey> &order : use.orders)
			std::erase_if(order, [&](const IndexKey &key) { return key.column == condition.column; });
		std::erase_if(use.referenced, [&](ColumnNumber number) { return number == condition.column; });
	}
	return use;
}

/* A key for an index whose predicate says all: what the statement reads there, or what the predicate is on. */
Keys
AnyKey(const RelationUse &use, const Relation &relation, const Condition &condition, const Writes &writes)
{
	auto usable = [&](ColumnNumber number)
	{
		auto column = relation.columns.find(number);

		return column != relation.columns.end() && column->second.indexable &&
			   column->second.largest_width > 0 && writes.count({use.relation, number}) == 0;
	};

	for (ColumnNumber number : use.referenced)
	{
		if (usable(number))
			return {IndexKey{number}};
	}
	for (const auto &[number, column] : relation.columns)
	{
		if (column.unique_values && usable(number))
			return {IndexKey{number}};
	}
	if (usable(condition.column))
		return {IndexKey{condition.column}};

	/* Any other one: the narrowest. */
	ColumnNumber narrowest = 0;

	for (const auto &[number, column] : relation.columns)
	{
		if (number < kFirstElement && usable(number) &&
			(narrowest == 0 || column.average_width < relation.columns.at(narrowest).average_width))
			narrowest = number;
	}
	return narrowest == 0 ? Keys{} : Keys{IndexKey{narrowest}};
}

std::vector<IndexDefinition>
PartialIndexesFor(const RelationUse &use, const Relation &relation, const Writes &writes, size_t max_columns)
{
	std::vector<IndexDefinition> indexes;

	for (const ConditionUse &used : use.conditions)
	{
		auto known = relation.conditions.find(used.condition);

		if (known == relation.conditions.end() || !IsWorthIndexing(known->second, relation))
			continue;

		const Condition &condition = known->second;
		RelationUse within = WithinCondition(use, condition);
		Roles roles = AssignRoles(within, relation);
		std::vector<Keys> arranged = ArrangeKeys(roles);

		if (arranged.empty())
			arranged.push_back(AnyKey(within, relation, condition, writes));
		for (const Keys &one : arranged)
		{
			Keys keys = Trim(one, max_columns);
			std::vector<ColumnNumber> others = OtherColumns(within, relation, keys, writes);

			if (keys.empty())
				continue;
			if (!others.empty() && RowsFound(within, relation, keys) * condition.fraction >= kFewRows)
				indexes.push_back({use.relation, keys, std::move(others), "btree", condition.number});
			indexes.push_back({use.relation, std::move(keys), {}, "btree", condition.number});
		}
	}
	return indexes;
}

/* The indexes that could serve one appearance of a table; may hold duplicates. */
std::vector<IndexDefinition>
IndexesFor(const RelationUse &use, const Relation &relation, const Writes &writes, size_t max_columns)
{
	Roles roles = AssignRoles(use, relation);
	std::vector<IndexDefinition> indexes;

	for (const Keys &arranged : ArrangeKeys(roles))
	{
		Keys keys = Trim(arranged, max_columns);

		if (!keys.empty())
			indexes.push_back({use.relation, std::move(keys), {}});
	}
	for (const Keys &fullest : FullestKeys(roles))
	{
		Keys keys = Trim(fullest, max_columns);
		std::vector<ColumnNumber> others = OtherColumns(use, relation, keys, writes);

		if (!keys.empty() && !others.empty() && RowsFound(use, relation, keys) >= kFewRows)
			indexes.push_back({use.relation, std::move(keys), std::move(others)});
	}
	for (IndexDefinition &index : PartialIndexesFor(use, relation, writes, max_columns))
		indexes.push_back(std::move(index));
	for (IndexDefinition &index : ProposeSearchIndexes(use, relation))
		indexes.push_back(std::move(index));
	return indexes;
}

} // namespace

std::vector<IndexKey>
NormalizeOrder(std::vector<IndexKey> keys)
{
	if (!keys.empty() && keys.front().descending)
	{
		for (IndexKey &key : keys)
		{
			key.descending = !key.descending;
			key.nulls_first = !key.nulls_first;
		}
	}
	return keys;
}

Candidates
ProposeCandidates(const std::vector<QueryShape> &shapes, const Catalog &catalog, size_t max_columns)
{
	Candidates candidates;
	std::set<IndexDefinition> known;
	std::map<ObjectId, CandidateSet> by_relation;
	Writes writes;

	for (const QueryShape &shape : shapes)
		writes.insert(shape.writes.begin(), shape.writes.end());

	for (const QueryShape &shape : shapes)
	{
		for (const RelationUse &use : shape.relations)
		{
			auto relation = catalog.find(use.relation);

			if (relation == catalog.end() || !relation->second.unfit.empty())
				continue;
			for (IndexDefinition &index : IndexesFor(use, relation->second, writes, max_columns))
			{
				if (GivenAlready(index, relation->second) || GivenInPart(index, use, relation->second) ||
					!known.insert(index).second)
					continue;
				by_relation[use.relation].push_back(static_cast<CandidateId>(candidates.indexes.size()));
				candidates.indexes.push_back(std::move(index));
			}
		}
	}

	for (const QueryShape &shape : shapes)
	{
		std::set<CandidateId> relevant;

		for (const RelationUse &use : shape.relations)
		{
			std::set<ColumnNumber> leading = LeadingColumns(use);

			for (CandidateId id : by_relation[use.relation])
			{
				if (CouldUse(use, leading, candidates.indexes[static_cast<size_t>(id)]))
					relevant.insert(id);
			}
		}
		candidates.relevant.emplace_back(relevant.begin(), relevant.end());
	}
	candidates.stand_ins.resize(candidates.indexes.size());
	for (const auto &[oid, ids] : by_relation)
	{
		for (CandidateId partial : ids)
		{
			for (CandidateId id : ids)
			{
				if (StandsInFor(candidates.indexes[static_cast<size_t>(partial)],
								candidates.indexes[static_cast<size_t>(id)], catalog.at(oid)))
					candidates.stand_ins[static_cast<size_t>(id)].push_back(partial);
			}
		}
	}
	MergeCandidates(candidates, catalog);
	return candidates;
}

} // namespace steward
