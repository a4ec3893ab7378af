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

#include "core/index/propose_candidates.h"
#include "core/index/remember_prices.h"
#include "core/index/select_indexes.h"
#include "core/report/explain_silence.h"
#include "flow/price_candidates.h"
#include "flow/recommend_indexes.h"
#include "pg/session.h"

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
	pg::WhatIf what_if(priced.queries, indexes, tuning.elements, &tuning.statistics);
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
