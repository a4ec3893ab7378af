/*-------------------------------------------------------------------------
 *
 * calibrate_workload.h
 *	  What the statements of the workload say that each thing which plans
 *	  consume takes on this server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/workload/calibrate.h"
#include "flow/describe_workload.h"
#include "pg/what_if.h"

namespace steward
{

/*
 * Pages that an execution touches more than its plan is expected to: there are
 * more rows than the planner takes there to be, and an index does not change
 * that; nor does it make a plan that touches few pages touch them more often
 * than so many times.
 */
struct UnexpectedPages
{
	double pages = 0;
	double times = 1; /* what is touched, as a multiple of what was expected */

	double Beside(double expected) const { return std::min(pages, (times - 1) * expected); }
};

/* The calibration, and the statements it was learnt from. */
struct WorkloadCalibration
{
	Calibration calibration;
	Prices constants = {}; /* the planner's, in force */
	double read_share = 0; /* of the pages that the statements touched, those that were not in the buffers */
	std::vector<size_t> statements; /* positions in the advised workload */
	std::vector<MeasuredPlan> measured;

	/* Of each statement, what its plan touches beyond what it is expected to. */
	std::map<size_t, UnexpectedPages> unexpected;
};

/* From the statements that took most time. */
WorkloadCalibration CalibrateWorkload(const IndexAdvice &advice, const std::vector<PlannedVariant> &variants,
									  const pg::IndexElements &elements);

/* Other constants for the planner, and what its plans would be worth. */
struct CorrectedConstants
{
	Prices constants = {};
	double benefit = 0; /* share of the time of these statements that goes away, 0-1 */
	double worst = 1;   /* of the statement that fares worst: its time then, as a share of that now */
};

/* Nothing where the constants in force are as good, or nothing better is known. */
std::optional<CorrectedConstants> CorrectConstants(const WorkloadCalibration &known,
												   const IndexAdvice &advice,
												   const std::vector<PlannedVariant> &variants,
												   const pg::IndexElements &elements);

/* Says of each plan what it is worth by a calibration; the planner still chooses it by cost. */
class TimingOracle : public CostOracle
{
public:
	/*
	 * `statements`: of each that is asked about, its position in the advised
	 * workload; nothing for a part of one.  The others are kept by reference.
	 */
	TimingOracle(pg::WhatIf &what_if, const WorkloadCalibration &known,
				 std::vector<std::optional<size_t>> statements)
		: what_if_(what_if), known_(known), statements_(std::move(statements))
	{}

	Price PriceStatement(size_t statement, const CandidateSet &set) override;

private:
	double RiskOf(size_t statement, int workers);

	pg::WhatIf &what_if_;
	const WorkloadCalibration &known_;
	std::vector<std::optional<size_t>> statements_;
	std::map<size_t, int> workers_; /* of the plan that there is now, where it was asked for */
};

} // namespace steward
