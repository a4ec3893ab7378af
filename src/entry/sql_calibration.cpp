/*-------------------------------------------------------------------------
 *
 * sql_calibration.cpp
 *	  The SQL functions that show what things take on this server.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include <algorithm>

#include "base/text.h"
#include "flow/calibrate_workload.h"
#include "pg/cost_constants.h"
#include "pg/extension.h"
#include "pg/function_call.h"
#include "pg/session.h"
#include "pg/settings.h"

namespace steward
{

namespace
{

/* Less is not worth a change of plans. */
constexpr double kWorthwhile = 0.02;

/* Nor is one by which a statement is predicted to take so much longer. */
constexpr double kMostHarm = 1.1;

/* The observed workload, as it is planned. */
struct Observed
{
	IndexRequest request;
	IndexAdvice advice;
	pg::IndexElements elements;
	std::vector<PlannedVariant> variants;
	WorkloadCalibration known;

	explicit Observed(pg::Spi &spi)
	{
		request.min_calls = pg::settings::min_calls;
		variants = DescribeWorkload(request, spi, advice, elements);
		known = CalibrateWorkload(advice, variants, elements);
	}
};

double
FactorBetween(double a, double b)
{
	return std::max(a, b) / std::min(a, b);
}

std::string
WhyNothing(const WorkloadCalibration &known, const std::optional<CorrectedConstants> &corrected)
{
	if (known.measured.empty())
		return "no statement was measured and planned yet";
	if (!known.calibration.better)
		return "times of " + Count(known.measured.size(), "statement") +
			   " are not predicted better than by planner cost";
	if (!corrected || corrected->benefit < kWorthwhile)
		return "with other constants the plans would not take less time";
	return "with other constants a statement would take " + FormatNumber(corrected->worst, 1) +
		   " times as long";
}

} // namespace

STEWARD_FUNCTION(steward_calibrate)
{
	pg::ResultSet results(fcinfo);
	pg::Spi spi;
	Observed observed(spi);
	const Calibration &calibration = observed.known.calibration;

	for (size_t i = 0; i < observed.known.statements.size(); i++)
	{
		const Statement &statement = observed.advice.statements[observed.known.statements[i]].statement;
		double measured = observed.known.measured[i].milliseconds;

		results.AddRow({std::to_string(statement.key.userid), pg::IntegerValue(statement.key.queryid),
						pg::BoolValue(statement.key.toplevel), statement.text,
						pg::IntegerValue(statement.counters.calls), pg::NumberValue(measured),
						pg::NumberValue(calibration.told[i]),
						pg::NumberValue(FactorBetween(calibration.told[i], measured)),
						pg::NumberValue(observed.known.measured[i].cost),
						pg::NumberValue(calibration.told_by_cost[i]),
						pg::NumberValue(FactorBetween(calibration.told_by_cost[i], measured)),
						pg::BoolValue(calibration.better)});
	}
	return (Datum) 0;
}

STEWARD_FUNCTION(steward_recommend_cost_constants)
{
	pg::ResultSet results(fcinfo);
	pg::Spi spi;
	Observed observed(spi);
	const WorkloadCalibration &known = observed.known;
	std::optional<CorrectedConstants> corrected =
		CorrectConstants(known, observed.advice, observed.variants, observed.elements);
	bool knows_all = pg::MayReadAllStatistics();
	bool good = knows_all && corrected && corrected->benefit >= kWorthwhile && corrected->worst <= kMostHarm;
	std::string nothing = !knows_all ? "you see your own statements alone: that takes pg_read_all_stats"
						  : good     ? ""
									 : WhyNothing(known, corrected);

	for (size_t i = 0; i < kCostConstants; i++)
	{
		std::string_view name = pg::CostConstantName(i);
		double setting = known.constants[i];
		bool changes = good && corrected->constants[i] != setting;
		std::string reason =
			changes ? "by the measured times of " + Count(known.measured.size(), "statement") +
						  ", predicted from the others wrong by a factor of " +
						  FormatNumber(known.calibration.error, 2) + " on average (by planner cost " +
						  FormatNumber(known.calibration.cost_error, 2) + ")"
			: good ? "it fits what is measured, or the others are measured by it"
				   : nothing;

		results.AddRow(
			{std::string(name), pg::NumberValue(setting),
			 changes ? pg::NumberValue(corrected->constants[i]) : pg::Value(),
			 known.calibration.better ? pg::NumberValue(known.calibration.prices[i]) : pg::Value(),
			 changes ? pg::NumberValue(corrected->benefit) : pg::Value(),
			 changes ? pg::Value(pg::SetForDatabase(spi, name, corrected->constants[i])) : pg::Value(),
			 changes ? pg::Value(pg::UndoForDatabase(spi, name)) : pg::Value(), reason});
	}
	return (Datum) 0;
}

} // namespace steward
