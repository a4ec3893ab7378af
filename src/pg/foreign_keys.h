/*-------------------------------------------------------------------------
 *
 * foreign_keys.h
 *	  The queries that foreign keys run when rows they refer to go or change.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "pg/guard.h"

#include <memory>
#include <string>
#include <vector>

#include "model/query_shape.h"
#include "pg/query_tree.h"
#include "pg/spi.h"

namespace steward::pg
{

/* What one foreign key asks for each row that is deleted, or whose key is changed. */
struct ForeignKeyCheck
{
	std::string name;   /* of the constraint */
	ObjectId referring; /* the table in which rows are looked for */
	std::unique_ptr<AnalyzedQuery> query;
};

/*
 * Of the keys that refer to one of the tables from which rows are deleted, or
 * to columns that are set.  A check is planned as the referring table's owner,
 * as the server runs it.
 */
std::vector<ForeignKeyCheck> FindForeignKeyChecks(Spi &spi, const std::vector<ObjectId> &deletes,
												  const std::vector<ColumnWrite> &writes);

} // namespace steward::pg
