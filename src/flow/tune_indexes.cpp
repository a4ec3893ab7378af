/*-------------------------------------------------------------------------
 *
 * tune_indexes.cpp
 *	  The spine of index advice: workload in, recommendations out.
 *
 *	  workload -> analysed statements -> shapes -> candidates -> what-if
 *	  prices -> selection -> hypopg's second opinion -> recommendations
 *
 * Server.  Reads only.
 *
 *-------------------------------------------------------------------------
 */
#include "flow/tune_indexes.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <set>

#include "base/text.h"
#include "core/index/estimate_size.h"
#include "core/index/explain_order.h"
#include "core/index/find_duplicates.h"
#include "core/index/name_index.h"
#include "core/index/propose_candidates.h"
#include "core/index/remember_prices.h"
#include "core/index/select_indexes.h"
#include "core/report/explain_silence.h"
#include "flow/describe_workload.h"
#include "pg/catalog.h"
#include "pg/ddl.h"
#include "pg/hypopg.h"
#include "pg/index_elements.h"
#include "pg/session.h"
#include "pg/settings.h"
#include "pg/what_if.h"

namespace steward
{

namespace
{

constexpr double kPageSize = 8192;
constexpr double kMegabyte = 1024.0 * 1024.0;
constexpr double kSmallestBudget = 256 * kMegabyte;
constexpr double kBudgetShare = 0.20;

/* A recommendation is tried in hypopg with this many of the statements it serves, best first. */
constexpr size_t kOpinions = 3;

/* Of a partitioned table so many partitions get a hypothetical index there. */
constexpr size_t kMostHypothetical = 32;

/*
 * An index must remove at least this share of the objective.  Measured time
 * is what people pay for, and each index has its price in writes; planner
 * cost is asked for by those who compare.
 */
constexpr double kMinGainByTime = 0.001;
constexpr double kMinGainByCost = 0.0005;

/* A statement seen for less time than this counts as seen so long, lest a rate explode. */
constexpr double kShortestWindow = 60;


/* What the stages hand to each other. */
struct Tuning
{
	explicit Tuning(const IndexRequest &asked) : request(asked) {}

