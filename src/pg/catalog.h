/*-------------------------------------------------------------------------
 *
 * catalog.h
 *	  Read tables, their columns, statistics and indexes into the model.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "pg/guard.h"

#include <set>
#include <string>
#include <vector>

#include "model/relation.h"
#include "pg/spi.h"

namespace steward::pg
{

bool RelationExists(ObjectId oid);

/* Whether the current role may read the column in all rows; 0: the whole table. */
bool MayReadColumn(ObjectId relation, ColumnNumber column);

/* Whether somebody holds it for himself just now. */
bool IsLocked(ObjectId relation);

/* Until the end of the transaction; waits, and is an ERROR after lock_timeout. */
void LockForReading(ObjectId relation);

/* Takes the lock that ANALYZE and the like take, until the transaction ends, if it is free: nobody is waited for. */
bool TryLockForMaintenance(ObjectId relation);

/* To the end of the transaction nobody else reads or writes it. */
void LockExclusively(ObjectId relation);

/* Relations that are gone by now, or locked by somebody, are left out. */
Catalog ReadCatalog(Spi &spi, const std::vector<ObjectId> &relations);

/* Whether equal values of the class and collation are byte for byte equal, as deduplication needs.  C-like. */
bool EqualIsImage(Oid opclass, Oid collation);

/* In bytes, of a value of a type of this pg_type.typlen and typalign within an index tuple. */
int AlignmentOf(int16_t length, char alignment);

/* The names of all relations in the schema. */
std::set<std::string> NamesInSchema(Spi &spi, const std::string &schema);

/* Indexes of this database, those of the system and of the steward left out. */
size_t CountUserIndexes(Spi &spi);

/* Bytes of this database. */
double DatabaseSize(Spi &spi);

} // namespace steward::pg
