/*-------------------------------------------------------------------------
 *
 * name_index.cpp
 *	  A readable name for a new index that nothing else has.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#include "core/index/name_index.h"

#include "base/text.h"

namespace steward
{

namespace
{

constexpr size_t kLongestName = 63; /* NAMEDATALEN - 1 */

} // namespace

std::string
NameIndex(const Relation &relation, const IndexDefinition &index, const std::set<std::string> &taken)
{
	std::string stem = relation.name;

	for (const IndexKey &key : index.keys)
		stem += "_" + relation.columns.at(key.column).name;
	if (index.predicate != 0)
		stem += "_where_" + relation.conditions.at(index.predicate).name;

	for (int number = 0;; number++)
	{
		std::string ending = number == 0 ? "_idx" : "_idx" + std::to_string(number);
		std::string name = ClipBytes(stem, kLongestName - ending.size()) + ending;

		if (taken.count(name) == 0)
			return name;
	}
}

} // namespace steward
