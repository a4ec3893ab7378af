/*-------------------------------------------------------------------------
 *
 * find_superfluous.cpp
 *	  Indexes that a new one makes superfluous.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#include "core/index/find_superfluous.h"

#include <algorithm>

namespace steward
{

namespace
{

bool
Holds(const IndexDefinition &index, ColumnNumber column)
{
	return std::any_of(index.keys.begin(), index.keys.end(),
					   [&](const IndexKey &key) { return key.column == column; }) ||
		   std::find(index.included.begin(), index.included.end(), column) != index.included.end();
}

} // namespace

std::vector<ExistingIndex>
FindSuperfluous(const Relation &relation, const IndexDefinition &index)
{
	std::vector<ExistingIndex> superfluous;

	/* The drop would not be advised later. */
	if (relation.partitioned)
		return superfluous;
	for (const ExistingIndex &existing : relation.indexes)
	{
		if (existing.valid && existing.droppable && existing.recognized && index.method == "btree" &&
			existing.method == "btree" && existing.predicate == index.predicate &&
			existing.keys.size() <= index.keys.size() &&
			std::equal(existing.keys.begin(), existing.keys.end(), index.keys.begin()) &&
			std::all_of(existing.included.begin(), existing.included.end(),
						[&](ColumnNumber column) { return Holds(index, column); }))
			superfluous.push_back(existing);
	}
	return superfluous;
}

} // namespace steward
