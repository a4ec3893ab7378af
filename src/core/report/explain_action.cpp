/*-------------------------------------------------------------------------
 *
 * explain_action.cpp
 *	  The page of an action that goes into a change request.
 *
 * Written for the person who signs it: what is done, how it is undone, who
 * gains how much, what it costs, whom it could hold up, and how to see
 * afterwards whether it helped.
 *
 * Pure: everything comes from the stored action.
 *
 *-------------------------------------------------------------------------
 */
#include "core/report/explain_action.h"

#include <algorithm>

#include "base/text.h"

namespace steward
{

namespace
{

constexpr size_t kLongestStatement = 100;

void
AddSection(std::string &page, const char *title, const std::vector<std::string> &lines)
{
	bool first = true;

	for (const std::string &line : lines)
	{
		std::string label = first ? title : "";

		label.resize(7, ' ');
		page += label + line + "\n";
		first = false;
	}
}

double
NumberOf(const Json &object, const char *member)
{
	auto found = object.find(member);

	return found != object.end() && found->is_number() ? found->get<double>() : 0;
}

std::string
TextOf(const Json &object, const char *member)
{
	auto found = object.find(member);

	return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::vector<std::string>
DescribeGain(const Action &action)
{
	std::vector<std::string> lines;
	double benefit = NumberOf(action.expected, "benefit");
	double saves = NumberOf(action.expected, "saves_ms_per_hour");
	std::string total = FormatPercent(benefit) + " of the workload";

	if (saves > 0)
		total += ", about " + FormatMilliseconds(saves) + " each hour";
	lines.push_back(total + "; planner cost of the statements served " +
					FormatNumber(NumberOf(action.expected, "cost_before"), 0) + " -> " +
					FormatNumber(NumberOf(action.expected, "cost_after"), 0));
	if (auto statements = action.evidence.find("statements"); statements != action.evidence.end())
	{
		for (const Json &statement : *statements)
		{
			std::string line = "- cost " + FormatNumber(NumberOf(statement, "cost_before"), 0) + " -> " +
							   FormatNumber(NumberOf(statement, "cost_after"), 0);

			if (NumberOf(statement, "calls") > 0)
				line += ", " + FormatNumber(NumberOf(statement, "calls"), 0) + " calls of " +
						FormatMilliseconds(NumberOf(statement, "mean_ms")) +
						(statement.contains("expected_ms")
							 ? " -> " + FormatMilliseconds(NumberOf(statement, "expected_ms")) + " expected"
							 : "") +
						", " + FormatPercent(NumberOf(statement, "share")) + " of all time";
			lines.push_back(line + ": " + Excerpt(TextOf(statement, "query"), kLongestStatement));
		}
	}
	return lines;
}

/* What is expected, and what was found. */
std::vector<std::string>
DescribeEstimates(const Action &action)
{
	std::vector<std::string> lines;

	for (const Json &statement : action.evidence.value("statements", Json::array()))
		lines.push_back(std::string(statement.value("groups", false) ? "groups" : "rows") + " expected " +
						FormatNumber(NumberOf(statement, "rows_expected"), 0) + ", found " +
						FormatNumber(NumberOf(statement, "rows_found"), 0) + ": " +
						Excerpt(TextOf(statement, "query"), kLongestStatement));
	return lines;
}

std::vector<std::string>
NamesOf(const Json &object, const char *member)
{
	std::vector<std::string> names;
	auto found = object.find(member);

	if (found != object.end() && found->is_array())
	{
		for (const Json &name : *found)
			names.push_back(name.get<std::string>());
	}
	return names;
}

std::vector<std::string>
DescribePrice(const Action &action)
{
	std::vector<std::string> lines = {FormatBytes(NumberOf(action.expected, "size_bytes")) +
									  " on disk, estimated"};
	std::vector<std::string> set = NamesOf(action.evidence, "set_columns");

	if (action.expected.contains("entries_per_hour"))
		lines.push_back("about " + FormatNumber(NumberOf(action.expected, "entries_per_hour"), 0) +
						" entries to write each hour, by the rows inserted and updated so far");
	else
		lines.push_back("every INSERT, and every UPDATE of its columns, writes one entry more");
	if (!set.empty())
		lines.push_back("UPDATEs that set " + Join(set, ", ") + " cannot be HOT with it");
	if (std::vector<std::string> may_fail = NamesOf(action.evidence, "may_fail"); !may_fail.empty())
		lines.push_back("No row can be written any more for which " + Join(may_fail, " or ") +
						" raises an error; none that was looked at does.");
	return lines;
}

/* What else could be had, for people to choose. */
std::vector<std::string>
DescribeOptions(const Action &action)
{
	std::vector<std::string> lines;
	std::vector<std::string> superfluous = NamesOf(action.evidence, "superfluous");
	std::vector<std::string> replaced = NamesOf(action.evidence, "replaced");

	std::erase_if(superfluous, [&](const std::string &name)
				  { return std::find(replaced.begin(), replaced.end(), name) != replaced.end(); });
	if (!replaced.empty())
		lines.push_back("It replaces " + Join(replaced, ", ") +
						": once it is there, the drop is advised as an action of its own.");
	if (!superfluous.empty())
		lines.push_back("It finds all that " + Join(superfluous, ", ") +
						" finds, which may then be dropped.");
	if (std::string unique = TextOf(action.evidence, "unique_ddl"); !unique.empty())
		lines.push_back("By its statistics no value occurs twice; to keep it so: " + unique);
	return lines;
}

std::vector<std::string>
DescribeLocks(const Action &action)
{
	bool creates = action.kind == ActionKind::kCreateIndex;

	if (action.evidence.value("foreign_partitions", false))
		return {
			"CREATE INDEX on the partitioned table takes SHARE on all partitions: reads go on, writes wait."};
	if (action.evidence.value("partitioned", false))
		return {
			"CREATE INDEX CONCURRENTLY takes SHARE UPDATE EXCLUSIVE on one partition at a time: reads and writes go on,",
			"VACUUM, ANALYZE and other DDL on it wait. Then CREATE INDEX ON ONLY takes SHARE on the table itself, and each",
			"ATTACH takes ACCESS EXCLUSIVE on a partition's new index, for a moment: they wait for transactions that wrote",
			"to the table or read that index, and others wait behind them: by hand, SET lock_timeout = '300ms' and try again",
			"if need be, as the steward does. The UNDO takes ACCESS EXCLUSIVE on the table and its partitions for a moment."};
	if (IsStatisticsTrial(action.kind))
		return {
			std::string(action.kind == ActionKind::kCreateStatistics ? "CREATE STATISTICS" : "ALTER TABLE") +
				" and ANALYZE, in one transaction, take SHARE UPDATE EXCLUSIVE on the table: reads and writes go on,",
			"VACUUM and DDL on it wait. While somebody vacuums the table or has locked it, it is postponed."};
	if (action.kind == ActionKind::kAnalyze)
	{
		std::vector<std::string> lines = {
			"ANALYZE takes SHARE UPDATE EXCLUSIVE on the table: reads and writes go on, VACUUM and DDL on it wait.",
			"It does not wait itself: while somebody vacuums the table or has locked it, it is postponed."};

		if (action.evidence.value("whole_tree", false))
			lines.push_back(
				"It reads all partitions, foreign ones from their servers, and before PostgreSQL 18 it "
				"analyses each of them, too.");
		return lines;
	}
	if (action.kind == ActionKind::kDropIndex && !action.ddl.empty() &&
		action.ddl.front().find("CONCURRENTLY") == std::string::npos)
		return {
			"DROP INDEX takes ACCESS EXCLUSIVE on the table for a moment: it waits 300 ms at a time for who reads or",
			"writes it, and others wait behind it. Concurrently, INSERT ON CONFLICT might fail beside a unique index",
			"that is going: by hand, SET lock_timeout = '300ms' and try again if need be, as the steward does."};
	return {std::string(creates                                    ? "CREATE INDEX"
						: action.kind == ActionKind::kReindexIndex ? "REINDEX INDEX"
																   : "DROP INDEX") +
				" CONCURRENTLY takes SHARE UPDATE EXCLUSIVE on the table: reads and writes go on,",
			"VACUUM, ANALYZE and other DDL on it wait. Bounded by pg_steward.lock_timeout."};
}

std::vector<std::string>
DescribeCheck(const Action &action)
{
	std::vector<std::string> lines = {
		"SELECT * FROM steward.journal WHERE action = " + std::to_string(action.id) + ";"};

	if (action.kind == ActionKind::kCreateStatistics)
		lines.push_back(
			"SELECT * FROM pg_stats_ext WHERE quote_ident(statistics_schemaname) || '.' || quote_ident(statistics_name) = " +
			QuoteLiteral(action.target) + ";");
	else if (action.kind == ActionKind::kSetStatistics)
		lines.push_back("SELECT attname, attstattarget FROM pg_attribute WHERE attrelid = " +
						std::to_string(action.relation) +
						" AND attnum = " + action.arguments.at("column_numbers").at(0).dump() + ";");
	else if (action.kind == ActionKind::kAnalyze)
		lines.push_back("SELECT last_analyze, n_mod_since_analyze FROM pg_stat_user_tables WHERE relid = " +
						QuoteLiteral(action.target) + "::regclass;");
	else
		lines.push_back("SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelid = " +
						QuoteLiteral(action.target) + "::regclass;");
	return lines;
}

std::string
DescribeLimits(ActionKind kind)
{
	switch (kind)
	{
		case ActionKind::kCreateIndex:
			return "Settings, data and other indexes stay as they are; no constraint is added.";
		case ActionKind::kDropIndex:
			return "No index with a constraint, replica identity or cluster mark is ever dropped.";
		case ActionKind::kReindexIndex:
			return "Settings, data and other indexes stay as they are; the index keeps its name and definition.";
		case ActionKind::kCreateStatistics:
		case ActionKind::kSetStatistics:
			return "Data, indexes and settings stay as they are; ANALYZE of the table takes a little longer.";
		case ActionKind::kAnalyze:
			return "Data, indexes and settings stay as they are; statistics targets are those of the table.";
	}
	return "";
}

/* Several in a row are to be pasted together. */
std::vector<std::string>
Statements(std::vector<std::string> ddl)
{
	if (ddl.size() > 1)
	{
		for (std::string &statement : ddl)
			statement += ";";
	}
	return ddl;
}

std::vector<std::string>
DescribeUndo(const Action &action)
{
	std::vector<std::string> lines = Statements(action.undo_ddl);

	if (lines.empty())
		lines.push_back("nothing to undo");
	else if (action.kind == ActionKind::kDropIndex)
		lines.push_back(
			"CALL steward.revert(" + std::to_string(action.id) +
			"); does it, and brings back its comment, its tablespace and its statistics targets.");
	return lines;
}

} // namespace

std::string
ExplainAction(const Action &action, const std::vector<std::string> &outcome)
{
	std::string page = "Action " + std::to_string(action.id) + ", " + std::string(KindName(action.kind)) +
					   ", " + std::string(StatusName(action.status)) + "\n\n";
	bool creates = action.kind == ActionKind::kCreateIndex;

	AddSection(page, "DO", Statements(action.ddl));
	AddSection(page, "UNDO", DescribeUndo(action));
	AddSection(page, "WHY", {WhyAdvised(action)});
	AddSection(page, "NOW", outcome);
	if (creates)
	{
		AddSection(page, "GAIN", DescribeGain(action));
		AddSection(page, "ORDER", {TextOf(action.evidence, "order")});
		AddSection(page, "PRICE", DescribePrice(action));
		if (std::vector<std::string> options = DescribeOptions(action); !options.empty())
			AddSection(page, "OPTION", options);
	}
	else if (action.kind == ActionKind::kDropIndex)
	{
		AddSection(page, "GAIN",
				   {FormatBytes(NumberOf(action.expected, "size_bytes")) +
					" of disk and cache, and one entry less for each write."});
		AddSection(
			page, "FIRST",
			{"Unless pg_steward.quarantine_time is 0, the planner does without it in all sessions for that long; it is",
			 "dropped if nothing became slower meanwhile. CALL steward.revert(" + std::to_string(action.id) +
				 ") ends that at any time."});
	}
	else if (IsStatisticsTrial(action.kind))
	{
		AddSection(page, "GAIN", DescribeEstimates(action));
		AddSection(
			page, "FIRST",
			{"It is tried in a transaction that is rolled back where the planner does not expect better, or plans as before."});
	}
	AddSection(page, "LOCKS", DescribeLocks(action));
	AddSection(page, "CHECK", DescribeCheck(action));
	AddSection(page, "NOT", {DescribeLimits(action.kind)});
	return page;
}

} // namespace steward
