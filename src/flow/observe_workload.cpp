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

#include <algorithm>

#include "core/workload/accumulate_counters.h"
#include "flow/fill_values.h"
#include "pg/extension.h"
#include "pg/index_elements.h"
#include "pg/journal.h"
#include "pg/samples.h"
#include "pg/session.h"
#include "pg/settings.h"
#include "pg/statements.h"
#include "pg/verdicts.h"

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

/* Those of the last round; on a standby they came from the primary, whose statements are others. */
static void
TakeVerdicts(std::vector<AdvisedStatement> &workload, pg::Spi &spi)
{
	pg::Verdicts verdicts;

	if (pg::InRecovery())
		return;
	{
		pg::ActingAs owner(pg::RequireExtension("pg_steward").owner, 0);

		verdicts = pg::ReadVerdicts(spi);
	}
	for (AdvisedStatement &advised : workload)
	{
		auto known = verdicts.find(advised.statement.key);

		if (known != verdicts.end())
			advised.verdict = known->second;
	}
}

std::vector<AdvisedStatement>
ObserveWorkload()
{
	std::vector<AdvisedStatement> workload;
	/* Whether it can be planned is the same with or without values. */
	StatementAnalyzer analyzer(Unseen::kUnknown);
	pg::IndexElements elements;
	pg::Spi spi;

	for (Statement &statement : ReadWorkload(spi, WorkloadSpan::kWindow))
	{
		AdvisedStatement advised;

		/* One that can be planned is enough to say that the statement can. */
		for (Variant &variant : analyzer.Analyze(statement, advised))
		{
			pg::Unfitness failure;

			advised.relations = variant.query->relations();
			(void) pg::DescribeQuery(*variant.query, elements, &failure);
			advised.reason = ReasonOf(variant, failure);
			if (!failure)
				break;
		}
		advised.statement = std::move(statement);
		workload.push_back(std::move(advised));
	}
	ShareOut(workload);
	TakeVerdicts(workload, spi);
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

std::string
ReasonOf(const Variant &variant, const pg::Unfitness &failure)
{
	if (!failure || (!variant.sampled && !variant.filled))
		return failure.reason;
	if (failure.sqlstate == sqlstate::kInsufficientPrivilege)
		return "a right is missing that its planning needs";
	if (failure.sqlstate == sqlstate::kLockNotAvailable)
		return "a table it names is locked";
	if (failure.sqlstate == sqlstate::kQueryCanceled)
		return "planning took longer than " + std::to_string(pg::settings::planning_timeout_ms) + " ms";
	return (variant.sampled ? "a sample of it cannot be planned: SQLSTATE "
							: "it cannot be planned with values of its columns: SQLSTATE ") +
		   failure.sqlstate;
}

namespace
{

std::optional<double>
RowsPerCall(const Statement &statement)
{
	const StatementCounters &counters = statement.counters;

	if (counters.calls == 0)
		return std::nullopt;
	return static_cast<double>(counters.rows) / static_cast<double>(counters.calls);
}

} // namespace

std::vector<Variant>
StatementAnalyzer::AnalyzeSamples(const Statement &statement)
{
	std::vector<pg::StatementSample> different;
	std::vector<double> times;
	std::vector<Variant> variants;
	double total = 0;

	for (pg::StatementSample &sample : pg::ReadSamples(statement.key))
	{
		auto known = std::find(different.begin(), different.end(), sample);

		if (known != different.end() && !sample.rows.empty())
			known->rows = sample.rows;
		if (known != different.end())
			times[static_cast<size_t>(known - different.begin())]++;
		else
		{
			different.push_back(std::move(sample));
			times.push_back(1);
		}
	}
	for (size_t i = 0; i < different.size(); i++)
	{
		pg::StatementSample &sample = different[i];
		auto query = std::make_unique<pg::AnalyzedQuery>(
			sample.text, pg::Identity{statement.key.userid, sample.search_path}, false,
			std::move(sample.values));

		if (query->unfit())
			continue;
		total += times[i];
		variants.push_back({std::move(query), times[i], true, false, std::move(sample.rows)});
	}
	for (Variant &variant : variants)
	{
		variant.share /= total;
		if (unseen_ == Unseen::kFilled)
			FillGaps(variant, RowsPerCall(statement));
	}
	return variants;
}

std::vector<Variant>
StatementAnalyzer::Analyze(const Statement &statement, AdvisedStatement &advised)
{
	auto identity = identities_.find(statement.key.userid);

	if (statement.text.empty())
	{
		advised.reason = "its text is not shown by pg_stat_statements";
		return {};
	}
	if (identity == identities_.end())
	{
		if (!pg::RoleExists(statement.key.userid))
		{
			advised.reason = "its role does not exist any more";
			return {};
		}
		identity = identities_
					   .emplace(statement.key.userid,
								pg::Identity{statement.key.userid, pg::SearchPathOf(statement.key.userid)})
					   .first;
	}

	std::vector<Variant> variants = AnalyzeSamples(statement);

	if (!variants.empty())
		return variants;

	auto query = std::make_unique<pg::AnalyzedQuery>(statement.text, identity->second, false);

	advised.reason = query->unfit().reason;
	if (query->unfit())
	{
		advised.copied_into = query->inserts();
		return variants;
	}
	if (unseen_ == Unseen::kFilled)
		return FillUnseen(std::move(query), RowsPerCall(statement));
	variants.push_back({std::move(query), 1, false, false});
	return variants;
}

} // namespace steward
