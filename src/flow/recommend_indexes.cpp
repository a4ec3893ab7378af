/*-------------------------------------------------------------------------
 *
 * recommend_indexes.cpp
 *	  From chosen candidates to recommendations: names, statements, reasons, and
 *	  a second opinion.
 *
 * Server.  Reads only.
 *
 *-------------------------------------------------------------------------
 */
#include "flow/recommend_indexes.h"
#include "flow/index_names.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "core/index/explain_order.h"
#include "core/index/find_superfluous.h"
#include "core/index/name_index.h"
#include "core/index/price_writes.h"
#include "pg/catalog.h"
#include "pg/ddl.h"
#include "pg/hypopg.h"
#include "pg/session.h"
#include "pg/what_if.h"

namespace steward
{

namespace
{

/* A recommendation is tried in hypopg with this many of the statements it serves, best first. */
constexpr size_t kOpinions = 3;

/* Of a partitioned table so many partitions get a hypothetical index there. */
constexpr size_t kMostHypothetical = 32;

/* A statement seen for less time than this counts as seen so long, lest a rate explode. */
constexpr double kShortestWindow = 60;

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

		saves += statement.counters.total_ms * gain.Saved() * 3600 / seconds;
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
	gains.emplace_back();
	gains.back().statement = statement;
	gains.back().share = 0;
	return gains.back();
}

/* What statements of the workload set. */
std::vector<ColumnWrite>
WritesOf(const Tuning &tuning)
{
	std::vector<ColumnWrite> writes;

	for (const PlannedVariant &planned : tuning.variants)
		writes.insert(writes.end(), planned.shape.writes.begin(), planned.shape.writes.end());
	return writes;
}

/* What it costs, and what it makes superfluous. */
void
WeighUp(const Tuning &tuning, const Relation &relation, int height, RecommendedIndex &recommended)
{
	WritePrice price = PriceWrites(relation, recommended.index, height, WritesOf(tuning));
	std::vector<std::string> names;

	recommended.entries_per_hour = price.entries_per_hour;
	recommended.write_cost = price.cost_per_hour;
	recommended.set_columns = price.set_columns;
	recommended.superfluous = FindSuperfluous(relation, recommended.index);
	for (const ExistingIndex &existing : recommended.superfluous)
		names.push_back(existing.name);
	if (!names.empty())
		recommended.reason += "; it finds all that " + Join(names, ", ") + " finds";
	for (const IndexKey &key : recommended.index.keys)
	{
		const Column &column = relation.columns.at(key.column);

		if (column.may_fail)
			recommended.may_fail.push_back(column.expression);
	}
	if (!recommended.may_fail.empty())
		recommended.reason += "; with it no row can be written for which " +
							  Join(recommended.may_fail, " or ") + " raises an error";
}

/*
 * Where one column that holds no value twice is a key by which statements look
 * for one row: whether that is so by chance, the owner of the data knows.
 */
bool
MayBeUnique(const Relation &relation, const IndexDefinition &index,
			const std::vector<const QueryShape *> &served)
{
	const Column &column = relation.columns.at(index.keys.front().column);
	auto is_key = [&](const ColumnUse &use)
	{ return use.column == column.number && use.kind != ColumnUseKind::kRange; };

	if (index.method != "btree" || index.keys.size() != 1 || index.predicate != 0 || relation.partitioned ||
		column.number >= kFirstElement || !column.unique_values)
		return false;
	return std::any_of(served.begin(), served.end(),
					   [&](const QueryShape *shape)
					   {
						   return std::any_of(shape->relations.begin(), shape->relations.end(),
											  [&](const RelationUse &use) {
												  return use.relation == relation.oid &&
														 std::any_of(use.columns.begin(), use.columns.end(),
																	 is_key);
											  });
					   });
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
		gain.likely_before += one.likely_before * TimesOf(planned);
		gain.likely_after += one.likely_after * TimesOf(planned);
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
		gain.likely_before /= gain.share;
		gain.likely_after /= gain.share;
	}
	recommended.saves_ms_per_hour = SavesPerHour(tuning, recommended.gains);
	recommended.order = ExplainOrder(index, relation, served);
	recommended.may_be_unique = MayBeUnique(relation, index, served);
	recommended.canonical = "create_index " + relation.quoted + " " + pg::IndexText(relation, index);
	recommended.reason = ReasonFor(recommended);
	if (!foreign_keys.empty())
		recommended.reason += "; foreign key " + Join({foreign_keys.begin(), foreign_keys.end()}, ", ") +
							  " looks here for rows that refer to those that go or change";
	WeighUp(tuning, relation, tuning.heights[id], recommended);
	return recommended;
}

/*
 * A partitioned table's index cannot be built concurrently: those of the
 * partitions are built one by one, and attached from below to empty ones of the
 * partitioned tables.
 */
std::vector<std::string>
StepsFor(const Relation &relation, const RecommendedIndex &recommended, IndexNames &names)
{
	std::map<ObjectId, std::string> indexes = {{relation.oid, recommended.target}};
	std::vector<std::string> steps;
	std::vector<std::string> empty = {
		pg::CreateIndexStatement(relation, recommended.index, recommended.name, pg::Building::kOnly)};
	std::vector<std::string> attachments;

	for (const Partition &partition : relation.partitions)
	{
		std::string name = names.Give(relation, partition, recommended.index);
		std::string target = pg::QualifiedName(partition.schema, name);

		indexes[partition.oid] = target;
		if (partition.partitioned)
			empty.push_back(pg::CreatePartitionIndexStatement(relation, partition, recommended.index, name,
															  pg::Building::kOnly));
		else
			steps.push_back(pg::CreatePartitionIndexStatement(relation, partition, recommended.index, name,
															  pg::Building::kConcurrently));
		attachments.push_back(pg::AttachIndexStatement(indexes[partition.parent], target));
	}
	steps.insert(steps.end(), empty.begin(), empty.end());
	steps.insert(steps.end(), attachments.rbegin(), attachments.rend());
	return steps;
}

