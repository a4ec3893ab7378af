/*-------------------------------------------------------------------------
 *
 * sandbox.h
 *	  Where other people's statements are parsed and planned.
 *
 * Planning runs user code: immutable functions are folded.  So it happens with
 * the rights of the statement's own role, never more, and never with a
 * superuser's; as a security-restricted, read-only operation; under that
 * role's search_path; with a time limit, also for locks; and in a subtransaction that is
 * always rolled back, so that no lock outlives the question.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "pg/guard.h"

#include <functional>
#include <optional>
#include <string>

namespace steward::pg
{

/* On whose behalf a statement is planned. */
struct Identity
{
	Oid role = InvalidOid;
	std::optional<std::string> search_path; /* nullopt: the one in force */
};

/*
 * Runs body in the sandbox.  Returns the ERROR that ended it, if one did.
 * Cancel and shutdown are not survived: they leave as ServerError, unless it
 * was our own time limit.  A C++ exception of body leaves as it is.
 */
std::optional<ServerError> RunSandboxed(const Identity &identity, const std::function<void()> &body);

/* Whether the body ended for want of a lock, so that another attempt would go the same way. */
bool IsAboutLock(const ServerError &failure);

/*
 * The role as which statements of `role` are planned: itself, but for
 * superusers, and those who may run programs and read or write files of the
 * server, steward_planner, which may do nothing.  A function that somebody else
 * put into such a statement is folded without that power.
 */
Oid PlanningRole(Oid role);

/*
 * The role as which rows of a table are read for a sample: the current one
 * but, where that has power and the table's owner has none, the owner, whose
 * functions planning and reading may call.  InvalidOid where partitions belong
 * to others, or are foreign tables: then there is no sample.
 */
Oid SamplingRole(Oid table);

/* The search_path that a new session of the role in this database would have. */
std::string SearchPathOf(Oid role);

} // namespace steward::pg
