/*-------------------------------------------------------------------------
 *
 * executor_hooks.h
 *	  What we do on the path of people's statements.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

namespace steward::pg
{

/* Called once by _PG_init while shared_preload_libraries is loaded. */
void InstallExecutorHooks();

} // namespace steward::pg
