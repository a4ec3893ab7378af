/*-------------------------------------------------------------------------
 *
 * sql_advise.cpp
 *	  The SQL functions that read the workload and advise on indexes.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include <set>

#include "core/index/case_json.h"
#include "core/report/describe_gains.h"
#include "core/report/explain_action.h"
#include "flow/export_case.h"
#include "flow/observe_workload.h"
#include "flow/tell_outcome.h"
#include "flow/tune_indexes.h"
#include "pg/catalog.h"
#include "pg/ddl.h"
#include "pg/extension.h"
#include "pg/function_call.h"
#include "pg/hypopg.h"
#include "pg/journal.h"
#include "pg/session.h"
#include "pg/settings.h"

namespace steward
{

namespace
{

/* Arguments of steward.recommend_indexes(), by position. */
enum RecommendArgument
{
	kQueries,
	kRelations,
	kStorageBudget,
	kMinCalls,
	kMaxColumns,
	kObjective,
};

constexpr int kMostColumns = 32; /* INDEX_MAX_KEYS of a server built as usual */

[[noreturn]] void
RefuseParameter(const std::string &message, const std::string &detail, const std::string &hint)
{
	throw Refusal({sqlstate::kInvalidParameterValue, message, detail, hint});
}

std::vector<std::string>
RequireQueries(const std::vector<std::optional<std::string>> &given)
{
	std::vector<std::string> queries;

	if (given.empty())
		RefuseParameter("the list of queries must not be empty", "The array has no element.",
						"Pass NULL to advise on the observed workload.");
	for (const std::optional<std::string> &query : given)
	{
		if (!query)
			RefuseParameter("a query must not be NULL",
							"Element " + std::to_string(queries.size() + 1) + " of the array is NULL.",
							"Leave it out of the array.");
		queries.push_back(*query);
	}
	return queries;
}

IndexRequest
ReadRequest(FunctionCallInfo fcinfo)
{
	pg::Arguments arguments(fcinfo);
	IndexRequest request;

	if (auto queries = arguments.TextArray(kQueries))
		request.queries = RequireQueries(*queries);
	if (auto relations = arguments.OidArray(kRelations))
	{
		request.relations = *relations;
		if (request.relations.empty())
			RefuseParameter("the list of relations must not be empty", "The array has no element.",
							"Pass NULL to advise on all relations.");
	}
	if (auto budget = arguments.Integer(kStorageBudget))
	{
		if (*budget <= 0)
			RefuseParameter("storage budget must be positive",
							"The budget is " + std::to_string(*budget) + " bytes.",
							"Pass a number of bytes, or NULL for pg_steward.index_storage_budget.");
		request.storage_budget = static_cast<double>(*budget);
	}
	request.min_calls = arguments.Integer(kMinCalls).value_or(pg::settings::min_calls);
	if (request.min_calls < 0)
		RefuseParameter("min_calls must not be negative", "It is " + std::to_string(request.min_calls) + ".",
						"Pass 0 or more, or NULL for pg_steward.min_calls.");

	int columns = arguments.Integer4(kMaxColumns).value_or(pg::settings::index_max_columns);

	if (columns < 1 || columns > kMostColumns)
		RefuseParameter("max_columns is out of range", "It is " + std::to_string(columns) + ".",
						"Pass 1 to 32, or NULL for pg_steward.index_max_columns.");
	request.max_columns = static_cast<size_t>(columns);

	std::string objective = arguments.Text(kObjective).value_or("time");

	if (objective != "time" && objective != "cost")
		RefuseParameter("unknown objective \"" + objective + "\"",
						"Indexes are chosen by measured time or by planner cost.", "Pass 'time' or 'cost'.");
	request.objective = objective == "cost" ? Objective::kCost : Objective::kTime;
	return request;
}

