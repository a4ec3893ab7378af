/*-------------------------------------------------------------------------
 *
 * advise_maintenance.cpp
 *	  What wants to be done for tables and indexes, whatever the workload.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "flow/advise_maintenance.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "core/index/find_duplicates.h"
#include "core/maintenance/judge_statistics.h"
#include "flow/measure_bloat.h"
#include "flow/watch_usage.h"
#include "pg/catalog.h"
#include "pg/ddl.h"
#include "pg/table_activity.h"

namespace steward
{

namespace
{

/* After what helps statements by a known measure. */
constexpr int kAnalyzePriority = 140;
constexpr int kDropPriority = 210;

/* What goes is not rebuilt before. */
constexpr int kReindexPriority = 220;

/* At a time; the largest first, the others later. */
constexpr size_t kMostTables = 100;

Advice
ToAdvice(const TableActivity &table, const std::string &reason)
{
	Advice advice = AnalyzeAdvice(table.oid, table.label, table.quoted);

	advice.evidence = {{"tuples", table.tuples},
					   {"modified", table.modified},
					   {"analyzed", table.analyzed},
					   {"autovacuum", table.autovacuumed}};
	/* It reads all partitions, and on these versions analyses each of them. */
	if (table.partitioned && (!pg::AnalysesOneTableOnly() || table.foreign_partitions))
		advice.evidence["whole_tree"] = true;
	advice.reason = reason;
	return advice;
}

/* All of it but why, and what is won. */
Advice
ReindexAdvice(ObjectId relation, const std::string &label, ObjectId index, const std::string &name,
			  const std::string &target)
{
	Advice advice = BeginAdvice(ActionKind::kReindexIndex, target, kReindexPriority, relation, label);

	advice.target = target;
	advice.arguments = {{"index", index}, {"name", name}};
	advice.ddl = {pg::ReindexStatement(target)};
	return advice;
}

/* All of it but why. */
Advice
DropAdvice(ObjectId relation, const std::string &label, ObjectId index, const std::string &target,
		   const std::string &definition, double size_bytes)
{
	Advice advice = BeginAdvice(ActionKind::kDropIndex, target, kDropPriority, relation, label);

	advice.target = target;
	advice.arguments = {{"index", index}, {"definition", definition}};
	advice.ddl = {pg::DropIndexStatement(target, definition)};
	advice.undo_ddl = {definition};
	advice.expected = {{"size_bytes", static_cast<int64_t>(size_bytes)}};
	return advice;
}

Advice
ToAdvice(const pg::InvalidIndex &index)
{
	Advice advice = ReindexAdvice(index.relation, index.label, index.oid, index.name, index.target);

	advice.evidence = {{"of_others", true}};
	advice.reason = "it is invalid, as an interrupted build leaves an index: it serves nobody and costs with "
					"every write; where it is not wanted: " +
					pg::DropIndexStatement(index.target);
	return advice;
}

Advice
ToAdvice(const IndexBloat &index)
{
	Advice advice = ReindexAdvice(index.relation, index.table_label, index.oid, index.name, index.target);
	double wins = index.size_bytes * index.bloat.value_or(0);

	advice.expected = {{"size_bytes", static_cast<int64_t>(index.size_bytes - wins)},
					   {"wins_bytes", static_cast<int64_t>(wins)}};
	advice.evidence = {{"bloat", *index.bloat}};
	advice.reason =
		"about " + FormatPercent(*index.bloat) + " of its " + FormatBytes(index.size_bytes) +
		" are free space or empty pages, " +
		(index.btree ? "by a look at its pages" : "by what it took for each row after it was rebuilt last") +
		", which cost memory and time with each scan";
	return advice;
}

Advice
ToAdvice(const JudgedIndex &judged)
{
	const IndexUsage &index = judged.index;
	Advice advice = DropAdvice(index.relation, index.table_label, index.oid, index.target, index.definition,
							   index.size_bytes);

	advice.evidence = {{"unused", true}};
	advice.reason = judged.judgement.reason + "; without it " + FormatBytes(index.size_bytes) +
					" are free and each write costs less";
	return advice;
}

