/*-------------------------------------------------------------------------
 *
 * index_names.h
 *	  Names for new indexes that nothing else has.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <map>
#include <set>
#include <string>

#include "core/index/name_index.h"
#include "pg/catalog.h"

namespace steward
{

/* The names of relations by schema: those that are there, and those that were given. */
class IndexNames
{
public:
	explicit IndexNames(pg::Spi &spi) : spi_(spi) {}

	std::string Give(const Relation &relation, const IndexDefinition &index)
	{
		if (taken_.count(relation.schema) == 0)
			taken_[relation.schema] = pg::NamesInSchema(spi_, relation.schema);

		std::set<std::string> &names = taken_[relation.schema];
		std::string name = NameIndex(relation, index, names);

		names.insert(name);
		return name;
	}

	/* For the same index on one of the relation's partitions. */
	std::string Give(Relation relation, const Partition &partition, const IndexDefinition &index)
	{
		relation.name = partition.name;
		relation.schema = partition.schema;
		return Give(relation, index);
	}

private:
	pg::Spi &spi_;
	std::map<std::string, std::set<std::string>> taken_;
};

} // namespace steward
