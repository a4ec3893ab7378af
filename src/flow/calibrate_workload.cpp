/*-------------------------------------------------------------------------
 *
 * calibrate_workload.cpp
 *	  What the statements of the workload say that each thing which plans
 *	  consume takes on this server.
 *
 *	  statements that took most time -> their plans -> what these consume
 *	  -> prices -> what other plans are worth
 *
 * Server.  Reads only.
 *
 *-------------------------------------------------------------------------
 */
#include "flow/calibrate_workload.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "base/figures.h"
#include "core/workload/correct_constants.h"
#include "flow/tuning.h"
#include "pg/cost_constants.h"
#include "pg/session.h"
#include "pg/settings.h"

namespace steward
{

namespace
{

/* Each is planned eight times and more; prices that some hundred statements agree on, others do not change. */
constexpr size_t kMostStatements = 200;

/* Planning takes this long at most, or as long as advice may take; the statements that took most time come first. */
constexpr double kMostSeconds = 10;

/* Of what a plan is worth so many mean something. */
constexpr int kFigures = 4;

/* However wrong predictions are, an index that halves a statement's time is one. */
constexpr double kMostDoubt = 1.5;

/*
 * Errors of times are about log-normal.  A time of which the logarithm is told
 * wrong by ln(error) on average, and so with a standard deviation of that times
 * sqrt(pi / 2), is on average greater than the one told, by exp(sd^2 / 2).
 */
double
MeanOfDoubt(double error)
{
	double off = std::log(error);

	return std::min(kMostDoubt, std::exp(off * off * M_PI / 4));
}

/* The variants of each statement, in the order of its position. */
using VariantsOf = std::map<size_t, std::vector<size_t>>;

/* What reads no table that holds data of its users, as a function that waits, tells nothing of what reading takes. */
bool
ReadsTable(const IndexAdvice &advice, const AdvisedStatement &advised)
{
	return std::any_of(advised.relations.begin(), advised.relations.end(),
					   [&](ObjectId oid)
					   {
						   auto relation = advice.catalog.find(oid);

						   return relation != advice.catalog.end() && relation->second.tuples > 0 &&
								  relation->second.schema != "pg_catalog";
					   });
}

/* Those that took most time, and that were planned whole. */
std::vector<size_t>
StatementsToLearnFrom(const IndexAdvice &advice, const VariantsOf &variants)
{
	const std::vector<AdvisedStatement> &statements = advice.statements;
	std::vector<size_t> chosen;

	for (const auto &[statement, positions] : variants)
	{
		const StatementCounters &counters = statements[statement].statement.counters;

		if (counters.calls > 0 && counters.total_ms > 0 && ReadsTable(advice, advice.statements[statement]))
			chosen.push_back(statement);
	}
	std::stable_sort(
		chosen.begin(), chosen.end(),
		[&](size_t a, size_t b)
		{ return statements[a].statement.counters.total_ms > statements[b].statement.counters.total_ms; });
	if (chosen.size() > kMostStatements)
		chosen.resize(kMostStatements);
	return chosen;
}

VariantsOf
GroupVariants(const std::vector<PlannedVariant> &variants)
{
	VariantsOf groups;

	for (size_t i = 0; i < variants.size(); i++)
		groups[variants[i].statement].push_back(i);
	return groups;
}

pg::WhatIf
WhatIfOf(const std::vector<PlannedVariant> &variants, const pg::IndexElements &elements)
{
	std::vector<pg::AnalyzedQuery *> queries;

	for (const PlannedVariant &planned : variants)
		queries.push_back(planned.variant.query.get());
	return {std::move(queries), {}, elements};
}

double
SecondsToTake()
{
	int limit = pg::settings::advice_time_limit_ms;

	return limit > 0 ? std::min(kMostSeconds, limit / 1000.0) : kMostSeconds;
}

/* Pages that an execution touches, in the buffers or not. */
double
TouchedPages(const StatementCounters &counters)
{
	return static_cast<double>(counters.blocks_hit + counters.blocks_read) /
		   static_cast<double>(counters.calls);
}

/* What an execution of the statement is expected to take, over its variants; nothing where that cannot be told of one. */
std::optional<Consumption>
Expect(const std::vector<size_t> &positions, const std::vector<PlannedVariant> &variants, pg::WhatIf &what_if)
{
	Consumption expected = {};

	for (size_t position : positions)
	{
		double times = TimesOf(variants[position]);
		std::optional<Consumption> consumption = what_if.Consume(position, {});

		if (!consumption)
			return std::nullopt;
		for (size_t i = 0; i < kResources; i++)
			expected[i] += (*consumption)[i] * times;
	}
	return expected;
}

} // namespace

WorkloadCalibration
CalibrateWorkload(const IndexAdvice &advice, const std::vector<PlannedVariant> &variants,
				  const pg::IndexElements &elements)
{
	WorkloadCalibration known;
	VariantsOf groups = GroupVariants(variants);
	pg::WhatIf what_if = WhatIfOf(variants, elements);
	double end = pg::SecondsSinceEpoch() + SecondsToTake();
	double touched = 0;
	double read = 0;

	known.constants = pg::CostConstants();
	for (size_t statement : StatementsToLearnFrom(advice, groups))
	{
		const StatementCounters &counters = advice.statements[statement].statement.counters;

		if (pg::SecondsSinceEpoch() >= end)
			break;

		std::optional<Consumption> expected = Expect(groups[statement], variants, what_if);

		if (!expected || Worth(*expected, known.constants) <= 0)
			continue;

		MeasuredPlan measured = {*expected, Worth(*expected, known.constants), counters.MeanMs()};
		double &pages = measured.consumption[static_cast<size_t>(Resource::kTouchedPage)];

		known.unexpected[statement] = {std::max(0.0, TouchedPages(counters) - pages),
									   std::max(1.0, TouchedPages(counters) / std::max(1.0, pages))};
		pages = TouchedPages(counters);
		known.statements.push_back(statement);
		known.measured.push_back(measured);
		read += static_cast<double>(counters.blocks_read);
		touched += static_cast<double>(counters.blocks_read + counters.blocks_hit);
	}
	known.read_share = touched > 0 ? read / touched : 0;
	known.calibration = Calibrate(known.measured, known.constants, known.read_share);
	return known;
}

std::optional<CorrectedConstants>
CorrectConstants(const WorkloadCalibration &known, const IndexAdvice &advice,
				 const std::vector<PlannedVariant> &variants, const pg::IndexElements &elements)
{
	CorrectedConstants corrected;
	VariantsOf groups = GroupVariants(variants);
	pg::WhatIf what_if = WhatIfOf(variants, elements);
	double total = 0;
	double saved = 0;

	if (!known.calibration.better)
		return std::nullopt;
	corrected.constants = ConstantsFor(known.calibration.prices, known.constants);
	for (size_t statement : known.statements)
	{
		double now = known.unexpected.at(statement).pages *
					 known.calibration.prices[static_cast<size_t>(Resource::kTouchedPage)];
		double then = now;

		for (size_t position : groups[statement])
		{
			double times = TimesOf(variants[position]);
			std::optional<double> worth = what_if.PriceAt(position, {}, known.calibration.prices).worth;
			std::optional<double> corrected_worth;

			{
				pg::ReckoningWith other(corrected.constants);

				corrected_worth = what_if.PriceAt(position, {}, known.calibration.prices).worth;
			}
			now += worth.value_or(0) * times;
			then += (worth && corrected_worth ? *corrected_worth : worth.value_or(0)) * times;
		}
		if (now <= 0)
			continue;

		double milliseconds = advice.statements[statement].statement.counters.total_ms;

		total += milliseconds;
		saved += milliseconds * (1 - then / now);
		corrected.worst = std::max(corrected.worst, then / now);
	}
	corrected.benefit = total > 0 ? saved / total : 0;
	if (corrected.benefit <= 0)
		return std::nullopt;
	return corrected;
}

/*
 * More workers than now, and than there are processors for, gain nothing, and
 * each of them starts anew: its first look at a page takes longer.
 */
double
TimingOracle::RiskOf(size_t statement, int workers)
{
	auto [now, is_new] = workers_.try_emplace(statement, 0);

	if (is_new)
		now->second = what_if_.PriceAt(statement, {}, {}).workers;
	return workers > now->second && workers >= pg::Processors() ? kMostDoubt : 1;
}

Price
TimingOracle::PriceStatement(size_t statement, const CandidateSet &set)
{
	const Calibration &calibration = known_.calibration;
	auto [price, workers, touched, worth] = what_if_.PriceAt(statement, set, calibration.prices);
	double average = price.cost * calibration.unit_ms;

	if (worth && statements_[statement])
	{
		auto unexpected = known_.unexpected.find(*statements_[statement]);

		if (unexpected != known_.unexpected.end())
			*worth += unexpected->second.Beside(touched) *
					  calibration.prices[static_cast<size_t>(Resource::kTouchedPage)];
	}
	/* Rounded, so that plans which are worth the same stay equal. */
	if (worth && *worth > 0 && average > 0)
		price.correction = RoundToFigures(*worth / average, kFigures);
	/* The plan that there is now was measured. */
	if (!price.used.empty())
	{
		price.risk = RiskOf(statement, workers);
		price.doubt = std::max(price.risk, MeanOfDoubt(calibration.error));
	}
	return price;
}

} // namespace steward