std::vector<pg::Value>
ToRow(const IndexAdvice &advice, const RecommendedIndex &recommended, size_t rank)
{
	std::string oid = std::to_string(recommended.relation);
	bool drop = recommended.drop;
	bool replaces = !recommended.replaced.empty();
	std::vector<std::string> replaced;

	if (drop)
		replaced.push_back(std::to_string(recommended.existing.oid));
	for (const ExistingIndex &existing : replaces ? recommended.replaced : recommended.superfluous)
		replaced.push_back(std::to_string(existing.oid));
	return {pg::IntegerValue(static_cast<int64_t>(rank)),
			drop ? "drop" : (replaces ? "replace" : "create"),
			recommended.ddl,
			pg::ArrayLiteral(recommended.ddl_steps),
			recommended.undo_ddl,
			oid,
			drop ? recommended.existing.method : recommended.index.method,
			pg::IntegerValue(static_cast<int64_t>(recommended.size_bytes)),
			drop ? pg::Value() : pg::NumberValue(recommended.cost_before),
			drop ? pg::Value() : pg::NumberValue(recommended.cost_after),
			pg::NumberValue(recommended.benefit),
			recommended.saves_ms_per_hour ? pg::NumberValue(*recommended.saves_ms_per_hour) : pg::Value(),
			drop ? pg::Value() : pg::NumberValue(recommended.write_cost),
			pg::ArrayLiteral(replaced),
			DumpJson(DescribeGains(advice.statements, recommended)),
			recommended.confirmed_by.empty() ? pg::Value() : pg::Value(recommended.confirmed_by),
			recommended.reason};
}

/* Who brings queries learns of each for which nothing is advised. */
void
TellVerdicts(const IndexRequest &request, const IndexAdvice &advice)
{
	std::set<size_t> served;

	/* Where there is nothing at all that was told already. */
	if (!request.queries || advice.recommendations.empty())
		return;
	for (const RecommendedIndex &recommended : advice.recommendations)
	{
		for (const StatementGain &gain : recommended.gains)
			served.insert(gain.statement);
	}
	for (size_t i = 0; i < advice.statements.size(); i++)
	{
		if (served.count(i) == 0 && !advice.statements[i].verdict.empty())
			pg::Notice("query " + std::to_string(i + 1) + ": " + advice.statements[i].verdict);
	}
}

/* The action's index as hypopg is to create it, from what the catalog says now. */
std::string
HypotheticalStatement(pg::Spi &spi, const Action &action)
{
	Catalog catalog = pg::ReadCatalog(spi, {action.relation});

	if (!catalog.empty())
	{
		Relation &relation = catalog.begin()->second;

		std::optional<IndexDefinition> index = pg::IndexFromJson(action.arguments, relation);

		if (index && (relation.partitioned || !pg::HypopgKnows(index->method)))
			throw Refusal({sqlstate::kFeatureNotSupported,
						   "action " + std::to_string(action.id) + " cannot be simulated",
						   relation.partitioned
							   ? "hypopg knows no index on a partitioned table."
							   : "hypopg knows no index of access method " + index->method + ".",
						   "See what it would bring: SELECT steward.explain_recommendation(" +
							   std::to_string(action.id) + ");"});
		if (index)
			return pg::CreateIndexStatement(relation, *index, "", pg::Building::kHypothetical);
	}
	throw Refusal({sqlstate::kNotInPrerequisiteState,
				   "action " + std::to_string(action.id) + " no longer fits its table",
				   "The table or a column is not what it was when the index was advised.",
				   "Run SELECT * FROM steward.refresh(); to renew the advice."});
}

/* An action that the caller may see. */
Action
LoadShown(pg::Spi &spi, int64_t id)
{
	Action action = pg::Journal(spi).Load(id);

	if (!pg::MayBeShown(action))
		throw Refusal({sqlstate::kInsufficientPrivilege,
					   "permission denied to see action " + std::to_string(id),
					   "The condition of its index tells a value of a column that you may not read.",
					   "Ask for SELECT on that column of " + action.target + "'s table."});
	return action;
}

