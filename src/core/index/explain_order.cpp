/*-------------------------------------------------------------------------
 *
 * explain_order.cpp
 *	  Say in words why the columns of an index stand in their order.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#include "core/index/explain_order.h"

#include <algorithm>

#include "base/text.h"

namespace steward
{

namespace
{

/* What the served statements do with the column, in the order in which it matters for an index. */
std::string
RoleOf(const IndexKey &key, ObjectId relation, const std::vector<const QueryShape *> &served)
{
	bool equal = false;
	bool joins = false;
	bool range = false;
	bool sorts = false;

	for (const QueryShape *shape : served)
	{
		for (const RelationUse &use : shape->relations)
		{
			if (use.relation != relation)
				continue;
			for (const ColumnUse &column : use.columns)
			{
				if (column.column != key.column)
					continue;
				equal |= column.kind == ColumnUseKind::kEquality;
				joins |= column.kind == ColumnUseKind::kJoin;
				range |= column.kind == ColumnUseKind::kRange;
			}
			for (const std::vector<IndexKey> &order : use.orders)
				sorts |= std::any_of(order.begin(), order.end(),
									 [&](const IndexKey &wanted) { return wanted.column == key.column; });
		}
	}
	if (equal)
		return "compared for equality";
	if (joins)
		return "joined on";
	if (range)
		return "compared as a range";
	return sorts ? "gives the wanted order" : "read";
}

} // namespace

std::string
ExplainOrder(const IndexDefinition &index, const Relation &relation,
			 const std::vector<const QueryShape *> &served)
{
	std::vector<std::string> parts;

	for (const IndexKey &key : index.keys)
	{
		const Column &column = relation.columns.at(key.column);

		parts.push_back((column.expression.empty() ? column.name : column.expression) + " (" +
						RoleOf(key, index.relation, served) + ")");
	}

	std::vector<std::string> included;

	for (ColumnNumber number : index.included)
		included.push_back(relation.columns.at(number).name);
	return Join(parts, ", then ") +
		   (included.empty()
				? ""
				: "; " + Join(included, ", ") + " beside them, so that the table need not be read");
}

} // namespace steward
