/*-------------------------------------------------------------------------
 *
 * observe_workload.cpp
 *	  The spine of the workload: counters in, analysed statements out.
 *
 * Server.  What is noted is read and written as the extension's owner; what
 * pg_stat_statements shows is up to the rights of the current role.
 *
 *-------------------------------------------------------------------------
 */
#include "flow/observe_workload.h"

#include "core/workload/accumulate_counters.h"
#include "pg/extension.h"
#include "pg/journal.h"
#include "pg/session.h"
#include "pg/statements.h"

namespace steward
{

std::vector<Statement>
ReadWorkload(pg::Spi &spi, WorkloadSpan span)
{
	pg::NotedWorkload noted;

	/* What was noted came from the primary; a standby's counters are its own. */
	if (!pg::InRecovery())
	{
		pg::ActingAs owner(pg::RequireExtension("pg_steward").owner, 0);

		noted = pg::ReadNotedWorkload(spi);
		/* Times from before an index would ask for more indexes, to cure what is cured. */
		if (span == WorkloadSpan::kSinceChanges)
		{
			for (const auto &[key, counters] : pg::Journal(spi).ReadBaselines())
			{
				noted.seen[key] = counters;
				noted.recorded.erase(key);
			}
		}
	}
	return AccumulateWindow(pg::ReadStatements(spi, true), noted.seen, noted.recorded);
}

std::vector<AdvisedStatement>
ObserveWorkload()
{
	std::vector<AdvisedStatement> workload;
	StatementAnalyzer analyzer;
	pg::Spi spi;

	for (Statement &statement : ReadWorkload(spi, WorkloadSpan::kWindow))
	{
		AdvisedStatement advised;

		if (std::unique_ptr<pg::AnalyzedQuery> query = analyzer.Analyze(statement, &advised.reason))
		{
			advised.relations = query->relations();
			pg::Unfitness failure;

			(void) pg::DescribeQuery(*query, &failure);
			advised.reason = failure.reason;
		}
		advised.statement = std::move(statement);
		workload.push_back(std::move(advised));
	}
	ShareOut(workload);
	return workload;
}

void
ShareOut(std::vector<AdvisedStatement> &statements)
{
	double total = 0;

	for (const AdvisedStatement &advised : statements)
		total += advised.statement.counters.total_ms;
	for (AdvisedStatement &advised : statements)
		advised.share = total > 0 ? advised.statement.counters.total_ms / total : 0;
}

void
NoteWorkload()
{
	pg::Spi spi;
	std::vector<LiveStatement> live = pg::ReadStatements(spi, false);

	pg::RecordParts(spi, live, PartsSince(live, pg::ReadSeenCounters(spi)));
	pg::ForgetOldParts(spi);
}

std::unique_ptr<pg::AnalyzedQuery>
StatementAnalyzer::Analyze(const Statement &statement, std::string *reason)
{
	auto identity = identities_.find(statement.key.userid);

	if (statement.text.empty())
	{
		*reason = "its text is not shown by pg_stat_statements";
		return nullptr;
	}
	if (identity == identities_.end())
	{
		if (!pg::RoleExists(statement.key.userid))
		{
			*reason = "its role does not exist any more";
			return nullptr;
		}
		identity = identities_
					   .emplace(statement.key.userid,
								pg::Identity{statement.key.userid, pg::SearchPathOf(statement.key.userid)})
					   .first;
	}

	auto query = std::make_unique<pg::AnalyzedQuery>(statement.text, identity->second, false);

	if (!query->unfit())
		return query;
	*reason = query->unfit().reason;
	return nullptr;
}

} // namespace steward