/* Values of people's rows are for those alone who were trusted with them. */
CaseValues
ReadCaseValues(const pg::Arguments &arguments)
{
	if (!arguments.Bool(1).value_or(false))
		return CaseValues::kRedacted;
	if (!pg::MayReadSamples())
		throw Refusal(
			{sqlstate::kInsufficientPrivilege, "permission denied to export values",
			 "Only members of steward_samples may see values that statements ran with.",
			 "Leave out include_values, or have a superuser run GRANT steward_samples TO the role."});
	return CaseValues::kIncluded;
}

/* What is known of a table by its OID says nothing where another table has it. */
void
RequireLocal(const Action &action)
{
	if (!action.local)
		throw Refusal({sqlstate::kNotInPrerequisiteState,
					   "action " + std::to_string(action.id) + " was advised in another database",
					   "This database is a copy of it, in which nobody knows the action's table.",
					   "Export it there, or the whole workload here: SELECT steward.export_case();"});
}

} // namespace

STEWARD_FUNCTION(steward_recommend_indexes)
{
	pg::ResultSet results(fcinfo);
	IndexRequest request = ReadRequest(fcinfo);
	IndexAdvice advice = TuneIndexes(request);
	size_t rank = 0;

	if (advice.cut_off)
		pg::Notice(
			"the time for advice was over before the best indexes were found; this is what there was, see "
			"pg_steward.advice_time_limit");
	if (!advice.nothing.empty())
		pg::Notice("no index is advised: " + advice.nothing);
	else
		TellVerdicts(request, advice);
	for (const RecommendedIndex &recommended : advice.recommendations)
		results.AddRow(ToRow(advice, recommended, ++rank));
	return (Datum) 0;
}

STEWARD_FUNCTION(steward_list_statements)
{
	pg::ResultSet results(fcinfo);

	for (const AdvisedStatement &advised : ObserveWorkload())
	{
		const Statement &statement = advised.statement;
		const StatementCounters &counters = statement.counters;
		std::vector<std::string> tables;

		for (ObjectId relation : advised.relations)
			tables.push_back(std::to_string(relation));
		results.AddRow({std::to_string(statement.key.userid), pg::IntegerValue(statement.key.queryid),
						pg::BoolValue(statement.key.toplevel), statement.text,
						pg::IntegerValue(counters.calls), pg::NumberValue(counters.total_ms),
						pg::NumberValue(counters.MeanMs()), pg::IntegerValue(counters.rows),
						pg::IntegerValue(counters.blocks_hit), pg::IntegerValue(counters.blocks_read),
						pg::TimestampValue(statement.since), pg::ArrayLiteral(tables),
						advised.reason.empty() ? pg::Value() : pg::Value(advised.reason),
						advised.verdict.empty() ? pg::Value() : pg::Value(advised.verdict)});
	}
	return (Datum) 0;
}

STEWARD_FUNCTION(steward_explain_recommendation)
{
	pg::Spi spi;
	Action action = LoadShown(spi, *pg::Arguments(fcinfo).Integer(0));

	return pg::MakeText(ExplainAction(action, TellOutcome(spi, action)));
}

STEWARD_FUNCTION(steward_export_case)
{
	pg::Arguments arguments(fcinfo);
	CaseValues values = ReadCaseValues(arguments);
	std::optional<Action> action;

	if (std::optional<int64_t> id = arguments.Integer(0))
	{
		pg::Spi spi;

		action = LoadShown(spi, *id);
		RequireLocal(*action);
	}
	return pg::MakeJson(DumpJson(CaseToJson(ExportCase(action, values))));
}

STEWARD_FUNCTION(steward_simulate)
{
	pg::Spi spi;
	Action action = LoadShown(spi, *pg::Arguments(fcinfo).Integer(0));

	if (action.kind != ActionKind::kCreateIndex)
		throw Refusal({sqlstate::kFeatureNotSupported,
					   "action " + std::to_string(action.id) + " creates no index",
					   "Only an index that is to be created can be simulated.",
					   "See SELECT steward.explain_recommendation(" + std::to_string(action.id) + ");"});

	pg::SimulatedIndex index = pg::CreateInHypopg(spi, HypotheticalStatement(spi, action));

	return pg::MakeRow(fcinfo, {std::to_string(index.oid), index.name});
}

} // namespace steward
