/*-------------------------------------------------------------------------
 *
 * tune_indexes.cpp
 *	  The spine of index advice: workload in, recommendations out.
 *
 *	  workload -> analysed statements -> shapes -> candidates -> calibration
 *	  -> what-if prices -> selection -> hypopg's second opinion -> recommendations
 *
 * Server.  Reads only.
 *
 *-------------------------------------------------------------------------
 */
#include "flow/tune_indexes.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "core/index/propose_candidates.h"
#include "core/index/record_prices.h"
#include "core/index/remember_prices.h"
#include "core/index/select_indexes.h"
#include "core/report/explain_silence.h"
#include "core/report/explain_verdict.h"
#include "flow/advise_drops.h"
#include "flow/calibrate_workload.h"
#include "flow/price_candidates.h"
#include "flow/recommend_indexes.h"
#include "pg/ddl.h"
#include "pg/session.h"
#include "pg/settings.h"
#include "pg/value_text.h"

namespace steward
{

namespace
{

std::vector<QueryShape>
ShapesOf(const Tuning &tuning)
{
	std::vector<QueryShape> shapes;

	for (const PlannedVariant &planned : tuning.variants)
		shapes.push_back(planned.shape);
	return shapes;
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

bool
CouldUse(const QueryShape &shape)
{
	return std::any_of(shape.relations.begin(), shape.relations.end(),
					   [](const RelationUse &use) {
						   return !use.columns.empty() || !use.orders.empty() || !use.searches.empty() ||
								  !use.conditions.empty();
					   });
}

/* The indexes that are advised for a statement, and those that are not after all. */
void
NoteIndexes(const IndexAdvice &advice, size_t statement, StatementOutcome &outcome)
{
	for (const RecommendedIndex &recommended : advice.recommendations)
	{
		if (std::none_of(recommended.gains.begin(), recommended.gains.end(),
						 [&](const StatementGain &gain) { return gain.statement == statement; }))
			continue;
		if (recommended.confirmed_by.empty())
			outcome.withheld.push_back(recommended.target);
		else
			outcome.served_by.push_back(recommended.target);
	}
}

/* The statement's tables on which nothing is advised. */
void
NoteTables(const IndexAdvice &advice, const AdvisedStatement &advised, StatementOutcome &outcome)
{
	size_t known = 0;

	for (ObjectId oid : advised.relations)
	{
		auto relation = advice.catalog.find(oid);

		if (relation == advice.catalog.end())
			continue;
		known++;
		if (!relation->second.unfit.empty())
			outcome.left_out.push_back(relation->second.quoted + ": " + relation->second.unfit);
	}
	outcome.all_left_out = outcome.left_out.size() == known;
}

/* What keeps the index from being built: a key that fails for some rows, or is too long. */
std::string
ObstacleOf(const Relation &relation, const IndexDefinition &index)
{
	for (const IndexKey &key : index.keys)
	{
		const Column &column = relation.columns.at(key.column);

		if (column.may_fail && relation.sample.columns.count(key.column) == 0)
			return column.expression +
				   " cannot be evaluated for all rows, or not by who asks, as an index would have to";
	}

	IndexDefinition keys = index;

	keys.included.clear();
	return "values of " + relation.quoted + " " + pg::IndexKeys(relation, keys) + " are too long for a btree";
}

/* Of the indexes that the variants could use, but for these; all of them, or those of one statement. */
std::vector<std::string>
ObstaclesOf(const Tuning &tuning, std::optional<size_t> statement)
{
	std::set<std::string> obstacles;

	for (size_t i = 0; i < tuning.variants.size(); i++)
	{
		if (statement && tuning.variants[i].statement != *statement)
			continue;
		for (CandidateId id : tuning.unproven[i])
		{
			const IndexDefinition &index = tuning.candidates.indexes[static_cast<size_t>(id)];

			obstacles.insert(ObstacleOf(tuning.advice.catalog.at(index.relation), index));
		}
	}
	return {obstacles.begin(), obstacles.end()};
}

/* Bytes of those that some statement could use. */
std::vector<double>
SizesOfTried(const Tuning &tuning, const PricedWorkload &priced)
{
	std::set<CandidateId> tried;
	std::vector<double> sizes;

	for (const CandidateSet &relevant : priced.problem.relevant)
		tried.insert(relevant.begin(), relevant.end());
	for (CandidateId id : tried)
		sizes.push_back(tuning.sizes[static_cast<size_t>(id)]);
	return sizes;
}

/* What became of each statement that was analysed. */
void
JudgeStatements(Tuning &tuning, const PricedWorkload &priced, RememberingOracle &oracle)
{
	const SelectionProblem &problem = priced.problem;
	std::map<size_t, StatementOutcome> outcomes;
	double objective = 0;
	double room = problem.budget;

	for (const RecommendedIndex &recommended : tuning.advice.recommendations)
		room -= recommended.drop ? 0 : recommended.size_bytes;
	for (size_t i = 0; i < priced.positions.size(); i++)
		objective += problem.weights[i] * oracle.PriceStatement(i, {}).Effort();
	for (const PlannedVariant &planned : tuning.variants)
		outcomes[planned.statement].could_use |= CouldUse(planned.shape);
	for (size_t i = 0; i < tuning.advice.statements.size(); i++)
		NoteIndexes(tuning.advice, i, outcomes[i]);
	for (size_t i = 0; i < priced.positions.size(); i++)
	{
		const PlannedVariant &planned = tuning.variants[priced.positions[i]];
		StatementOutcome &outcome = outcomes[planned.statement];
		double effort = oracle.PriceStatement(i, {}).Effort();

		/* There is no time to ask for what did not come up. */
		if (tuning.advice.cut_off && oracle.PlansOf(i).size() < 2)
		{
			outcome.cut_off = true;
			continue;
		}

		outcome.tried = std::max(outcome.tried, problem.relevant[i].size());
		/* Of what is served nobody asks what else could have been. */
		if (!outcome.served_by.empty())
			continue;

		Price best = oracle.PriceStatement(i, problem.relevant[i]);

		outcome.cost += effort * TimesOf(planned);
		outcome.best_cost += best.Effort() * TimesOf(planned);
		if (objective > 0)
			outcome.best_saving += problem.weights[i] * (effort - best.Effort()) / objective * priced.share;
		for (CandidateId id : best.used)
		{
			outcome.best_size += tuning.sizes[static_cast<size_t>(id)];
			if (objective > 0 && !problem.upkeep.empty())
				outcome.upkeep += problem.upkeep[static_cast<size_t>(id)] / objective * priced.share;
		}
	}
	for (size_t i = 0; i < tuning.advice.statements.size(); i++)
	{
		AdvisedStatement &advised = tuning.advice.statements[i];
		StatementOutcome &outcome = outcomes[i];

		if (advised.waiting || !advised.reason.empty())
			continue;
		outcome.budget = problem.budget;
		outcome.room = std::max(0.0, room);
		outcome.min_saving = problem.min_gain * priced.share;
		NoteTables(tuning.advice, advised, outcome);
		if (outcome.tried == 0)
			outcome.obstacles = ObstaclesOf(tuning, i);
		advised.verdict = ExplainVerdict(outcome);
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
	silence.sizes = SizesOfTried(tuning, priced);
	silence.obstacles = ObstaclesOf(tuning, std::nullopt);
	silence.budget = priced.problem.budget;
	silence.min_gain = priced.problem.min_gain * priced.share;
	return ExplainSilence(silence);
}

/* What things take on this server, where times are what counts and some were measured. */
WorkloadCalibration
Calibrated(const Tuning &tuning)
{
	if (tuning.request.objective != Objective::kTime || tuning.request.queries)
		return {};
	return CalibrateWorkload(tuning.advice, tuning.variants, tuning.elements);
}

/* Of each variant that is priced; what foreign keys ask for is a part of one. */
std::vector<std::optional<size_t>>
StatementsOf(const Tuning &tuning, const PricedWorkload &priced)
{
	std::vector<std::optional<size_t>> statements;

	for (size_t position : priced.positions)
	{
		const PlannedVariant &planned = tuning.variants[position];

		statements.push_back(planned.foreign_key.empty() ? std::optional(planned.statement) : std::nullopt);
	}
	return statements;
}

std::string
Joined(const std::vector<std::string> &statements)
{
	std::string joined;

	for (const std::string &statement : statements)
		joined += (joined.empty() ? "" : ";\n") + statement;
	return joined;
}

CaseVariant
Recorded(const PlannedVariant &planned)
{
	const pg::AnalyzedQuery &query = *planned.variant.query;
	CaseVariant recorded = {
		planned.statement,      planned.variant.share, planned.times, planned.variant.sampled,
		planned.variant.filled, planned.foreign_key,   query.text(),  {},
		planned.shape};

	/* Who may see samples may not see what the statistics of any column tell. */
	for (const pg::SampledValue &value : query.values())
		recorded.values.push_back(planned.variant.filled ? "unknown" : pg::ValueText(value));
	return recorded;
}

/* What candidates are proposed from, and these: the sizes to come change what is known of tables. */
void
RecordProposal(const Tuning &tuning, AdviceCase &record)
{
	record.max_columns = tuning.request.max_columns;
	for (const PlannedVariant &planned : tuning.variants)
		record.variants.push_back(Recorded(planned));
	record.catalog = tuning.advice.catalog;
	record.candidates = tuning.candidates;
}

/* What is chosen from, and what was chosen and advised. */
void
RecordChoice(const Tuning &tuning, const PricedWorkload &priced, const Selection &selection,
			 AdviceCase &record)
{
	record.priced = priced.positions;
	record.problem = priced.problem;
	record.problem.out_of_time = nullptr;
	record.selection = selection;
	record.statements = tuning.advice.statements;
	for (const RecommendedIndex &recommended : tuning.advice.recommendations)
		record.advice.push_back({Joined(recommended.ddl_steps), recommended.size_bytes,
								 recommended.cost_before, recommended.cost_after, recommended.benefit,
								 recommended.confirmed_by, recommended.reason});
}

} // namespace

IndexAdvice
TuneIndexes(const IndexRequest &request, AdviceCase *record)
{
	Tuning tuning(request);
	pg::Spi spi;

	tuning.variants = DescribeWorkload(request, spi, tuning.advice, tuning.elements);
	tuning.candidates = ProposeCandidates(ShapesOf(tuning), tuning.advice.catalog, request.max_columns);

	if (record != nullptr)
		RecordProposal(tuning, *record);

	std::vector<pg::HypotheticalIndex> indexes = SizeCandidates(tuning);
	PricedWorkload priced = SelectPriced(tuning);
	pg::WhatIf what_if(priced.queries, indexes, tuning.elements, &tuning.statistics);
	WorkloadCalibration known = Calibrated(tuning);
	TimingOracle timing(what_if, known, StatementsOf(tuning, priced));
	CostOracle &prices = known.calibration.better ? static_cast<CostOracle &>(timing) : what_if;
	RecordingOracle recorder(prices, record == nullptr ? nullptr : &record->answers);
	RememberingOracle oracle(recorder, priced.positions.size());

	priced.problem.budget = BudgetOf(request, spi);
	Weigh(tuning, priced, oracle);
	priced.problem.out_of_time = [begin = pg::SecondsSinceEpoch(), limit = pg::settings::advice_time_limit_ms]
	{
		pg::CheckForInterrupts();
		return limit > 0 && pg::SecondsSinceEpoch() >= begin + limit / 1000.0;
	};

	Selection selection = SelectIndexes(priced.problem, oracle);

	tuning.advice.cut_off = selection.cut_off;
	AdviseCreations(tuning, priced, selection, spi);
	AdviseReplacements(tuning, selection, indexes);
	AdviseDrops(tuning);
	NoteFailures(tuning, priced, what_if);
	JudgeStatements(tuning, priced, oracle);
	if (record != nullptr)
		RecordChoice(tuning, priced, selection, *record);
	if (tuning.advice.recommendations.empty())
		tuning.advice.nothing = ExplainNothing(tuning, priced);
	tuning.advice.planner_calls = what_if.planner_calls();
	tuning.advice.remembered = oracle.answered();
	pg::LogDebug(std::to_string(what_if.planner_calls()) + " planner calls, " +
				 std::to_string(oracle.answered()) + " prices remembered");
	return std::move(tuning.advice);
}

} // namespace steward
