/*-------------------------------------------------------------------------
 *
 * statistics_objects.h
 *	  Extended statistics and statistics targets: what is there, and the DDL for it.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "pg/guard.h"

#include <optional>
#include <string>
#include <vector>

#include "model/relation.h"
#include "model/statistics_keys.h"
#include "pg/spi.h"

namespace steward::pg
{

/* Whether an object of the table has all of these. */
bool HasStatisticsOn(Spi &spi, steward::ObjectId table, const StatisticsKeys &keys);

/* A name, unquoted, that says what it is about and that nothing in the table's schema has. */
std::string FreeStatisticsName(Spi &spi, const steward::Relation &relation, const StatisticsKeys &keys);

/* Whether `target`, qualified and quoted, is an object of the table with just these columns, and as many expressions. */
bool IsStatisticsObject(Spi &spi, const std::string &target, steward::ObjectId table,
						const StatisticsKeys &keys);

/* Whether there is anything of that name. */
bool IsStatisticsNameTaken(Spi &spi, const std::string &target);

/* "a, lower(b)" */
std::string StatisticsKeysText(const StatisticsKeys &keys);

/* Of all kinds that there are. */
std::string CreateStatisticsStatement(const steward::Relation &relation, const std::string &target,
									  const StatisticsKeys &keys);
/* As an index has, it is to have the owner of its table. */
std::string OwnStatisticsStatement(Spi &spi, const steward::Relation &relation, const std::string &target);

std::string DropStatisticsStatement(const std::string &target);
std::string SetStatisticsTargetStatement(const std::string &target, int statistics_target);

/* What a target of -1 stands for. */
int DefaultStatisticsTarget();

/* A column's statistics target; -1: that of default_statistics_target.  Nothing where the column is gone. */
std::optional<int> ColumnTarget(Spi &spi, steward::ObjectId table, ColumnNumber column);

std::string SetColumnTargetStatement(const steward::Relation &relation, const std::string &column,
									 int statistics_target);
std::string AnalyzeColumnStatement(const steward::Relation &relation, const std::string &column);

} // namespace steward::pg
