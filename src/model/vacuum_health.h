/*-------------------------------------------------------------------------
 *
 * vacuum_health.h
 *	  Whether VACUUM comes to a table.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <string>

namespace steward
{

struct VacuumHealth
{
	std::string label;           /* schema.table */
	double transactions = 0;     /* age of its oldest transaction id, or of that of its TOAST table */
	double multixacts = 0;       /* the same of multixact ids */
	double dead = 0;             /* rows that nobody sees any more */
	double vacuum_after = 0;     /* so many of them autovacuum waits for */
	bool autovacuum_off = false; /* for the table, or the server */
	bool of_server = false;      /* a system catalog */
};

/* autovacuum_freeze_max_age, autovacuum_multixact_freeze_max_age: from there on it is vacuumed whatever else is set. */
struct FreezeLimits
{
	double transactions = 200e6;
	double multixacts = 400e6;
};

} // namespace steward
