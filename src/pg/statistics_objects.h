/*-------------------------------------------------------------------------
 *
 * statistics_objects.h
 *	  Extended statistics: what is there, and the DDL for it.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "pg/guard.h"

#include <string>
#include <vector>

#include "model/relation.h"
#include "pg/spi.h"

namespace steward::pg
{

/* Whether an object of the table has all of these columns. */
bool HasStatisticsOn(Spi &spi, steward::ObjectId table, const std::vector<std::string> &columns);

/* A name, unquoted, that says what it is about and that nothing in the table's schema has. */
std::string FreeStatisticsName(Spi &spi, const steward::Relation &relation,
							   const std::vector<std::string> &columns);

/* Whether `target`, qualified and quoted, is an object of the table with just these columns. */
bool IsStatisticsObject(Spi &spi, const std::string &target, steward::ObjectId table,
						const std::vector<std::string> &columns);

/* Whether there is anything of that name. */
bool IsStatisticsNameTaken(Spi &spi, const std::string &target);

/* Of all kinds that there are. */
std::string CreateStatisticsStatement(const steward::Relation &relation, const std::string &target,
									  const std::vector<std::string> &columns);
/* As an index has, it is to have the owner of its table. */
std::string OwnStatisticsStatement(Spi &spi, const steward::Relation &relation, const std::string &target);

std::string DropStatisticsStatement(const std::string &target);
std::string SetStatisticsTargetStatement(const std::string &target, int statistics_target);

} // namespace steward::pg
