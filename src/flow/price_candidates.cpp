/*-------------------------------------------------------------------------
 *
 * price_candidates.cpp
 *	  What the candidates take, and what each statement of the workload is worth.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "flow/price_candidates.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "core/index/describe_expressions.h"
#include "core/index/estimate_size.h"
#include "pg/catalog.h"
#include "pg/hypopg.h"
#include "pg/sample_rows.h"
#include "pg/session.h"
#include "pg/settings.h"

namespace steward
{

namespace
{

constexpr double kPageSize = 8192;
constexpr double kMegabyte = 1024.0 * 1024.0;
constexpr double kSmallestBudget = 256 * kMegabyte;
constexpr double kBudgetShare = 0.20;

/* For all that is read of tables at a time; what is left over is sized by its statistics. */
constexpr double kSamplingSeconds = 20;

/* A partition with this share of another's rows has an index of so much smaller a size, and the same height. */
constexpr double kAboutOneSize = 0.8;

/*
 * An index must remove at least this share of the objective.  Measured time
 * is what people pay for, and each index has its price in writes; planner
 * cost is asked for by those who compare.
 */
constexpr double kMinGainByTime = 0.001;
constexpr double kMinGainByCost = 0.0005;

/* The part of each statement's cost now that is its own, and not that of the foreign keys it sets off. */
std::map<size_t, double>
OwnParts(const Tuning &tuning, const PricedWorkload &priced, CostOracle &oracle)
{
	std::map<size_t, double> own;
	std::map<size_t, double> all;

	for (size_t i = 0; i < priced.positions.size(); i++)
	{
		const PlannedVariant &planned = tuning.variants[priced.positions[i]];
		double cost = oracle.PriceStatement(i, {}).cost * TimesOf(planned);

		all[planned.statement] += cost;
		if (planned.foreign_key.empty())
			own[planned.statement] += cost;
	}
	for (auto &[statement, cost] : own)
		cost = all[statement] > 0 ? cost / all[statement] : 1;
	for (const auto &[statement, cost] : all)
		own.emplace(statement, 0);
	return own;
}

/* What the sizes of the candidates depend on. */
pg::SampleRequest
WhatToSample(const Candidates &candidates)
{
	pg::SampleRequest request;

	for (const IndexDefinition &index : candidates.indexes)
	{
		std::set<ColumnNumber> &numbers = request[index.relation];

		for (const IndexKey &key : index.keys)
			numbers.insert(key.column);
		numbers.insert(index.included.begin(), index.included.end());
		if (index.predicate != 0)
			numbers.insert(index.predicate);
	}
	return request;
}

SizeModel
ModelInForce()
{
	if (pg::settings::what_if_sizes != static_cast<int>(pg::WhatIfSizes::kHypopg))
		return SizeModel::kSteward;
	return pg::HypopgCountsHeaderOnce() ? SizeModel::kHypopg142 : SizeModel::kHypopg;
}

/*
 * The table as each of its parts that hold rows is to be sized: itself, or its
 * partitions.  Of partitions of about one size one is sized, and the others are
 * so much smaller as they have fewer rows: there may be thousands.
 */
class Parts
{
public:
	explicit Parts(const Relation &relation) : relation_(relation)
	{
		for (const Partition &partition : relation.partitions)
		{
			if (!partition.partitioned)
				partitions_.push_back(&partition);
		}
		std::stable_sort(partitions_.begin(), partitions_.end(),
						 [](const Partition *a, const Partition *b) { return a->tuples > b->tuples; });
		if (relation.partitioned)
			part_ = relation;
	}

	std::vector<pg::Placement> Place(const IndexDefinition &index, SizeModel model)
	{
		std::vector<pg::Placement> placements;
		const Partition *sized = nullptr;
		IndexSize size;

		if (!relation_.partitioned)
		{
			size = EstimateIndexSize(relation_, index, model);
			return {{relation_.oid, size.pages, size.tuples, size.height}};
		}
		for (const Partition *partition : partitions_)
		{
			double share = sized == nullptr ? 0 : partition->tuples / std::max(1.0, sized->tuples);

			if (share < kAboutOneSize)
			{
				pg::CheckForInterrupts();
				part_.tuples = partition->tuples;
				part_.pages = partition->pages;
				size = EstimateIndexSize(part_, index, model);
				sized = partition;
				share = 1;
			}
			placements.push_back(
				{partition->oid, std::ceil(size.pages * share), size.tuples * share, size.height});
		}
		return placements;
	}

private:
	const Relation &relation_;
	std::vector<const Partition *> partitions_; /* that hold rows, largest first */
	Relation part_;
};

} // namespace

