/*-------------------------------------------------------------------------
 *
 * next_part.cpp
 *	  Which part of a partitioned table's index is built or removed next.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#include "core/index/next_part.h"

namespace steward
{

namespace
{

template <typename Condition>
std::optional<NextPart>
First(const std::vector<IndexPart> &parts, PartStep step, Condition &&is_it)
{
	for (size_t i = 0; i < parts.size(); i++)
	{
		if (is_it(parts[i]))
			return NextPart{step, i};
	}
	return std::nullopt;
}

/* From below. */
template <typename Condition>
std::optional<NextPart>
Last(const std::vector<IndexPart> &parts, PartStep step, Condition &&is_it)
{
	for (size_t i = parts.size(); i > 0; i--)
	{
		if (is_it(parts[i - 1]))
			return NextPart{step, i - 1};
	}
	return std::nullopt;
}

bool
IsMissing(const IndexPart &part)
{
	return !part.strayed && !part.there && !part.attached;
}

} // namespace

std::optional<NextPart>
NextToBuild(const std::vector<IndexPart> &parts)
{
	std::optional<NextPart> next =
		First(parts, PartStep::kRemoveWhole,
			  [](const IndexPart &part)
			  { return part.table.partitioned && part.strayed && part.there && !part.attached; });

	if (!next)
		next = First(parts, PartStep::kRemove,
					 [](const IndexPart &part) {
						 return !part.table.partitioned && part.there && !part.attached &&
								(part.strayed || !part.valid);
					 });
	if (!next)
		next = First(parts, PartStep::kBuild,
					 [](const IndexPart &part) { return !part.table.partitioned && IsMissing(part); });
	if (!next)
		next = First(parts, PartStep::kCreateEmpty,
					 [](const IndexPart &part) { return part.table.partitioned && IsMissing(part); });
	if (!next)
		next = Last(parts, PartStep::kAttach,
					[](const IndexPart &part)
					{ return part.table.parent != 0 && !part.strayed && part.there && !part.attached; });
	return next;
}

std::optional<NextPart>
NextToRemove(const std::vector<IndexPart> &parts)
{
	std::optional<NextPart> next =
		First(parts, PartStep::kRemoveWhole,
			  [](const IndexPart &part) { return part.table.partitioned && part.there && !part.attached; });

	if (!next)
		next = First(parts, PartStep::kRemove,
					 [](const IndexPart &part)
					 { return !part.table.partitioned && part.there && !part.attached; });
	return next;
}

} // namespace steward
