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
#include <iterator>
#include <map>
#include <set>

#include "core/index/describe_expressions.h"
#include "core/index/estimate_size.h"
#include "core/index/price_writes.h"
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

/* Bytes of values that a btree's entry can have, of 2704 with its header (nbtree.h). */
constexpr double kLongestEntry = 2690;

/* For all that is read of tables at a time; what is left over is sized by its statistics. */
constexpr double kSamplingSeconds = 20;

/* Of so many rows it is kept how many parts their values have. */
constexpr size_t kPartsKept = 1000;

/*
 * A partition with this share of another's rows, or just a few like that one,
 * has an index of so much smaller a size, and the same height.
 */
constexpr double kAboutOneSize = 0.8;
constexpr double kFewRows = 100;

/*
 * An index must remove at least this share of the objective.  Measured time
 * is what people pay for, and each index has its price in writes; planner
 * cost is asked for by those who compare.
 */
constexpr double kMinGainByTime = 0.001;
constexpr double kMinGainByCost = 0.0005;

/* The part of what each statement takes now that is its own, and not that of the foreign keys it sets off. */
std::map<size_t, double>
OwnParts(const Tuning &tuning, const PricedWorkload &priced, CostOracle &oracle)
{
	std::map<size_t, double> own;
	std::map<size_t, double> all;

	for (size_t i = 0; i < priced.positions.size(); i++)
	{
		const PlannedVariant &planned = tuning.variants[priced.positions[i]];
		double effort = oracle.PriceStatement(i, {}).Effort() * TimesOf(planned);

		all[planned.statement] += effort;
		if (planned.foreign_key.empty())
			own[planned.statement] += effort;
	}
	for (auto &[statement, effort] : own)
		effort = all[statement] > 0 ? effort / all[statement] : 1;
	for (const auto &[statement, effort] : all)
		own.emplace(statement, 0);
	return own;
}

/* What the statements of the workload write, by table. */
std::map<ObjectId, std::vector<WriteLoad>>
WriteLoads(const Tuning &tuning)
{
	std::map<ObjectId, std::vector<WriteLoad>> loads;
	std::set<size_t> done;

	for (const PlannedVariant &planned : tuning.variants)
	{
		const pg::AnalyzedQuery &query = *planned.variant.query;
		auto rows = static_cast<double>(tuning.advice.statements[planned.statement].statement.counters.rows);
		std::map<ObjectId, std::vector<ColumnNumber>> set;

		if (!planned.foreign_key.empty() || !done.insert(planned.statement).second)
			continue;
		for (ObjectId table : query.inserts())
			loads[table].push_back({rows, 0, {}});
		/* Of rows that ON CONFLICT updates instead nobody knows how many there are. */
		for (const ColumnWrite &write : query.writes())
			set[write.relation].push_back(write.column);
		for (auto &[table, columns] : set)
		{
			if (query.inserts().empty())
				loads[table].push_back({0, rows, std::move(columns)});
		}
	}
	for (const AdvisedStatement &advised : tuning.advice.statements)
	{
		for (ObjectId table : advised.copied_into)
			loads[table].push_back({static_cast<double>(advised.statement.counters.rows), 0, {}});
	}
	return loads;
}