	const IndexRequest &request;
	IndexAdvice advice;
	pg::IndexElements elements;
	std::vector<PlannedVariant> variants; /* in the order of their statements */
	Candidates candidates;                /* relevant to which variant */
	std::vector<double> sizes;            /* one for each candidate, bytes */
};

std::vector<QueryShape>
ShapesOf(const Tuning &tuning)
{
	std::vector<QueryShape> shapes;

	for (const PlannedVariant &planned : tuning.variants)
		shapes.push_back(planned.shape);
	return shapes;
}

double
BudgetOf(const IndexRequest &request, pg::Spi &spi)
{
	if (request.storage_budget)
		return *request.storage_budget;
	if (pg::settings::index_storage_budget_mb >= 0)
		return pg::settings::index_storage_budget_mb * kMegabyte;
	return std::max(kSmallestBudget, kBudgetShare * pg::DatabaseSize(spi));
}

/* The variants that have candidates at all: the others need no price. */
struct PricedWorkload
{
	std::vector<size_t> positions; /* among the variants */
	std::vector<pg::AnalyzedQuery *> queries;
	SelectionProblem problem;
	double share = 1; /* of the workload's objective that they are, as far as that is known */
};

PricedWorkload
SelectPriced(const Tuning &tuning)
{
	PricedWorkload priced;

	for (size_t i = 0; i < tuning.variants.size(); i++)
	{
		if (tuning.candidates.relevant[i].empty())
			continue;
		priced.positions.push_back(i);
		priced.queries.push_back(tuning.variants[i].variant.query.get());
		priced.problem.relevant.push_back(tuning.candidates.relevant[i]);
	}
	priced.problem.sizes = tuning.sizes;
	return priced;
}

/* How often a variant runs for each execution of its statement. */
double
TimesOf(const PlannedVariant &planned)
{
	return planned.variant.share * planned.times;
}

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

/* Where the index lies and how large it is there. */
std::vector<pg::Placement>
PlaceIndex(const Relation &relation, const IndexDefinition &index, SizeModel model)
{
	std::vector<pg::Placement> placements;

	auto place = [&](ObjectId oid, const Relation &on)
	{
		IndexSize size = EstimateIndexSize(on, index, model);

		placements.push_back({oid, size.pages, size.tuples, size.height});
	};

	if (!relation.partitioned)
		place(relation.oid, relation);
	else
	{
		Relation part = relation;

		for (const Partition &partition : relation.partitions)
		{
			if (partition.partitioned)
				continue;
			part.tuples = partition.tuples;
			part.pages = partition.pages;
			place(partition.oid, part);
		}
	}
	return placements;
}

std::vector<pg::HypotheticalIndex>
SizeCandidates(Tuning &tuning)
{
	bool as_hypopg = pg::settings::what_if_sizes == static_cast<int>(pg::WhatIfSizes::kHypopg);
	SizeModel model = !as_hypopg                     ? SizeModel::kSteward
					  : pg::HypopgCountsHeaderOnce() ? SizeModel::kHypopg142
													 : SizeModel::kHypopg;
	std::vector<pg::HypotheticalIndex> indexes;

	for (const IndexDefinition &index : tuning.candidates.indexes)
	{
		std::vector<pg::Placement> placements =
			PlaceIndex(tuning.advice.catalog.at(index.relation), index, model);
		double pages = 0;

		for (const pg::Placement &placement : placements)
			pages += placement.pages;
		tuning.sizes.push_back(pages * kPageSize);
		indexes.push_back({index, std::move(placements), as_hypopg});
	}
	return indexes;
}

/* What the index saves each hour, from the measured times of the statements it serves. */
std::optional<double>
SavesPerHour(const Tuning &tuning, const std::vector<StatementGain> &gains)
{
	double saves = 0;
	double now = pg::SecondsSinceEpoch();

	if (tuning.request.queries)
		return std::nullopt;
	for (const StatementGain &gain : gains)
	{
		const Statement &statement = tuning.advice.statements[gain.statement].statement;
		double seconds = std::max(kShortestWindow, now - statement.since);

		if (gain.cost_before > 0)
			saves += statement.counters.total_ms * gain.share * (1 - gain.cost_after / gain.cost_before) *
					 3600 / seconds;
	}
	return saves;
}

std::string
ReasonFor(const RecommendedIndex &recommended)
{
	std::string text = "serves " + Count(recommended.gains.size(), "statement") +
					   ", takes their planner cost from " + FormatNumber(recommended.cost_before, 0) +
					   " to " + FormatNumber(recommended.cost_after, 0);

	return text + ", " + FormatPercent(recommended.benefit) + " of the workload";
}

/* The statement's gain, a new one where there is none yet. */
StatementGain &
GainOf(std::vector<StatementGain> &gains, size_t statement)
{
	auto known = std::find_if(gains.begin(), gains.end(),
							  [&](const StatementGain &gain) { return gain.statement == statement; });

	if (known != gains.end())
		return *known;
	gains.push_back({statement, 0, 0, 0});
	return gains.back();
}

RecommendedIndex
Recommend(const Tuning &tuning, const PricedWorkload &priced, const ChosenIndex &chosen)
{
	auto id = static_cast<size_t>(chosen.candidate);
	const IndexDefinition &index = tuning.candidates.indexes[id];
	const Relation &relation = tuning.advice.catalog.at(index.relation);
	std::vector<const QueryShape *> served;
	std::set<std::string> foreign_keys;
	RecommendedIndex recommended;

	recommended.index = index;
	recommended.relation = index.relation;
	recommended.size_bytes = tuning.sizes[id];
	recommended.benefit = chosen.benefit * priced.share;
	for (const ServedStatement &one : chosen.served)
	{
		const PlannedVariant &planned = tuning.variants[priced.positions[one.statement]];
		StatementGain &gain = GainOf(recommended.gains, planned.statement);

		gain.share = std::min(1.0, gain.share + planned.variant.share);
		gain.cost_before += one.cost_before * TimesOf(planned);
		gain.cost_after += one.cost_after * TimesOf(planned);
		recommended.cost_before += one.cost_before * TimesOf(planned);
		recommended.cost_after += one.cost_after * TimesOf(planned);
		served.push_back(&planned.shape);
		if (!planned.foreign_key.empty())
			foreign_keys.insert(planned.foreign_key);
	}
	for (StatementGain &gain : recommended.gains)
	{
		gain.cost_before /= gain.share;
		gain.cost_after /= gain.share;
	}
	recommended.saves_ms_per_hour = SavesPerHour(tuning, recommended.gains);
	recommended.order = ExplainOrder(index, relation, served);
	recommended.canonical = "create_index " + relation.quoted + " " + pg::IndexText(relation, index);
	recommended.reason = ReasonFor(recommended);
	if (!foreign_keys.empty())
		recommended.reason += "; foreign key " + Join({foreign_keys.begin(), foreign_keys.end()}, ", ") +
							  " looks here for rows that refer to those that go or change";
	return recommended;
}

/* The names of relations by schema: those that are there, and those that were given. */
class Names
{
public:
	explicit Names(pg::Spi &spi) : spi_(spi) {}

