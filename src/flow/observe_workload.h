/*-------------------------------------------------------------------------
 *
 * observe_workload.h
 *	  The spine of the workload: counters in, analysed statements out.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "model/recommendation.h"
#include "pg/query_tree.h"
#include "pg/spi.h"

namespace steward
{

/*
 * The statements of this database within pg_steward.workload_window, up to
 * this moment, most time first; only those the current role may see.
 */
enum class WorkloadSpan
{
	kWindow,
	kSinceChanges, /* a statement that an index of ours serves: only since that index is there */
};

std::vector<Statement> ReadWorkload(pg::Spi &spi, WorkloadSpan span);

/* The same with each statement's tables, or the reason why it cannot be analysed. */
std::vector<AdvisedStatement> ObserveWorkload();

/* Sets each statement's share of all measured time. */
void ShareOut(std::vector<AdvisedStatement> &statements);

/* Notes what ran since the last time; for the steward worker. */
void NoteWorkload();

/* A statement with values it really ran with; or, where nobody saw it run, with some of its columns', or without any. */
struct Variant
{
	std::unique_ptr<pg::AnalyzedQuery> query;
	double share = 1;                /* of the statement's executions, 0-1 */
	bool sampled = false;            /* with values, which nobody is to be shown */
	bool filled = false;             /* with values of statistics, which nobody is to be shown either */
	std::vector<RowCount> rows = {}; /* of tables that it read with these values, where they were counted */
};

/* Why a variant cannot be planned, without its values. */
std::string ReasonOf(const Variant &variant, const pg::Unfitness &failure);

/* What becomes of parameters whose values nobody saw. */
enum class Unseen
{
	kUnknown,
	kFilled, /* values of the columns they are compared with */
};

/* Analyses statements of the workload, each as its own role. */
class StatementAnalyzer
{
public:
	explicit StatementAnalyzer(Unseen unseen) : unseen_(unseen) {}

	/*
	 * The variants whose shares make up the statement; empty, with the reason in
	 * `advised`, where it cannot be analysed.  There, too, is what a COPY fills.
	 */
	std::vector<Variant> Analyze(const Statement &statement, AdvisedStatement &advised);

private:
	std::vector<Variant> AnalyzeSamples(const Statement &statement);

	Unseen unseen_;
	std::map<ObjectId, pg::Identity> identities_;
};

} // namespace steward
