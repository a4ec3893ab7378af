/*-------------------------------------------------------------------------
 *
 * check_drop.cpp
 *	  Whether an index that is to go may still go.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "flow/check_drop.h"

#include <algorithm>

#include "core/index/find_duplicates.h"
#include "flow/find_index.h"
#include "flow/watch_usage.h"
#include "pg/quarantine.h"

namespace steward
{

namespace
{

/* Another one does the same, and is not done without either. */
bool
HasTwin(const Relation &relation, ObjectId index)
{
	std::vector<DuplicateIndex> twins = FindDuplicates(relation);
	std::vector<DuplicateIndex> covered = FindCovered(relation);

	twins.insert(twins.end(), covered.begin(), covered.end());
	return std::any_of(twins.begin(), twins.end(),
					   [&](const DuplicateIndex &twin)
					   { return twin.index.oid == index && !pg::IsInQuarantine(twin.twin.oid); });
}

DropCheck
CheckUse(pg::Spi &spi, ObjectId index)
{
	UsageJudgement judgement = JudgeIndex(spi, index);

	switch (judgement.verdict)
	{
		case UsageVerdict::kUnused:
			return {};
		case UsageVerdict::kNeeded:
			return {"the index does not count as unused any more: " + judgement.reason, ""};
		case UsageVerdict::kWatched:
			return {"", "nobody knows just now whether the index is used: " + judgement.reason};
	}
	return {};
}

} // namespace

DropCheck
CheckDrop(pg::Spi &spi, const Catalog &catalog, const Action &action)
{
	const ExistingIndex *index = FindIndex(catalog, action);

	if (catalog.empty())
		return {"the table is not there any more", ""};
	if (index == nullptr)
		return {"the index is not there any more", ""};
	/* Rebuilt, it has another OID. */
	if (index->definition != action.arguments.value("definition", index->definition))
		return {"the index of this name is another one by now", ""};
	if (!index->droppable)
		return {"something else than speed depends on the index by now", ""};
	if (!index->rebuildable)
		return {"it is not sure any more that the index could be built again", ""};
	if (IsUnused(action))
		return CheckUse(spi, index->oid);
	if (!HasTwin(catalog.begin()->second, index->oid))
		return {"the index is no duplicate any more, and none covers it", ""};
	return {};
}

} // namespace steward