void
GiveName(RecommendedIndex &recommended, const Relation &relation, IndexNames &names)
{
	recommended.name = names.Give(relation, recommended.index);
	recommended.target = pg::QualifiedName(relation.schema, recommended.name);
	recommended.ddl =
		pg::CreateIndexStatement(relation, recommended.index, recommended.name,
								 relation.partitioned ? pg::Building::kPlain : pg::Building::kConcurrently);
	recommended.ddl_steps = {recommended.ddl};
	/* Attached one by one, an index never becomes valid where a foreign partition has none. */
	if (relation.foreign_partitions)
		recommended.reason += "; it has foreign partitions, so that only one statement can build it, "
							  "during which nobody can write to the table";
	else if (relation.partitioned)
		recommended.ddl_steps = StepsFor(relation, recommended, names);
	if (recommended.may_be_unique)
	{
		recommended.unique_ddl = pg::UniqueIndexStatement(relation, recommended.index, recommended.name);
		recommended.reason += "; by its statistics no value occurs twice: if that is to stay so, " +
							  recommended.unique_ddl + " makes sure of it";
	}
	recommended.undo_ddl = relation.partitioned ? pg::DropWholeIndexStatement(recommended.target)
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
			"; only together with an index on " + relation.quoted + " " + pg::IndexKeys(relation, index);
	}
}

/* What hypopg is to create for better-ranked recommendations, by their table. */
using BetterOnes = std::map<ObjectId, std::vector<std::string>>;

/*
 * Tests a recommendation in hypopg with the statements it serves best, together
 * with its partners and the better-ranked ones on which their plans may rely.
 */
void
AskForSecondOpinion(Tuning &tuning, const PricedWorkload &priced, const ChosenIndex &chosen,
					RecommendedIndex &recommended, const std::vector<std::string> &partners,
					const BetterOnes &better)
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
	std::vector<std::string> sought = HypotheticalStatements(relation, recommended.index);
	pg::SecondOpinion opinion = {false, "no statement gains from it by itself"};
	const char *confirmed_by = "hypopg";
	std::set<size_t> asked;

	for (const ServedStatement &one : chosen.served)
	{
		const PlannedVariant &planned = tuning.variants[priced.positions[one.statement]];
		std::vector<std::string> statements = sought;
		std::set<ObjectId> tables;

		/* One variant of each statement. */
		if (opinion.confirmed || asked.size() >= kOpinions || !asked.insert(planned.statement).second)
			continue;
		confirmed_by = "hypopg";
		Append(statements, partners);
		for (const RelationUse &use : planned.shape.relations)
		{
			if (auto known = better.find(use.relation);
				known != better.end() && tables.insert(use.relation).second)
				Append(statements, known->second);
		}
		opinion = pg::ConfirmInHypopg(*priced.queries[one.statement], statements, sought.size(),
									  has_expression ? pg::Confirming::kAccepted : pg::Confirming::kUsed);
		/* hypopg takes the condition for one on the statement's first table, so that it may not see its use. */
		if (!opinion.confirmed && recommended.index.predicate != 0 && planned.shape.relations.size() > 1)
		{
			opinion = pg::ConfirmInHypopg(*priced.queries[one.statement], statements, sought.size(),
										  pg::Confirming::kAccepted);
			confirmed_by = "what-if";
		}
	}
	if (opinion.confirmed)
		recommended.confirmed_by = confirmed_by;
	else
		recommended.reason = "withheld: " + opinion.reason + "; it " + recommended.reason;
}

} // namespace

void
AdviseCreations(Tuning &tuning, const PricedWorkload &priced, const Selection &selection, pg::Spi &spi)
{
	IndexNames names(spi);
	BetterOnes better;
	std::map<size_t, double> saved; /* of each statement's time, by the better-ranked ones */

	for (const ChosenIndex &chosen : selection.indexes)
	{
		RecommendedIndex recommended = Recommend(tuning, priced, chosen);

		for (StatementGain &gain : recommended.gains)
		{
			gain.left = (1 - saved[gain.statement]) * (1 - gain.Saved());
			saved[gain.statement] = 1 - gain.left;
		}
		const Relation &relation = tuning.advice.catalog.at(recommended.relation);
		std::vector<std::string> partners;

		GiveName(recommended, relation, names);
		TakeInPartners(tuning, chosen, recommended, partners);
		AskForSecondOpinion(tuning, priced, chosen, recommended, partners, better);
		Append(better[recommended.relation], HypotheticalStatements(relation, recommended.index));
		tuning.advice.recommendations.push_back(std::move(recommended));
	}
	for (size_t i = 0; i < priced.positions.size(); i++)
	{
		double times = TimesOf(tuning.variants[priced.positions[i]]);

		tuning.advice.total_cost_before += selection.base_costs[i] * times;
		tuning.advice.total_cost_after += selection.final_costs[i] * times;
	}
}

} // namespace steward
