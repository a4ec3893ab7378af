/*-------------------------------------------------------------------------
 *
 * propose_candidates.cpp
 *	  The indexes worth pricing for a set of statements.
 *
 * For each appearance of a table: equality columns first (most selective
 * first, and each of them leading once, so that statements can share), then
 * the columns of one join, then one range or the wanted order.  What an
 * existing btree gives already is not proposed.
 *
 * Pure: what is worth its price is for the planner to say, not for here.
 *
 *-------------------------------------------------------------------------
 */
#include "core/index/propose_candidates.h"

#include <algorithm>
#include <map>
#include <set>

namespace steward
{

namespace
{

using Keys = std::vector<IndexKey>;

/* The columns of one appearance of a table, by what an index can do with them. */
struct Roles
{
	Keys equal; /* most selective first */
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
	{
		arranged.push_back({key});
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
	}
	return arranged;
}

bool
IsPrefix(const Keys &shorter, const Keys &longer)
{
	return shorter.size() <= longer.size() && std::equal(shorter.begin(), shorter.end(), longer.begin());
}

bool
GivenAlready(const Keys &keys, const Relation &relation)
{
	return std::any_of(relation.indexes.begin(), relation.indexes.end(),
					   [&](const ExistingIndex &index) {
						   return index.valid && index.plain_btree &&
								  IsPrefix(keys, NormalizeOrder(index.keys));
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
	return leading;
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

	for (const QueryShape &shape : shapes)
	{
		for (const RelationUse &use : shape.relations)
		{
			auto relation = catalog.find(use.relation);

			if (relation == catalog.end() || !relation->second.unfit.empty())
				continue;
			for (Keys keys : ArrangeKeys(AssignRoles(use, relation->second)))
			{
				if (keys.size() > max_columns)
					keys.resize(max_columns);
				keys = NormalizeOrder(std::move(keys));

				IndexDefinition index{use.relation, keys, {}};

				if (keys.empty() || GivenAlready(keys, relation->second) || !known.insert(index).second)
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
				if (leading.count(candidates.indexes[static_cast<size_t>(id)].keys.front().column) > 0)
					relevant.insert(id);
			}
		}
		candidates.relevant.emplace_back(relevant.begin(), relevant.end());
	}
	return candidates;
}

} // namespace steward
