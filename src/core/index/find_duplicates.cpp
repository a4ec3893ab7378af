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

} // namespace steward
