/*-------------------------------------------------------------------------
 *
 * build_parts.cpp
 *	  Build the index of a partitioned table concurrently, one partition after
 *	  the other, and remove what there is of one.
 *
 * Look what is there, do what comes next, look again: core/index/next_part.h
 * says what that is.  The name of each part is in the journal before the part is
 * built, so that whoever comes after a crash knows which indexes are ours.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "flow/build_parts.h"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "core/index/next_part.h"
#include "flow/find_index.h"
#include "flow/index_names.h"
#include "flow/run_ddl.h"
#include "flow/schedule_actions.h"
#include "pg/catalog.h"
#include "pg/ddl.h"
#include "pg/journal.h"
#include "pg/preflight.h"
#include "pg/session.h"

namespace steward
{

namespace
{

constexpr int kRemovalTries = 3;

/* Between two tries of what others have to wait for. */
constexpr long kRestMs = 1000;

/* In a hurry, what is not removed by then is left to a worker after this one. */
constexpr double kHurriedSeconds = 1.2;

/* The table, its partitions on all levels, and former ones that have a part: upper levels first. */
constexpr const char *kTableQuery = R"(
WITH tree AS (SELECT relid::oid, CASE WHEN level = 0 THEN 0 ELSE parentrelid::oid END AS parent, level
                FROM pg_partition_tree($1::oid))
SELECT t.relid, t.parent, c.relkind, n.nspname, c.relname, t.strayed
  FROM (SELECT relid, parent, level, false AS strayed FROM tree
         UNION ALL
        SELECT known, 0, NULL, true FROM unnest($2::oid[]) AS known WHERE known NOT IN (SELECT relid FROM tree)) AS t
  JOIN pg_class AS c ON c.oid = t.relid
  JOIN pg_namespace AS n ON n.oid = c.relnamespace
 ORDER BY t.level, t.relid)";

/* What somebody else is just building is not ours, whatever its name. */
constexpr const char *kIndexQuery = R"(
SELECT i.indrelid, i.indexrelid, c.relname, i.indisvalid, coalesce(h.inhparent, 0)
  FROM unnest($1::oid[]) AS t (relid)
  JOIN pg_index AS i ON i.indrelid = t.relid
  JOIN pg_class AS c ON c.oid = i.indexrelid
  LEFT JOIN pg_inherits AS h ON h.inhrelid = i.indexrelid
 WHERE NOT EXISTS (SELECT FROM pg_stat_progress_create_index AS p
                    WHERE p.index_relid = i.indexrelid AND p.pid <> pg_backend_pid()))";

std::string
TargetOf(const IndexPart &part)
{
	return pg::QualifiedName(part.table.schema, part.name);
}

class IndexInParts
{
public:
	explicit IndexInParts(const Action &action) : action_(action) {}

	PartsOutcome Build()
	{
		for (int failures = 0;;)
		{
			std::optional<NextPart> next;
			std::optional<Error> error = Look(true);

			if (!error)
			{
				next = NextToBuild(parts_);
				if (!next)
					return {};
				if (next->step == PartStep::kBuild)
				{
					if (std::string reason = WhyPause(); !reason.empty())
						return {std::nullopt, reason};
				}
				error = Do(*next);
			}
			if (!error && next->step != PartStep::kRemove)
				failures = 0;
			if (error)
				error = WaitToTryAgain(action_.id, *error, ++failures);
			if (error && IsLockTrouble(*error))
				return {std::nullopt, error->message};
			if (error)
				return {error, ""};
		}
	}