Advice
ToAdvice(const Relation &relation, const DuplicateIndex &duplicate)
{
	const ExistingIndex &index = duplicate.index;
	Advice advice =
		DropAdvice(relation.oid, relation.label, index.oid, index.name, index.definition, index.size_bytes);

	advice.evidence = {{"covered_by", duplicate.twin.name}};
	advice.reason = "an exact duplicate of " + duplicate.twin.name;
	return advice;
}

void
AdviseStatistics(pg::Spi &spi, const std::vector<std::string> &exclusions, std::vector<Advice> &advice)
{
	std::vector<TableActivity> tables = pg::ReadTableActivity(spi);

	std::stable_sort(tables.begin(), tables.end(),
					 [](const TableActivity &a, const TableActivity &b) { return a.tuples > b.tuples; });
	for (const TableActivity &table : tables)
	{
		std::string reason = WhyAnalyze(table);

		if (!reason.empty() && advice.size() < kMostTables && !MatchesAnyLike(table.label, exclusions) &&
			!MatchesAnyLike(table.label_of_whole, exclusions))
			advice.push_back(ToAdvice(table, reason));
	}
}

void
AdviseRebuilds(pg::Spi &spi, const std::vector<std::string> &exclusions, std::vector<Advice> &advice)
{
	for (const pg::InvalidIndex &index : pg::ReadInvalidIndexes(spi, pg::LeftBy::kBuild))
	{
		if (!MatchesAnyLike(index.label, exclusions))
			advice.push_back(ToAdvice(index));
	}
	for (const IndexBloat &index : ReadBloated(spi))
	{
		if (!MatchesAnyLike(index.table_label, exclusions))
			advice.push_back(ToAdvice(index));
	}
}

/*
 * On tables that no statement of the workload touches; the others were looked at with
 * their statements.  `twins` becomes those that stay.
 */
void
AdviseDuplicates(pg::Spi &spi, const Catalog &seen, const std::vector<std::string> &exclusions,
				 std::vector<Advice> &advice, std::set<std::string> &twins)
{
	std::vector<ObjectId> tables = pg::TablesWithDuplicates(spi);

	std::erase_if(tables, [&](ObjectId table) { return seen.count(table) != 0; });
	tables.resize(std::min(tables.size(), kMostTables));
	for (const auto &[oid, relation] : pg::ReadCatalog(spi, tables))
	{
		if (!relation.unfit.empty() || MatchesAnyLike(relation.label, exclusions))
			continue;
		for (const DuplicateIndex &duplicate : FindDuplicates(relation))
		{
			advice.push_back(ToAdvice(relation, duplicate));
			twins.insert(duplicate.twin.name);
		}
	}
}

/* But what is to stand in for others, which nobody knows yet. */
void
AdviseUnused(pg::Spi &spi, const std::set<std::string> &twins, const std::vector<std::string> &exclusions,
			 std::vector<Advice> &advice)
{
	for (const JudgedIndex &judged : FindUnused(spi))
	{
		/* Only what could be built again. */
		if (judged.index.rebuildable && twins.count(judged.index.target) == 0 &&
			!MatchesAnyLike(judged.index.table_label, exclusions))
			advice.push_back(ToAdvice(judged));
	}
}

} // namespace

Advice
BeginAdvice(ActionKind kind, const std::string &subject, int priority, ObjectId relation,
			const std::string &label)
{
	Advice advice;

	advice.kind = kind;
	advice.canonical = std::string(KindName(kind)) + " " + subject;
	advice.priority = priority;
	advice.relation = relation;
	advice.relation_label = label;
	advice.arguments = Json::object();
	advice.expected = Json::object();
	return advice;
}

Advice
AnalyzeAdvice(ObjectId relation, const std::string &label, const std::string &quoted)
{
	Advice advice = BeginAdvice(ActionKind::kAnalyze, quoted, kAnalyzePriority, relation, label);

	advice.target = quoted;
	advice.ddl = {pg::AnalyzeInPassingStatement(quoted)};
	return advice;
}

std::vector<Advice>
AdviseMaintenance(pg::Spi &spi, const Catalog &seen, const std::vector<std::string> &exclusions)
{
	std::vector<Advice> advice;
	std::set<std::string> twins;

	AdviseStatistics(spi, exclusions, advice);
	AdviseRebuilds(spi, exclusions, advice);
	AdviseDuplicates(spi, seen, exclusions, advice, twins);
	AdviseUnused(spi, twins, exclusions, advice);
	return advice;
}

} // namespace steward
