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
#include "pg/catalog.h"
#include "pg/ddl.h"
#include "pg/journal.h"
#include "pg/preflight.h"
#include "pg/session.h"

namespace steward
{

namespace
{

constexpr long kLagPollMs = 1000;
constexpr int kRemovalTries = 3;

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
  FROM pg_index AS i
  JOIN pg_class AS c ON c.oid = i.indexrelid
  LEFT JOIN pg_inherits AS h ON h.inhrelid = i.indexrelid
 WHERE i.indrelid = ANY ($1::oid[])
   AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index AS p
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

	std::optional<Error> Build()
	{
		for (int failures = 0;;)
		{
			std::optional<NextPart> next;
			std::optional<Error> error = Look(true);

			if (!error)
			{
				next = NextToBuild(parts_);
				if (!next)
					return std::nullopt;
				if (next->step == PartStep::kBuild)
					AwaitStandbys();
				error = Do(*next);
			}
			if (!error && next->step != PartStep::kRemove)
				failures = 0;
			if (error)
				error = WaitToTryAgain(action_.id, *error, ++failures);
			if (error)
				return error;
		}
	}

	bool Remove()
	{
		for (int failures = 0;;)
		{
			int tries = IsInHurry() ? 1 : kRemovalTries;
			std::optional<Error> error = Look(false);

			if (!error)
			{
				std::optional<NextPart> next = NextToRemove(parts_);

				if (!next)
					return true;
				error = Do(*next);
			}
			if (error)
				pg::LogWarning("could not remove the parts of index " + action_.target + ": " +
							   error->message);
			if (error && ++failures >= tries)
				return false;
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
		std::map<ObjectId, std::string> names;
		std::string known;
		Json journaled = journal.LastParts(action_.id).value_or(Json::object());

		for (const auto &[oid, name] : journaled.items())
		{
			names[static_cast<ObjectId>(std::stoul(oid))] = name.get<std::string>();
			known += (known.empty() ? "" : ",") + oid;
		}
		names[action_.relation] = action_.arguments.at("name").get<std::string>();

		parts_.clear();
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
			if (auto name = names.find(part.table.oid); name != names.end())
				part.name = name->second;
			parts_.push_back(std::move(part));
		}
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
				part.there = true;
				part.valid = index.valid;
				ours.insert(index.oid);
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

		Catalog catalog = pg::ReadCatalog(spi, {part.table.oid});
		Action of_part = action_;
		bool is_it = false;

		if (!catalog.empty())
		{
			const Relation &table = catalog.begin()->second;

			of_part.arguments = pg::ArgumentsForPartition(action_.arguments, table);
			of_part.target = TargetOf(part);

			const ExistingIndex *index = FindIndex(catalog, of_part);

			is_it = index != nullptr && IsTheIndex(*index, table, of_part, journal);
		}
		return is_ours_[oid] = is_it;
	}

	/* Those of all parts that have none, into the journal. */
	void GiveNames(pg::Spi &spi, pg::Journal &journal)
	{
		IndexNames names(spi);
		Json all = Json::object();
		bool given = false;

		for (IndexPart &part : parts_)
		{
			if (part.name.empty() && !part.strayed && !part.attached)
			{
				part.name = names.Give(relation_, part.table, index_);
				given = true;
			}
			if (!part.name.empty() && part.table.oid != action_.relation)
				all[std::to_string(part.table.oid)] = part.name;
		}
		if (!given)
			return;

		pg::TransitionNote note;

		note.worker_pid = pg::ProcessId();
		note.before_state = Json{{"parts", std::move(all)}};
		journal.Remark(action_.id, action_.status, note);
	}

	/* The next partition adds to what they have to replay. */
	void AwaitStandbys()
	{
		std::string told;

		for (;; pg::WaitMilliseconds(kLagPollMs))
		{
			std::string lag;

			InTransaction(
				[&]
				{
					pg::Spi spi;

					lag = pg::WhatLagsBehind(spi);
				});
			if (lag.empty())
				return;
			if (told.empty())
				pg::LogMessage("action " + std::to_string(action_.id) + " waits: " + lag);
			told = lag;
		}
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
				return RunBriefly(pg::AttachIndexStatement(TargetOf(PartAbove(part)), TargetOf(part)));
			case PartStep::kRemove:
				return RunDdl(pg::DropIndexStatement(TargetOf(part)));
			case PartStep::kRemoveWhole:
				return RunBriefly(pg::DropWholeIndexStatement(TargetOf(part)));
		}
		return std::nullopt;
	}

	const IndexPart &PartAbove(const IndexPart &part) const
	{
		return *std::find_if(parts_.begin(), parts_.end(),
							 [&](const IndexPart &above) { return above.table.oid == part.table.parent; });
	}

	const Action &action_;
	Relation relation_;
	IndexDefinition index_;
	std::vector<IndexPart> parts_;
	std::map<ObjectId, bool> is_ours_;
};

} // namespace

bool
HasParts(const Action &action)
{
	return action.kind == ActionKind::kCreateIndex && action.evidence.value("partitioned", false);
}

std::optional<Error>
BuildParts(const Action &action)
{
	try
	{
		return IndexInParts(action).Build();
	}
	catch (const pg::ServerError &error)
	{
		return ToError(error);
	}
}

bool
RemoveParts(const Action &action)
{
	return IndexInParts(action).Remove();
}

} // namespace steward