	bool Remove()
	{
		double began = pg::SecondsSinceEpoch();

		for (int failures = 0;;)
		{
			bool hurries = IsInHurry();
			std::optional<NextPart> next;
			std::optional<Error> error = Look(false);

			if (!error)
			{
				next = NextToRemove(parts_);
				if (!next)
					return true;
				error = Do(*next);
			}
			if (hurries && (error || pg::SecondsSinceEpoch() - began > kHurriedSeconds))
				return false;
			if (!error)
				continue;
			pg::LogWarning("could not remove the parts of index " + action_.target + ": " + error->message);
			if (next && !IsLockTrouble(*error))
				/* It will not be otherwise the next time: those after it are removed all the same. */
				given_up_.insert(parts_.at(next->part).table.oid);
			else if (++failures >= kRemovalTries)
				return false;
			else
				pg::WaitMilliseconds(kRestMs);
		}
	}

private:
	struct Found
	{
		ObjectId oid = 0;
		std::string name;
		bool valid = false;
		ObjectId above = 0;
	};

	std::optional<Error> Look(bool building)
	{
		std::optional<Error> obstacle;

		try
		{
			InTransaction([&] { obstacle = LookInside(building); });
		}
		catch (const pg::ServerError &error)
		{
			/* The names that were given are forgotten with the transaction. */
			names_read_ = false;
			names_.clear();
			return ToError(error);
		}
		return obstacle;
	}

	std::optional<Error> LookInside(bool building)
	{
		pg::Spi spi;
		pg::Journal journal(spi);

		ReadTables(spi, journal);
		ReadIndexes(spi, journal);
		if (!building)
			return std::nullopt;

		/* A table that somebody has locked is not one that is gone. */
		pg::LockForReading(action_.relation);

		Catalog catalog = pg::ReadCatalog(spi, {action_.relation});

		if (catalog.empty())
			return Error{sqlstate::kUndefinedTable, "the table is not there any more", "", ""};
		relation_ = catalog.begin()->second;

		std::optional<IndexDefinition> index = pg::IndexFromJson(action_.arguments, relation_);

		if (!index)
			return Error{sqlstate::kNotInPrerequisiteState,
						 "the table is not what it was when the index was advised", "", ""};
		index_ = *index;
		for (const IndexPart &part : parts_)
		{
			if (part.foreign && !part.strayed)
				return Error{sqlstate::kNotInPrerequisiteState,
							 "partition " + part.table.quoted + " is a foreign table, which has no index", "",
							 ""};
		}
		GiveNames(spi, journal);
		return std::nullopt;
	}

	void ReadTables(pg::Spi &spi, pg::Journal &journal)
	{
		std::string known;

		if (!names_read_)
			ReadNames(journal);
		for (const auto &[oid, name] : names_)
			known += (known.empty() ? "" : ",") + std::to_string(oid);

		parts_.clear();
		places_.clear();
		for (const pg::Row &row :
			 spi.Query(kTableQuery, {std::to_string(action_.relation), "{" + known + "}"}))
		{
			IndexPart part;
			std::string kind = row.Text(2);

			part.table.oid = row.ObjectId(0);
			part.table.parent = row.ObjectId(1);
			part.table.partitioned = kind == "p";
			part.table.schema = row.Text(3);
			part.table.name = row.Text(4);
			part.table.quoted = pg::QualifiedName(part.table.schema, part.table.name);
			part.foreign = kind == "f";
			part.strayed = row.Bool(5);
			if (part.table.oid == action_.relation)
				part.name = action_.arguments.at("name").get<std::string>();
			else if (auto name = names_.find(part.table.oid); name != names_.end())
				part.name = name->second;
			places_[part.table.oid] = parts_.size();
			parts_.push_back(std::move(part));
		}
		/* One that was moved to another table this moment. */
		for (IndexPart &part : parts_)
			part.strayed = part.strayed || (part.table.parent != 0 && PartOf(part.table.parent) == nullptr);
	}

	/* Once: nobody else gives names to the parts of this action. */
	void ReadNames(pg::Journal &journal)
	{
		Json journaled = journal.LastParts(action_.id).value_or(Json::object());

		for (const auto &[oid, name] : journaled.items())
			names_[static_cast<ObjectId>(std::stoul(oid))] = name.get<std::string>();
		names_read_ = true;
	}

