/*-------------------------------------------------------------------------
 *
 * advise_drops.cpp
 *	  Indexes that are there and can go, because others do what they do.
 *
 * An exact duplicate costs writes and space and serves nobody.  Of an index
 * that another one covers the planner is asked whether a statement of the
 * workload would be dearer without it: the other one has more pages to read.
 * Who brings queries, or sees his own only, does not know that there are no
 * others, so that for him nothing that is covered goes.
 *
 * Server.  Reads only.
 *
 *-------------------------------------------------------------------------
 */
#include "flow/advise_drops.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "core/index/find_duplicates.h"
#include "core/index/price_writes.h"
#include "pg/ddl.h"
#include "pg/session.h"

namespace steward
{

namespace
{

/* A statement that becomes dearer by less is as well off. */
constexpr double kAsWellOff = 1.1;

/* Whether the statements that are known are all there are. */
bool
KnowsWorkload(const Tuning &tuning)
{
	return !tuning.request.queries && pg::MayReadAllStatistics();
}

/* Asks whether the statements on a table would miss indexes that others cover, with some indexes that are not there yet. */
class DropCheck
{
public:
	DropCheck(const Tuning &tuning, ObjectId table, const std::vector<pg::HypotheticalIndex> &added)
		: statements_(StatementsOn(tuning, table)),
		  what_if_(statements_, added, tuning.elements, added.empty() ? nullptr : &tuning.statistics)
	{
		for (size_t i = 0; i < added.size(); i++)
			added_.push_back(static_cast<CandidateId>(i));
		for (size_t i = 0; i < statements_.size(); i++)
			costs_.push_back(what_if_.PriceStatement(i, added_).cost);
	}

	/* Whether nobody would, those that may go already being gone; of a statement that cannot be planned nobody knows. */
	bool MayGo(ObjectId index)
	{
		std::vector<Oid> without = gone_;

		without.push_back(index);
		for (size_t i = 0; i < statements_.size(); i++)
		{
			if (what_if_.PriceWithout(i, added_, without) > costs_[i] * kAsWellOff ||
				!what_if_.failures().empty())
				return false;
		}
		gone_ = std::move(without);
		return true;
	}

private:
	static std::vector<pg::AnalyzedQuery *> StatementsOn(const Tuning &tuning, ObjectId table)
	{
		std::vector<pg::AnalyzedQuery *> statements;

		for (const PlannedVariant &planned : tuning.variants)
		{
			const std::vector<ObjectId> &relations = planned.variant.query->relations();

			if (planned.variant.share > 0 &&
				std::find(relations.begin(), relations.end(), table) != relations.end())
				statements.push_back(planned.variant.query.get());
		}
		return statements;
	}