/* Milliseconds that the workload's writes would take more with each candidate, a planner unit being worth what it is on average. */
std::vector<double>
UpkeepOf(const Tuning &tuning, const PricedWorkload &priced, CostOracle &oracle)
{
	std::map<ObjectId, std::vector<WriteLoad>> loads = WriteLoads(tuning);
	std::vector<double> upkeep;
	double milliseconds = 0;
	double units = 0;

	for (size_t i = 0; i < priced.positions.size(); i++)
	{
		const PlannedVariant &planned = tuning.variants[priced.positions[i]];
		Price price = oracle.PriceStatement(i, {});

		milliseconds += priced.problem.weights[i] * price.Effort();
		units += price.cost * TimesOf(planned) *
				 static_cast<double>(tuning.advice.statements[planned.statement].statement.counters.calls);
	}
	for (size_t id = 0; id < tuning.candidates.indexes.size(); id++)
	{
		const IndexDefinition &index = tuning.candidates.indexes[id];
		double price = PriceUpkeep(tuning.advice.catalog.at(index.relation), index, tuning.heights[id],
								   loads[index.relation]);

		upkeep.push_back(units > 0 ? price * milliseconds / units : 0);
	}
	return upkeep;
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

/* Whether each row that was looked at has an entry that a btree takes; of a part that was not, it is taken to. */
bool
FitsIntoPage(const Relation &relation, const IndexDefinition &index)
{
	std::vector<double> widths(relation.sample.rows, 0);
	double largest = 0;
	auto bound = [&](ColumnNumber number)
	{
		double width = relation.columns.at(number).largest_width;

		largest += width > 0 ? width : kLongestEntry + 1;
	};
	auto add = [&](ColumnNumber number)
	{
		auto column = relation.sample.columns.find(number);

		for (size_t row = 0; column != relation.sample.columns.end() && row < widths.size(); row++)
			widths[row] += std::max(0, column->second.widths[row]);
	};

	for (const IndexKey &key : index.keys)
		bound(key.column);
	for (ColumnNumber number : index.included)
		bound(number);
	if (largest <= kLongestEntry)
		return true;
	for (const IndexKey &key : index.keys)
		add(key.column);
	for (ColumnNumber number : index.included)
		add(number);
	return std::none_of(widths.begin(), widths.end(), [](double width) { return width > kLongestEntry; });
}

/* Whether the index can be built, as far as the rows say that were looked at: each of its values can be made, and fits. */
bool
IsProven(const Relation &relation, const IndexDefinition &index)
{
	if (index.method == "btree" && !FitsIntoPage(relation, index))
		return false;
	return std::all_of(index.keys.begin(), index.keys.end(),
					   [&](const IndexKey &key) {
						   return !relation.columns.at(key.column).may_fail ||
								  relation.sample.columns.count(key.column) > 0;
					   });
}

/* An index that could not be built, as far as is known, or only by luck, is none that any statement could use. */
void
LeaveOutUnproven(Tuning &tuning, const std::vector<bool> &proven)
{
	for (CandidateSet &relevant : tuning.candidates.relevant)
	{
		auto unproven =
			std::stable_partition(relevant.begin(), relevant.end(),
								  [&](CandidateId id) { return proven[static_cast<size_t>(id)]; });

		tuning.unproven.emplace_back(unproven, relevant.end());
		relevant.erase(unproven, relevant.end());
	}
}

/* What is needed no more once the candidates have their sizes; of hundreds of tables it would take hundreds of megabytes. */
void
ForgetRows(RowSample &sample)
{
	RowSample kept;

	for (auto &[number, column] : sample.columns)
	{
		/* How many a value has on average is asked for when writes are priced. */
		size_t rows = std::min(column.parts.size(), kPartsKept);
		auto parts = std::make_move_iterator(column.parts.begin());

		kept.columns[number].parts.assign(parts, parts + static_cast<ptrdiff_t>(rows));
	}
	sample = std::move(kept);
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
		std::vector<const Partition *> partitions; /* that hold rows */
		pg::Places places;

		for (const Partition &partition : relation.partitions)
		{
			if (!partition.partitioned)
				partitions.push_back(&partition);
		}
		std::stable_sort(partitions.begin(), partitions.end(),
						 [](const Partition *a, const Partition *b) { return a->tuples > b->tuples; });
		for (const Partition *partition : partitions)
		{
			if (sized_.empty() || (partition->tuples < kAboutOneSize * sized_.back().tuples &&
								   sized_.back().tuples >= kFewRows))
				sized_.push_back({partition->pages, partition->tuples});
			places.push_back({partition->oid, sized_.size() - 1,
							  std::min(1.0, partition->tuples / std::max(1.0, sized_.back().tuples))});
		}
		if (relation.partitioned)
			part_ = relation;
		else
		{
			sized_.push_back({relation.pages, relation.tuples});
			places.push_back({relation.oid, 0, 1});
		}
		std::sort(places.begin(), places.end(),
				  [](const pg::Place &a, const pg::Place &b) { return a.relation < b.relation; });
		places_ = std::make_shared<const pg::Places>(std::move(places));
	}

	pg::HypotheticalIndex Place(const IndexDefinition &index, SizeModel model)
	{
		pg::HypotheticalIndex placed = {index, places_, {}, model != SizeModel::kSteward};

		for (const Extent &extent : sized_)
		{
			pg::CheckForInterrupts();
			part_.pages = extent.pages;
			part_.tuples = extent.tuples;

			IndexSize size = EstimateIndexSize(relation_.partitioned ? part_ : relation_, index, model);

			placed.sizes.push_back({size.pages, size.tuples, size.height});
		}
		return placed;
	}

private:
	struct Extent
	{
		double pages;
		double tuples;
	};

	std::shared_ptr<const pg::Places> places_;
	std::vector<Extent> sized_; /* as places_ has them */
	const Relation &relation_;
	Relation part_; /* a partition, as it is sized just now */
};

