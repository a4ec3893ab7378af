/*-------------------------------------------------------------------------
 *
 * find_index.cpp
 *	  Whether the index that an action is about is there, and in which state.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "flow/find_index.h"

#include <algorithm>

#include "flow/run_ddl.h"
#include "pg/catalog.h"
#include "pg/ddl.h"

namespace steward
{

namespace
{

IndexState
StateOf(pg::Spi &spi, const Action &action)
{
	pg::Journal journal(spi);

	/* A table that somebody has locked is not one that is gone. */
	pg::LockForReading(action.relation);

	Catalog catalog = pg::ReadCatalog(spi, {action.relation});
	const ExistingIndex *index = FindIndex(catalog, action);

	if (index == nullptr || !IsTheIndex(*index, catalog.begin()->second, action, journal))
		return IndexState::kAbsent;
	/* One that somebody else is just building under the name is not ours, and absent for us. */
	if (!spi.Query("SELECT FROM pg_stat_progress_create_index"
				   " WHERE index_relid = $1::oid AND pid <> pg_backend_pid()",
				   {std::to_string(index->oid)})
			 .empty())
		return IndexState::kAbsent;
	return index->valid ? IndexState::kValid : IndexState::kInvalid;
}

} // namespace

const ExistingIndex *
FindIndex(const Catalog &catalog, const Action &action)
{
	if (catalog.empty())
		return nullptr;

	const std::vector<ExistingIndex> &indexes = catalog.begin()->second.indexes;
	auto index = std::find_if(indexes.begin(), indexes.end(),
							  [&](const ExistingIndex &existing) { return existing.name == action.target; });

	return index == indexes.end() ? nullptr : &*index;
}

/* Whether an index of the action's name is the one that it is about, and not somebody else's. */
bool
IsTheIndex(const ExistingIndex &index, Relation relation, const Action &action, pg::Journal &journal)
{
	if (action.kind == ActionKind::kCreateIndex)
	{
		std::optional<IndexDefinition> definition = pg::IndexFromJson(action.arguments, relation);

		return definition && std::any_of(relation.indexes.begin(), relation.indexes.end(),
										 [&](const ExistingIndex &known)
										 {
											 return known.oid == index.oid && known.recognized &&
													known.method == definition->method &&
													known.keys == definition->keys &&
													known.included == definition->included &&
													known.predicate == definition->predicate;
										 });
	}

	std::optional<Json> before = journal.LastDefinition(action.id);

	return before && before->at("definition").get<std::string>() == index.definition;
}

IndexState
LookAtIndex(const Action &action)
{
	IndexState state = IndexState::kInvalid;

	InTransaction(
		[&]
		{
			pg::Spi spi;

			state = StateOf(spi, action);
		});
	return state;
}

} // namespace steward
