/*-------------------------------------------------------------------------
 *
 * read_searches.h
 *	  Which operator classes of other access methods than btree serve a
 *	  condition or an order.
 *
 * They are found in the catalog, by the operator, so that those of extensions
 * count like those of the server.  C-like, as read_clauses.h is.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "pg/read_clauses.h"

namespace steward::pg
{

/* Notes each class that serves `operand operator value`, or that an index with it can order by. */
void ReadSearch(const Reading &reading, const Operand &operand, Oid operator_id, Oid collation,
				double selectivity);

/* The same for a call of a function whose own support code finds a condition for an index in it. */
void ReadSupportedSearch(const Reading &reading, const Operand &operand, Node *call, Oid function,
						 Oid collation, double selectivity);

/* ORDER BY column <-> value: what the relation could give of the wanted order by itself. */
void ReadDistanceOrder(const Reading &reading, List *pathkeys);

/* Whether the function's support code finds a condition for an index of this class in the call. */
bool SupportsClass(const Reading &reading, Oid function, Node *call, Oid method, Oid opclass, Oid collation);

} // namespace steward::pg