/* Of all places together. */
double
PagesOf(const pg::HypotheticalIndex &index)
{
	double pages = 0;

	for (const pg::Place &place : *index.places)
		pages += std::ceil(index.sizes[place.size].pages * place.share);
	return pages;
}

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
	priced.problem.merges = tuning.candidates.merges;
	for (const IndexDefinition &index : tuning.candidates.indexes)
	{
		std::pair<std::string, ColumnNumber> kind = {index.method, index.predicate};

		priced.problem.kinds.push_back(kinds.emplace(kind, static_cast<int>(kinds.size())).first->second);
	}
	return priced;
}

/*
 * What a unit of each variant's effort is worth.  By time: its share of the
 * measured time is shared out over its effort now, so that what it saves is the
 * same share of both.  What foreign keys take of a statement's time is reckoned
 * by effort.
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
			checks[planned.statement] += oracle.PriceStatement(i, {}).Effort() * planned.times;
	}
	priced.problem.min_gain = by_time ? kMinGainByTime : kMinGainByCost;
	for (size_t i = 0; i < priced.positions.size(); i++)
	{
		const PlannedVariant &planned = tuning.variants[priced.positions[i]];
		const AdvisedStatement &advised = tuning.advice.statements[planned.statement];
		double effort = oracle.PriceStatement(i, {}).Effort();
		/* Of the statement's time. */
		double part = planned.foreign_key.empty()
						  ? own[planned.statement] * planned.variant.share
						  : (1 - own[planned.statement]) * effort * planned.times / checks[planned.statement];

		if (effort <= 0)
			priced.problem.weights.push_back(0);
		else
			priced.problem.weights.push_back(by_time ? advised.statement.counters.total_ms * part / effort
													 : TimesOf(planned));
		if (effort > 0)
			share += advised.share * part;
	}
	if (by_time)
		priced.problem.upkeep = UpkeepOf(tuning, priced, oracle);
	/* The share that an index must remove is one of all measured time, these statements' and the others'. */
	if (by_time)
	{
		priced.share = share;
		priced.problem.min_gain /= std::max(share, priced.problem.min_gain);
	}
}

/* One table after the other, since what is read of each takes memory. */
std::vector<pg::HypotheticalIndex>
SizeCandidates(Tuning &tuning)
{
	const std::vector<IndexDefinition> &candidates = tuning.candidates.indexes;
	SizeModel model = ModelInForce();
	std::vector<pg::HypotheticalIndex> indexes(candidates.size());
	std::vector<bool> proven(candidates.size(), false);
	std::map<ObjectId, CandidateSet> of_table;
	double seconds = kSamplingSeconds; /* that are left for reading */

	tuning.sizes.resize(candidates.size());
	tuning.heights.resize(candidates.size());
	for (size_t id = 0; id < candidates.size(); id++)
		of_table[candidates[id].relation].push_back(static_cast<CandidateId>(id));
	for (const auto &[oid, numbers] : WhatToSample(tuning.candidates))
	{
		Relation &relation = tuning.advice.catalog.at(oid);
		const pg::SampleRequest wanted = {{oid, numbers}};
		double begin = pg::SecondsSinceEpoch();

		if (model == SizeModel::kSteward)
			pg::SampleRows(tuning.advice.catalog, tuning.elements, wanted, begin + seconds);
		for (CandidateId id : of_table[oid])
			proven[static_cast<size_t>(id)] = IsProven(relation, candidates[static_cast<size_t>(id)]);
		DescribeExpressions(relation);
		/* hypopg has none of these. */
		if (model == SizeModel::kSteward)
			tuning.statistics.Read(tuning.advice.catalog, tuning.elements, wanted, begin + seconds);
		seconds -= pg::SecondsSinceEpoch() - begin;

		Parts parts(relation);

		for (CandidateId candidate : of_table[oid])
		{
			auto id = static_cast<size_t>(candidate);

			indexes[id] = parts.Place(candidates[id], model);

			const pg::HypotheticalIndex &placed = indexes[id];
			auto highest = std::max_element(placed.sizes.begin(), placed.sizes.end(),
											[](const pg::PlacedSize &a, const pg::PlacedSize &b)
											{ return a.height < b.height; });

			tuning.sizes[id] = PagesOf(placed) * kPageSize;
			tuning.heights[id] = highest == placed.sizes.end() ? -1 : highest->height;
		}
		ForgetRows(relation.sample);
	}
	LeaveOutUnproven(tuning, proven);
	return indexes;
}

} // namespace steward