double
BudgetOf(const IndexRequest &request, pg::Spi &spi)
{
	if (request.storage_budget)
		return *request.storage_budget;
	if (pg::settings::index_storage_budget_mb >= 0)
		return pg::settings::index_storage_budget_mb * kMegabyte;
	return std::max(kSmallestBudget, kBudgetShare * pg::DatabaseSize(spi));
}

PricedWorkload
SelectPriced(const Tuning &tuning)
{
	PricedWorkload priced;
	std::map<std::pair<std::string, ColumnNumber>, int> kinds;

	for (size_t i = 0; i < tuning.variants.size(); i++)
	{
		if (tuning.candidates.relevant[i].empty())
			continue;
		priced.positions.push_back(i);
		priced.queries.push_back(tuning.variants[i].variant.query.get());
		priced.problem.relevant.push_back(tuning.candidates.relevant[i]);
	}
	priced.problem.sizes = tuning.sizes;
	priced.problem.stand_ins = tuning.candidates.stand_ins;
	for (const IndexDefinition &index : tuning.candidates.indexes)
	{
		std::pair<std::string, ColumnNumber> kind = {index.method, index.predicate};

		priced.problem.kinds.push_back(kinds.emplace(kind, static_cast<int>(kinds.size())).first->second);
	}
	return priced;
}

/*
 * What one unit of planner cost of each variant is worth.  By time: its share
 * of the measured time is shared out over its cost now, so that what it saves
 * is the same share of both.  What foreign keys take of a statement's time is
 * reckoned by cost.
 */
void
Weigh(const Tuning &tuning, PricedWorkload &priced, CostOracle &oracle)
{
	bool by_time = tuning.request.objective == Objective::kTime && !tuning.request.queries;
	double share = 0;
	std::map<size_t, double> own = OwnParts(tuning, priced, oracle);
	std::map<size_t, double> checks; /* cost of the foreign keys that each statement sets off */

	for (size_t i = 0; i < priced.positions.size(); i++)
	{
		const PlannedVariant &planned = tuning.variants[priced.positions[i]];

		if (!planned.foreign_key.empty())
			checks[planned.statement] += oracle.PriceStatement(i, {}).cost * planned.times;
	}
	priced.problem.min_gain = by_time ? kMinGainByTime : kMinGainByCost;
	for (size_t i = 0; i < priced.positions.size(); i++)
	{
		const PlannedVariant &planned = tuning.variants[priced.positions[i]];
		const AdvisedStatement &advised = tuning.advice.statements[planned.statement];
		double cost = oracle.PriceStatement(i, {}).cost;
		/* Of the statement's time. */
		double part = planned.foreign_key.empty()
						  ? own[planned.statement] * planned.variant.share
						  : (1 - own[planned.statement]) * cost * planned.times / checks[planned.statement];

		if (cost <= 0)
			priced.problem.weights.push_back(0);
		else
			priced.problem.weights.push_back(by_time ? advised.statement.counters.total_ms * part / cost
													 : TimesOf(planned));
		if (cost > 0)
			share += advised.share * part;
	}
	if (by_time)
		priced.share = share;
}

std::vector<pg::HypotheticalIndex>
SizeCandidates(Tuning &tuning)
{
	SizeModel model = ModelInForce();
	std::vector<pg::HypotheticalIndex> indexes;
	std::map<ObjectId, Parts> parts;

	pg::SampleRequest wanted = WhatToSample(tuning.candidates);
	double end = pg::SecondsSinceEpoch() + kSamplingSeconds;

	if (model == SizeModel::kSteward)
		pg::SampleRows(tuning.advice.catalog, tuning.elements, wanted, end);
	for (auto &[oid, relation] : tuning.advice.catalog)
		DescribeExpressions(relation);
	tuning.statistics.Read(tuning.advice.catalog, tuning.elements, wanted, end);
	for (const IndexDefinition &index : tuning.candidates.indexes)
	{
		auto part = parts.try_emplace(index.relation, tuning.advice.catalog.at(index.relation)).first;
		std::vector<pg::Placement> placements = part->second.Place(index, model);
		double pages = 0;
		int height = -1;

		for (const pg::Placement &placement : placements)
		{
			pages += placement.pages;
			height = std::max(height, placement.height);
		}
		tuning.sizes.push_back(pages * kPageSize);
		tuning.heights.push_back(height);
		indexes.push_back({index, std::move(placements), model != SizeModel::kSteward});
	}
	return indexes;
}

} // namespace steward
