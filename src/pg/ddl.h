/*-------------------------------------------------------------------------
 *
 * ddl.h
 *	  Index DDL, made from definitions at the moment it is needed.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "pg/guard.h"

#include <optional>
#include <string>

#include "base/json.h"
#include "model/relation.h"

namespace steward::pg
{

std::string QuoteIdentifier(const std::string &name);

/* schema.name, each quoted where needed */
std::string QualifiedName(const std::string &schema, const std::string &name);

/* "(customer_id, created_at DESC) INCLUDE (total)", which tells no value */
std::string IndexKeys(const Relation &relation, const IndexDefinition &index);

/* "(customer_id, created_at DESC) INCLUDE (total) WHERE (NOT paid)" */
std::string IndexColumns(const Relation &relation, const IndexDefinition &index);

/* The same with the access method before it: "gin (tags)" */
std::string IndexText(const Relation &relation, const IndexDefinition &index);

enum class Building
{
	kConcurrently,
	kPlain,        /* of a partitioned table, which knows no other way */
	kOnly,         /* of a partitioned table alone: the indexes of its partitions are attached one by one */
	kHypothetical, /* as hypopg_create_index() wants it */
};

std::string CreateIndexStatement(const Relation &relation, const IndexDefinition &index,
								 const std::string &name, Building building);

/* The same index on one of the table's partitions. */
std::string CreatePartitionIndexStatement(const Relation &relation, const Partition &partition,
										  const IndexDefinition &index, const std::string &name,
										  Building building);

/* Makes the index of a partition, or of a partitioned partition, part of the index above it. */
std::string AttachIndexStatement(const std::string &above, const std::string &below);

/* An index that may be there with UNIQUE as well: what to say instead. */
std::string UniqueIndexStatement(const Relation &relation, const IndexDefinition &index,
								 const std::string &name);

/* DROP INDEX CONCURRENTLY of a qualified, quoted name */
std::string DropIndexStatement(const std::string &target);

/*
 * The same of one with this definition: concurrently, but a unique one.  Beside an
 * index that is going, INSERT ON CONFLICT would not count with it any more while it
 * still refuses rows.
 */
std::string DropIndexStatement(const std::string &target, const std::string &definition);

bool IsUniqueIndex(const std::string &definition);

/* REINDEX INDEX CONCURRENTLY of a qualified, quoted name */
std::string ReindexStatement(const std::string &target);

/* ANALYZE of a table */
std::string AnalyzeStatement(const Relation &relation);

/* Without waiting for a lock, and where the version can, without the tables below it. */
std::string AnalyzeInPassingStatement(const std::string &table);

/* Whether ANALYZE of a partitioned table can leave its partitions alone. */
bool AnalysesOneTableOnly();

/* DROP INDEX of a partitioned table's index, which knows no other way, with those of the partitions */
std::string DropWholeIndexStatement(const std::string &target);

/* Of a column of an index, by its number */
std::string StatisticsTargetStatement(const std::string &target, int column, int statistics_target);

std::string CommentStatement(const std::string &target, const std::string &comment);

/* What an action keeps of a new index, and reads back when it is built. */
Json IndexToJson(const Relation &relation, const IndexDefinition &index, const std::string &name);

/*
 * Nothing where a column is no longer what it was when the index was advised:
 * the advice is then out of date.  Elements that are no plain columns are added
 * to those of the relation.
 */
std::optional<IndexDefinition> IndexFromJson(const Json &arguments, Relation &relation);

/* The same arguments for a partition of the table, where columns may have other numbers. */
Json ArgumentsForPartition(Json arguments, const Relation &partition);

} // namespace steward::pg
