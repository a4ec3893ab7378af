/*-------------------------------------------------------------------------
 *
 * module.cpp
 *	  What the server calls when it loads the functions of the tests.
 *
 * steward_test holds copies of the floors below flow, with globals of their
 * own.  The settings keep their defaults here: pg_steward has defined the
 * names already, and nobody else may.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/guard.h"
#include "pg/hooks.h"
#include "pg/settings.h"

extern "C"
{
PG_MODULE_MAGIC;

PGDLLEXPORT void _PG_init(void);
}

void
_PG_init(void)
{
	using namespace steward;

	pg::settings::planning_timeout_ms = 5000;
	pg::RunBehindDoor([] { pg::InstallHooks(); });
}
