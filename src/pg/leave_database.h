/*-------------------------------------------------------------------------
 *
 * leave_database.h
 *	  Have our workers leave a database that somebody wants for himself.
 *
 * DROP DATABASE, ALTER DATABASE RENAME and CREATE DATABASE ... TEMPLATE fail
 * while anybody is connected to the database; a worker of ours must not be
 * the one.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "pg/guard.h"

namespace steward::pg
{

/* Chains the utility hook.  Called once by _PG_init when preloaded. */
void InstallLeaveHook();

} // namespace steward::pg
