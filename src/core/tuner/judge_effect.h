/*-------------------------------------------------------------------------
 *
 * judge_effect.h
 *	  Whether a change is kept or taken back, from the times of statements
 *	  before it and since.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/tuner/measure_effect.h"

namespace steward
{

/* What ran before a change and since, by what it has to do with it. */
struct Trial
{
	std::vector<Observation> served;   /* those that should gain; of a drop none */
	std::vector<Observation> beside;   /* others that the change touches: that may lose by it */
	std::vector<Observation> controls; /* others, which it cannot touch */
};

enum class Verdict
{
	kWait, /* too little ran since, or it is not clear */
	kKeep,
	kTakeBack,
};

struct Judgement
{
	Verdict verdict = Verdict::kWait;
	Verdict by_times = Verdict::kWait; /* without regard to how the server fares */
	double drift = 1;                  /* what controls take now, as a share of what they took */
	size_t controls = 0;               /* that this was told from */
	bool told_of_server = false;       /* they were enough for it */
	bool by_clock = false;             /* judged without any drift */
	double gain = 0;   /* share of the time of the served ones that went away, corrected by the drift */
	double net_ms = 0; /* saved since the change, those that lost taken off; negative: lost */
	size_t slower = 0; /* statements that became slower, beyond doubt and by more than a tenth */
	std::string reason;
};

/*
 * A statement counts from `enough` executions on both sides on.  Means are
 * compared by Welch's test (1947), one-sided, at three standard errors: by the
 * clock, and with the means before multiplied by the drift: of the hours in which
 * the statement ran, where that is known, else the median of the controls'
 * ratios.  What is not the same both ways is not clear: so what makes
 * everything slower is not blamed on the change, nor what makes everything
 * faster put down to it.
 */
Judgement JudgeCreation(const Trial &trial, int64_t enough);

/* The same of a change by which nobody should gain: it stays if nobody became slower. */
Judgement JudgeRemoval(const Trial &trial, int64_t enough);

} // namespace steward
