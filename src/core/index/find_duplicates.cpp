/*-------------------------------------------------------------------------
 *
 * find_duplicates.cpp
 *	  Indexes that do exactly what another index of the table does.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#include "core/index/find_duplicates.h"

#include <algorithm>
#include <map>

namespace steward
{

namespace
{

/* A drop has to have its undo. */
bool
MayGo(const ExistingIndex &index)
{
	return index.droppable && index.rebuildable;
}

bool
IsKnownBtree(const ExistingIndex &index)
{
	return index.recognized && index.method == "btree";
}

bool
HasColumn(const ExistingIndex &index, ColumnNumber column)
{
	return std::find(index.included.begin(), index.included.end(), column) != index.included.end() ||
		   std::any_of(index.keys.begin(), index.keys.end(),
					   [&](const IndexKey &key) { return key.column == column; });
}

/* With more keys: equal ones are duplicates, or differ in something else that counts. */
bool
Covers(const ExistingIndex &cover, const ExistingIndex &index)
{
	return cover.predicate == index.predicate && cover.keys.size() > index.keys.size() &&
		   std::equal(index.keys.begin(), index.keys.end(), cover.keys.begin()) &&
		   std::all_of(index.included.begin(), index.included.end(),
					   [&](ColumnNumber column) { return HasColumn(cover, column); });
}

} // namespace

std::vector<DuplicateIndex>
FindDuplicates(const Relation &relation)
{
	std::map<std::string, const ExistingIndex *> keepers;
	std::vector<DuplicateIndex> duplicates;

	for (const ExistingIndex &index : relation.indexes)
	{
		if (!index.valid)
			continue;

		const ExistingIndex *&keeper = keepers[index.signature];

		if (keeper == nullptr || (MayGo(*keeper) && (!MayGo(index) || index.oid < keeper->oid)))
			keeper = &index;
	}
	for (const ExistingIndex &index : relation.indexes)
	{
		auto keeper = keepers.find(index.signature);

		if (index.valid && MayGo(index) && keeper != keepers.end() && keeper->second->oid != index.oid)
			duplicates.push_back({index, *keeper->second});
	}
	return duplicates;
}

std::vector<DuplicateIndex>
FindDuplicatesToDropByHand(const Relation &relation)
{
	std::vector<DuplicateIndex> duplicates;

	for (const ExistingIndex &index : relation.indexes)
	{
		if (!index.valid || !index.droppable || index.rebuildable)
			continue;

		auto twin = std::find_if(relation.indexes.begin(), relation.indexes.end(),
								 [&](const ExistingIndex &other)
								 {
									 return other.valid && other.signature == index.signature &&
											other.oid != index.oid &&
											(!other.droppable || other.oid < index.oid);
								 });

		if (twin != relation.indexes.end())
			duplicates.push_back({index, *twin});
	}
	return duplicates;
}

std::vector<DuplicateIndex>
FindCovered(const Relation &relation)
{
	std::vector<DuplicateIndex> covered;

	for (const ExistingIndex &index : relation.indexes)
	{
		if (!index.valid || !MayGo(index) || !IsKnownBtree(index))
			continue;

		auto cover = std::find_if(relation.indexes.begin(), relation.indexes.end(),
								  [&](const ExistingIndex &other)
								  { return other.valid && IsKnownBtree(other) && Covers(other, index); });

		if (cover != relation.indexes.end())
			covered.push_back({index, *cover});
	}
	return covered;
}

} // namespace steward
