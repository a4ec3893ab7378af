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

#include <functional>
#include <memory>
#include <set>
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

/* The keys that refer to some tables, read once. */
class ForeignKeys
{
public:
	ForeignKeys(Spi &spi, const std::set<ObjectId> &referred);

	/*
	 * Of those that refer to one of the tables from which rows are deleted, or
	 * to columns that are set.  A check is planned as the referring table's
	 * owner, as the server runs it.  Only of referring tables of which
	 * something may be told.
	 */
	std::vector<ForeignKeyCheck> ChecksFor(const std::vector<ObjectId> &deletes,
										   const std::vector<ColumnWrite> &writes,
										   const std::function<bool(ObjectId)> &may_tell) const;

private:
	struct Key
	{
		std::string name;
		ObjectId referred = 0;
		ObjectId referring = 0;
		ObjectId owner = 0; /* of the referring table */
		std::string query;
		std::vector<ObjectId> types;   /* of its parameters */
		std::vector<ObjectId> columns; /* that are referred to */
	};

	static bool IsSetOff(const Key &key, const std::vector<ObjectId> &deletes,
						 const std::vector<ColumnWrite> &writes);

	std::vector<Key> keys_;
};

} // namespace steward::pg