	void ReadIndexes(pg::Spi &spi, pg::Journal &journal)
	{
		std::map<ObjectId, std::vector<Found>> found;
		std::set<ObjectId> ours;
		std::set<ObjectId> served; /* partitions that have another index below ours, and so all below them */
		std::string oids;

		for (const IndexPart &part : parts_)
			oids += (oids.empty() ? "" : ",") + std::to_string(part.table.oid);
		for (const pg::Row &row : spi.Query(kIndexQuery, {"{" + oids + "}"}))
			found[row.ObjectId(0)].push_back({row.ObjectId(1), row.Text(2), row.Bool(3), row.ObjectId(4)});
		for (IndexPart &part : parts_)
		{
			for (const Found &index : found[part.table.oid])
			{
				if (index.name != part.name || !IsOurs(spi, journal, part, index.oid))
					continue;
				part.there = given_up_.count(part.table.oid) == 0;
				part.valid = index.valid;
				ours.insert(index.oid);
			}
		}
		/* What became part of somebody else's index is his; but the whole is ours, whatever is above it. */
		for (IndexPart &part : parts_)
		{
			if (part.table.oid == action_.relation)
				continue;
			for (const Found &index : found[part.table.oid])
			{
				if (index.name != part.name || index.above == 0 || ours.count(index.above) != 0)
					continue;
				ours.erase(index.oid);
				part.there = false;
				part.name.clear();
				break;
			}
		}
		for (IndexPart &part : parts_)
		{
			part.attached = served.count(part.table.parent) != 0;
			for (const Found &index : found[part.table.oid])
				part.attached = part.attached || ours.count(index.above) != 0;
			if (part.attached && !part.there)
				served.insert(part.table.oid);
		}
	}

	/* Names were free when they were given; but a long build gives others time. */
	bool IsOurs(pg::Spi &spi, pg::Journal &journal, const IndexPart &part, ObjectId oid)
	{
		auto known = is_ours_.find(oid);

		if (known != is_ours_.end())
			return known->second;

		pg::LockForReading(part.table.oid);

		Catalog catalog = pg::ReadCatalog(spi, {part.table.oid});
		Action of_part = action_;

		if (catalog.empty())
			return false;

		const Relation &table = catalog.begin()->second;

		of_part.arguments = pg::ArgumentsForPartition(action_.arguments, table);
		of_part.target = TargetOf(part);

		const ExistingIndex *index = FindIndex(catalog, of_part);

		return is_ours_[oid] = index != nullptr && IsTheIndex(*index, table, of_part, journal);
	}

	/* Those of all parts that have none, into the journal. */
	void GiveNames(pg::Spi &spi, pg::Journal &journal)
	{
		IndexNames names(spi);
		bool given = false;

		for (IndexPart &part : parts_)
		{
			if (!part.name.empty() || part.strayed || part.attached)
				continue;
			part.name = names.Give(relation_, part.table, index_);
			given = true;
		}
		if (!given)
			return;

		std::map<ObjectId, std::string> known;
		Json all = Json::object();
		pg::TransitionNote note;

		for (const IndexPart &part : parts_)
		{
			if (part.name.empty() || part.table.oid == action_.relation)
				continue;
			known[part.table.oid] = part.name;
			all[std::to_string(part.table.oid)] = part.name;
		}
		note.worker_pid = pg::ProcessId();
		note.before_state = Json{{"parts", std::move(all)}};
		journal.Remark(action_.id, action_.status, note);
		names_ = std::move(known);
	}

	/* What speaks against the next partition just now; empty where nothing does. */
	std::string WhyPause()
	{
		std::string reason;

		InTransaction(
			[&]
			{
				pg::Spi spi;
				pg::Journal journal(spi);
				pg::Journal::Request request = journal.LastRequest(action_.id);

				if (request.unasked)
					reason = WhatForbids(action_, request.approved);
				if (reason.empty())
					reason = pg::WhatWouldStall(spi);
				if (reason.empty())
					reason = pg::WhatLagsBehind(spi);
				if (reason.empty() && journal.NextDue({ActionStatus::kRevertQueued}))
					reason = "something else is to be taken back first";
			});
		return reason;
	}