	std::string Give(const Relation &relation, const IndexDefinition &index)
	{
		if (taken_.count(relation.schema) == 0)
			taken_[relation.schema] = pg::NamesInSchema(spi_, relation.schema);

		std::set<std::string> &names = taken_[relation.schema];
		std::string name = NameIndex(relation, index, names);

		names.insert(name);
		return name;
	}

private:
	pg::Spi &spi_;
	std::map<std::string, std::set<std::string>> taken_;
};

/*
 * A partitioned table's index cannot be built concurrently: it is made empty,
 * those of the partitions are built one by one, and attached from below.
 */
std::vector<std::string>
StepsFor(const Relation &relation, const RecommendedIndex &recommended, Names &names)
{
	std::map<ObjectId, std::string> indexes = {{relation.oid, recommended.target}};
	std::vector<std::string> steps = {
		pg::CreateIndexStatement(relation, recommended.index, recommended.name, pg::Building::kOnly)};
	std::vector<std::string> attachments;
	Relation as_partition = relation;

	for (const Partition &partition : relation.partitions)
	{
		as_partition.name = partition.name;
		as_partition.schema = partition.schema;

		std::string name = names.Give(as_partition, recommended.index);
		std::string target = pg::QualifiedName(partition.schema, name);

		indexes[partition.oid] = target;
		steps.push_back(pg::CreatePartitionIndexStatement(
			relation, partition, recommended.index, name,
			partition.partitioned ? pg::Building::kOnly : pg::Building::kConcurrently));
		attachments.push_back(pg::AttachIndexStatement(indexes[partition.parent], target));
	}
	steps.insert(steps.end(), attachments.rbegin(), attachments.rend());
	return steps;
}

void
GiveName(RecommendedIndex &recommended, const Relation &relation, Names &names)
{
	recommended.name = names.Give(relation, recommended.index);
	recommended.target = pg::QualifiedName(relation.schema, recommended.name);
	recommended.ddl =
		pg::CreateIndexStatement(relation, recommended.index, recommended.name,
								 relation.partitioned ? pg::Building::kPlain : pg::Building::kConcurrently);
	recommended.ddl_steps = {recommended.ddl};
	if (relation.partitioned)
		recommended.ddl_steps = StepsFor(relation, recommended, names);
	recommended.undo_ddl = relation.partitioned ? "DROP INDEX " + recommended.target
												: pg::DropIndexStatement(recommended.target);
}

/* What hypopg is to create for the index: one for each partition, of the largest of them. */
std::vector<std::string>
HypotheticalStatements(const Relation &relation, const IndexDefinition &index)
{
	std::vector<const Partition *> largest;
	std::vector<std::string> statements;

	if (!pg::HypopgKnows(index.method))
		return statements;
	if (!relation.partitioned)
		return {pg::CreateIndexStatement(relation, index, "", pg::Building::kHypothetical)};
	for (const Partition &partition : relation.partitions)
	{
		if (!partition.partitioned)
			largest.push_back(&partition);
	}
	std::stable_sort(largest.begin(), largest.end(),
					 [](const Partition *a, const Partition *b) { return a->tuples > b->tuples; });
	if (largest.size() > kMostHypothetical)
		largest.resize(kMostHypothetical);
	for (const Partition *partition : largest)
		statements.push_back(
			pg::CreatePartitionIndexStatement(relation, *partition, index, "", pg::Building::kHypothetical));
	return statements;
}

void
Append(std::vector<std::string> &to, const std::vector<std::string> &more)
{
	to.insert(to.end(), more.begin(), more.end());
}

/* Those without which it gains nothing stand beside it, in hypopg and in the reason. */
void
TakeInPartners(const Tuning &tuning, const ChosenIndex &chosen, RecommendedIndex &recommended,
			   std::vector<std::string> &beside)
{
	for (CandidateId id : chosen.with)
	{
		const IndexDefinition &index = tuning.candidates.indexes[static_cast<size_t>(id)];
		const Relation &relation = tuning.advice.catalog.at(index.relation);

		Append(beside, HypotheticalStatements(relation, index));
		recommended.reason +=
			"; only together with an index on " + relation.quoted + " " + pg::IndexColumns(relation, index);
	}
}

/*
 * Tests a recommendation in hypopg with the statements it serves best,
 * together with the better-ranked ones on which their plans may rely.
 */
void
AskForSecondOpinion(Tuning &tuning, const PricedWorkload &priced, const ChosenIndex &chosen,
					RecommendedIndex &recommended, const std::vector<std::string> &better)
{
	const Relation &relation = tuning.advice.catalog.at(recommended.relation);

	if (!pg::HypopgKnows(recommended.index.method))
	{
		/* The planner chose it already, shown to it as the real one would be. */
		recommended.confirmed_by = "what-if";
		return;
	}

	/* Nobody has statistics of an expression before there is an index on it. */
	bool has_expression =
		std::any_of(recommended.index.keys.begin(), recommended.index.keys.end(),
					[&](const IndexKey &key) { return !relation.columns.at(key.column).expression.empty(); });
	std::vector<std::string> statements = HypotheticalStatements(relation, recommended.index);
	size_t sought = statements.size();
	pg::SecondOpinion opinion = {false, "no statement gains from it by itself"};
	std::set<size_t> asked;

	Append(statements, better);
	for (const ServedStatement &one : chosen.served)
	{
		/* One variant of each statement. */
		if (opinion.confirmed || asked.size() >= kOpinions ||
			!asked.insert(tuning.variants[priced.positions[one.statement]].statement).second)
			continue;
		opinion = pg::ConfirmInHypopg(*priced.queries[one.statement], statements, sought,
									  has_expression ? pg::Confirming::kAccepted : pg::Confirming::kUsed);
	}
	if (opinion.confirmed)
		recommended.confirmed_by = "hypopg";
	else
		recommended.reason = "withheld: " + opinion.reason + "; it " + recommended.reason;
}

void
AdviseCreations(Tuning &tuning, const PricedWorkload &priced, const Selection &selection, pg::Spi &spi)
{
	Names names(spi);
	std::vector<std::string> better;

	for (const ChosenIndex &chosen : selection.indexes)
	{
		RecommendedIndex recommended = Recommend(tuning, priced, chosen);
		const Relation &relation = tuning.advice.catalog.at(recommended.relation);
		std::vector<std::string> beside = better;

		GiveName(recommended, relation, names);
		TakeInPartners(tuning, chosen, recommended, beside);
		AskForSecondOpinion(tuning, priced, chosen, recommended, beside);
		Append(better, HypotheticalStatements(relation, recommended.index));
		tuning.advice.recommendations.push_back(std::move(recommended));
	}
	for (size_t i = 0; i < priced.positions.size(); i++)
	{
		double times = TimesOf(tuning.variants[priced.positions[i]]);

		tuning.advice.total_cost_before += selection.base_costs[i] * times;
		tuning.advice.total_cost_after += selection.final_costs[i] * times;
	}
}

/* An exact duplicate costs writes and space and serves nobody. */
void
AdviseDrops(Tuning &tuning)
{
	for (const auto &[oid, relation] : tuning.advice.catalog)
	{
		if (!relation.unfit.empty())
			continue;
		for (const DuplicateIndex &duplicate : FindDuplicates(relation))
		{
			RecommendedIndex recommended;

			recommended.drop = true;
			recommended.existing = duplicate.index;
			recommended.relation = oid;
			recommended.target = duplicate.index.name;
			recommended.ddl = pg::DropIndexStatement(duplicate.index.name);
			recommended.ddl_steps = {recommended.ddl};
			recommended.undo_ddl = duplicate.index.definition;
			recommended.canonical = "drop_index " + duplicate.index.name;
			recommended.size_bytes = duplicate.index.size_bytes;
			recommended.confirmed_by = "catalog";
			recommended.reason = "an exact duplicate of " + duplicate.twin.name;
			tuning.advice.recommendations.push_back(std::move(recommended));
		}
	}
}

/* A statement that turned out unplannable says so, instead of vanishing. */
void
NoteFailures(Tuning &tuning, const PricedWorkload &priced, const pg::WhatIf &what_if)
{
	for (const auto &[position, failure] : what_if.failures())
	{
		const PlannedVariant &planned = tuning.variants[priced.positions[position]];

		tuning.advice.statements[planned.statement].reason = ReasonOf(planned.variant, failure);
	}
}

/* Why nothing is advised; empty where each table's reason tells it. */
std::string
ExplainNothing(const Tuning &tuning, const PricedWorkload &priced)
{
	const std::vector<ObjectId> &wanted = tuning.request.relations;
	const Catalog &catalog = tuning.advice.catalog;
	Silence silence;

	silence.statements = tuning.advice.statements.size();
	for (const AdvisedStatement &advised : tuning.advice.statements)
	{
		silence.waiting += advised.waiting ? 1 : 0;
		silence.unfit += !advised.waiting && !advised.reason.empty() ? 1 : 0;
	}
	silence.reads_wanted =
		wanted.empty() ||
		std::any_of(wanted.begin(), wanted.end(), [&](ObjectId oid) { return catalog.count(oid) > 0; });
	silence.tables_unfit = std::any_of(catalog.begin(), catalog.end(),
									   [](const auto &entry) { return IsUnfitItself(entry.second); });
	silence.sizes = priced.problem.sizes;
	silence.budget = priced.problem.budget;
	silence.min_gain = priced.problem.min_gain;
	return ExplainSilence(silence);
}

} // namespace

IndexAdvice
TuneIndexes(const IndexRequest &request)
{
	Tuning tuning(request);
	pg::Spi spi;

	tuning.variants = DescribeWorkload(request, spi, tuning.advice, tuning.elements);
	tuning.candidates = ProposeCandidates(ShapesOf(tuning), tuning.advice.catalog, request.max_columns);

	std::vector<pg::HypotheticalIndex> indexes = SizeCandidates(tuning);
	PricedWorkload priced = SelectPriced(tuning);
	pg::WhatIf what_if(priced.queries, indexes, tuning.elements);
	RememberingOracle oracle(what_if, priced.positions.size());

	priced.problem.budget = BudgetOf(request, spi);
	Weigh(tuning, priced, oracle);
	AdviseCreations(tuning, priced, SelectIndexes(priced.problem, oracle), spi);
	AdviseDrops(tuning);
	NoteFailures(tuning, priced, what_if);
	if (tuning.advice.recommendations.empty())
		tuning.advice.nothing = ExplainNothing(tuning, priced);
	tuning.advice.planner_calls = what_if.planner_calls();
	tuning.advice.remembered = oracle.answered();
	pg::LogDebug(std::to_string(what_if.planner_calls()) + " planner calls, " +
				 std::to_string(oracle.answered()) + " prices remembered");
	return std::move(tuning.advice);
}

} // namespace steward