	std::vector<pg::AnalyzedQuery *> statements_;
	pg::WhatIf what_if_;
	CandidateSet added_;
	std::vector<double> costs_;
	std::vector<Oid> gone_;
};

/* Entries that are written for an index that is there, each hour. */
double
EntriesFor(const Relation &relation, const ExistingIndex &existing, const std::vector<ColumnWrite> &writes)
{
	IndexDefinition index;

	index.relation = relation.oid;
	index.method = existing.method;
	index.keys = existing.keys;
	index.included = existing.included;
	index.predicate = existing.predicate;
	return PriceWrites(relation, index, -1, writes).entries_per_hour;
}

/* Those that the check lets go, and what is won by that. */
void
Replace(const Relation &relation, const std::vector<ColumnWrite> &writes, DropCheck &check,
		std::set<ObjectId> &replaced, RecommendedIndex &recommended)
{
	std::vector<std::string> names;
	double bytes = 0;
	double entries = 0;

	for (const ExistingIndex &existing : recommended.superfluous)
	{
		if (replaced.count(existing.oid) > 0 || !existing.rebuildable || !check.MayGo(existing.oid))
			continue;
		replaced.insert(existing.oid);
		recommended.replaced.push_back(existing);
		names.push_back(existing.name);
		bytes += existing.size_bytes;
		entries += EntriesFor(relation, existing, writes);
	}
	if (!names.empty())
		recommended.reason += "; once it is there, " + Join(names, ", ") + " can go, which takes back " +
							  FormatBytes(bytes) + " and about " + FormatNumber(entries, 0) +
							  " entries to write each hour, and no analysed statement would be "
							  "dearer by a tenth";
}

void
AdviseDrop(Tuning &tuning, ObjectId table, const DuplicateIndex &duplicate, const std::string &reason)
{
	RecommendedIndex recommended;

	recommended.drop = true;
	recommended.existing = duplicate.index;
	recommended.covered_by = duplicate.twin.name;
	recommended.relation = table;
	recommended.target = duplicate.index.name;
	recommended.ddl = pg::DropIndexStatement(duplicate.index.name, duplicate.index.definition);
	recommended.ddl_steps = {recommended.ddl};
	recommended.undo_ddl = duplicate.index.definition;
	recommended.canonical = "drop_index " + duplicate.index.name;
	recommended.size_bytes = duplicate.index.size_bytes;
	recommended.confirmed_by = "catalog";
	recommended.reason = reason;
	tuning.advice.recommendations.push_back(std::move(recommended));
}

} // namespace

void
AdviseReplacements(Tuning &tuning, const Selection &selection,
				   const std::vector<pg::HypotheticalIndex> &indexes)
{
	std::map<ObjectId, std::vector<pg::HypotheticalIndex>> added; /* where there is something to replace */
	std::map<ObjectId, std::unique_ptr<DropCheck>> checks;
	std::set<ObjectId> replaced;
	std::vector<ColumnWrite> writes;

	if (!KnowsWorkload(tuning))
		return;
	for (size_t i = 0; i < selection.indexes.size(); i++)
	{
		const RecommendedIndex &recommended = tuning.advice.recommendations[i];

		if (!recommended.confirmed_by.empty())
			added[recommended.relation].push_back(
				indexes[static_cast<size_t>(selection.indexes[i].candidate)]);
	}
	for (const PlannedVariant &planned : tuning.variants)
		writes.insert(writes.end(), planned.shape.writes.begin(), planned.shape.writes.end());
	for (size_t i = 0; i < selection.indexes.size(); i++)
	{
		RecommendedIndex &recommended = tuning.advice.recommendations[i];

		if (recommended.confirmed_by.empty() || recommended.superfluous.empty())
			continue;

		std::unique_ptr<DropCheck> &check = checks[recommended.relation];

		if (check == nullptr)
			check = std::make_unique<DropCheck>(tuning, recommended.relation, added[recommended.relation]);
		Replace(tuning.advice.catalog.at(recommended.relation), writes, *check, replaced, recommended);
	}
}

void
AdviseDrops(Tuning &tuning)
{
	for (const auto &[oid, relation] : tuning.advice.catalog)
	{
		std::set<ObjectId> duplicates;

		if (!relation.unfit.empty())
			continue;
		for (const DuplicateIndex &duplicate : FindDuplicates(relation))
		{
			AdviseDrop(tuning, oid, duplicate, "an exact duplicate of " + duplicate.twin.name);
			duplicates.insert(duplicate.index.oid);
		}
		if (!KnowsWorkload(tuning))
			continue;

		std::vector<DuplicateIndex> covered = FindCovered(relation);

		std::erase_if(covered,
					  [&](const DuplicateIndex &one) { return duplicates.count(one.index.oid) > 0; });
		if (covered.empty())
			continue;

		DropCheck check(tuning, oid, {});

		for (const DuplicateIndex &one : covered)
		{
			if (check.MayGo(one.index.oid))
				AdviseDrop(tuning, oid, one,
						   "covered by " + one.twin.name +
							   ", which begins with the same columns; no analysed statement would be "
							   "dearer by a tenth without it");
		}
	}
}

} // namespace steward