	std::optional<Error> Do(const NextPart &next)
	{
		const IndexPart &part = parts_.at(next.part);

		switch (next.step)
		{
			case PartStep::kBuild:
				return RunDdl(pg::CreatePartitionIndexStatement(relation_, part.table, index_, part.name,
																pg::Building::kConcurrently));
			case PartStep::kCreateEmpty:
				return RunBriefly(pg::CreatePartitionIndexStatement(relation_, part.table, index_, part.name,
																	pg::Building::kOnly));
			case PartStep::kAttach:
				return RunBriefly(
					pg::AttachIndexStatement(TargetOf(*PartOf(part.table.parent)), TargetOf(part)));
			case PartStep::kRemove:
				return RunDdl(pg::DropIndexStatement(TargetOf(part)));
			case PartStep::kRemoveWhole:
				return RunBriefly(pg::DropWholeIndexStatement(TargetOf(part)));
		}
		return std::nullopt;
	}

	/* nullptr where the table is none of the partitions. */
	const IndexPart *PartOf(ObjectId table) const
	{
		auto place = places_.find(table);

		return place == places_.end() ? nullptr : &parts_[place->second];
	}

	const Action &action_;
	Relation relation_;
	IndexDefinition index_;
	std::vector<IndexPart> parts_;
	std::map<ObjectId, size_t> places_; /* in parts_, by their tables */
	std::map<ObjectId, std::string> names_;
	bool names_read_ = false;
	std::map<ObjectId, bool> is_ours_;
	std::set<ObjectId> given_up_; /* tables whose part cannot be removed */
};

} // namespace

bool
HasParts(const Action &action)
{
	return action.kind == ActionKind::kCreateIndex && action.evidence.value("partitioned", false);
}

PartsOutcome
BuildParts(const Action &action)
{
	try
	{
		return IndexInParts(action).Build();
	}
	catch (const pg::ServerError &error)
	{
		return {ToError(error), ""};
	}
}

int64_t
CountBuiltParts(pg::Spi &spi, pg::Journal &journal, const Action &action)
{
	return spi
		.QueryOne("SELECT count(*) FROM jsonb_each_text($1::jsonb) AS p (oid, name)"
				  "  JOIN pg_index AS i ON i.indrelid = p.oid::oid AND i.indisvalid"
				  "  JOIN pg_class AS c ON c.oid = i.indexrelid AND c.relname = p.name",
				  {DumpJson(journal.LastParts(action.id).value_or(Json::object()))})
		.Integer(0);
}

std::string
PartOfOthers(pg::Spi &spi, pg::Journal &journal, const Action &action)
{
	/* The server makes an index and attaches it in one transaction; one that came with its table it only attaches. */
	pg::Rows rows =
		spi.Query("SELECT i.indexrelid::regclass FROM pg_partition_tree(to_regclass($1)) AS t"
				  "  JOIN pg_index AS i ON i.indexrelid = t.relid"
				  "  JOIN pg_class AS c ON c.oid = i.indexrelid"
				  "  JOIN pg_inherits AS h ON h.inhrelid = i.indexrelid"
				  " WHERE t.level > 0 AND i.xmin <> h.xmin"
				  "   AND (SELECT $2::jsonb) ->> i.indrelid::text IS DISTINCT FROM c.relname::text LIMIT 1",
				  {action.target, DumpJson(journal.LastParts(action.id).value_or(Json::object()))});

	return rows.empty() ? "" : rows.front().Text(0);
}

bool
RemoveParts(const Action &action)
{
	return IndexInParts(action).Remove();
}

} // namespace steward
