/*-------------------------------------------------------------------------
 *
 * merge_candidates.cpp
 *	  Candidates that do what two others do, for less than both take.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#include "core/index/merge_candidates.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/index/included_columns.h"

namespace steward
{

namespace
{

/* Of one table: with many statements on it, most pairs are never chosen together. */
constexpr size_t kMostMerges = 50;

/* The index that has the keys of the longer one, and what else both have. */
IndexDefinition
Merged(const IndexDefinition &longer, const IndexDefinition &shorter)
{
	IndexDefinition merged = longer;
	std::set<ColumnNumber> columns(longer.included.begin(), longer.included.end());

	columns.insert(shorter.included.begin(), shorter.included.end());
	for (const IndexKey &key : longer.keys)
		columns.erase(key.column);
	merged.included.assign(columns.begin(), columns.end());
	return merged;
}

/* The same whatever the order of the columns beside the keys. */
IndexDefinition
Ordered(IndexDefinition index)
{
	std::sort(index.included.begin(), index.included.end());
	return index;
}

} // namespace

void
MergeCandidates(Candidates &candidates, const Catalog &catalog)
{
	std::map<ObjectId, CandidateSet> by_relation;
	std::map<IndexDefinition, CandidateId> known;
	size_t proposed = candidates.indexes.size();

	for (size_t id = 0; id < proposed; id++)
	{
		const IndexDefinition &index = candidates.indexes[id];

		known.emplace(Ordered(index), static_cast<CandidateId>(id));
		if (index.method == "btree")
			by_relation[index.relation].push_back(static_cast<CandidateId>(id));
	}
	for (const auto &[oid, ids] : by_relation)
	{
		size_t merges = 0;

		for (CandidateId first : ids)
		{
			for (CandidateId second : ids)
			{
				/* Both may have the same keys. */
				if (first == second || merges >= kMostMerges)
					continue;

				const IndexDefinition &longer = candidates.indexes[static_cast<size_t>(first)];
				const IndexDefinition &shorter = candidates.indexes[static_cast<size_t>(second)];
				bool twice = longer.keys.size() == shorter.keys.size() && first > second;

				if (twice || longer.predicate != shorter.predicate || !IsPrefix(shorter.keys, longer.keys))
					continue;

				IndexDefinition merged = Merged(longer, shorter);

				if (Ordered(longer) == merged || Ordered(shorter) == merged ||
					!MayInclude(catalog.at(oid), merged.included))
					continue;

				auto [place, is_new] =
					known.emplace(merged, static_cast<CandidateId>(candidates.indexes.size()));

				/* One that was proposed for a statement of its own is found without this. */
				if (static_cast<size_t>(place->second) < proposed)
					continue;
				if (is_new)
					candidates.indexes.push_back(std::move(merged));
				candidates.merges.push_back({first, second, place->second});
				merges++;
			}
		}
	}

	std::map<CandidateId, CandidateSet> merged_of;

	candidates.stand_ins.resize(candidates.indexes.size());
	for (const CandidateMerge &merge : candidates.merges)
	{
		merged_of[merge.first].push_back(merge.merged);
		merged_of[merge.second].push_back(merge.merged);
	}
	for (CandidateSet &relevant : candidates.relevant)
	{
		std::set<CandidateId> all(relevant.begin(), relevant.end());

		for (CandidateId id : relevant)
		{
			auto merged = merged_of.find(id);

			if (merged != merged_of.end())
				all.insert(merged->second.begin(), merged->second.end());
		}
		relevant.assign(all.begin(), all.end());
	}
}

} // namespace steward
