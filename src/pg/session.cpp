/*-------------------------------------------------------------------------
 *
 * session.cpp
 *	  Who and where we are: role, database, server.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/session.h"

#include "pg/compat.h"
#include "pg/settings.h"
#include "pg/shared_memory.h"

#include <unistd.h>

extern "C"
{
#include "access/xlog.h"
#include "catalog/pg_authid.h"
#include "commands/dbcommands.h"
#include "miscadmin.h"
#include "storage/latch.h"
#include "storage/lock.h"
#include "utils/acl.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"
}

namespace steward::pg
{

Oid
CurrentRole()
{
	return GetUserId();
}

std::string
OuterRoleName()
{
	const char *name = nullptr;

	Guarded([&] { name = GetUserNameFromId(GetOuterUserId(), true); });
	return name == nullptr ? "unknown" : name;
}

bool
RoleExists(Oid role)
{
	bool exists = false;

	Guarded([&] { exists = SearchSysCacheExists1(AUTHOID, ObjectIdGetDatum(role)); });
	return exists;
}

bool
MayReadAllStatistics()
{
	bool may = false;

	Guarded([&] { may = has_privs_of_role(GetUserId(), ROLE_PG_READ_ALL_STATS); });
	return may;
}

bool
MayReadSamples()
{
	bool may = false;

	Guarded(
		[&]
		{
			Oid readers = get_role_oid("steward_samples", true);

			may = OidIsValid(readers) ? has_privs_of_role(GetUserId(), readers) : superuser();
		});
	return may;
}

bool
IsSuperuser(Oid role)
{
	bool superuser = false;

	Guarded([&] { superuser = superuser_arg(role); });
	return superuser;
}

Oid
CurrentDatabase()
{
	return MyDatabaseId;
}

std::string
CurrentDatabaseName()
{
	const char *name = nullptr;

	Guarded([&] { name = get_database_name(MyDatabaseId); });
	return name == nullptr ? "" : name;
}

uint64_t
SystemIdentifier()
{
	return GetSystemIdentifier();
}

int
Processors()
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	return processors > 0 ? static_cast<int>(processors) : 1;
}

double
SecondsSinceEpoch()
{
	return static_cast<double>(GetCurrentTimestamp()) / 1000000.0 +
		   (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * static_cast<double>(SECS_PER_DAY);
}

bool
InRecovery()
{
	return RecoveryInProgress();
}

int
ProcessId()
{
	return MyProcPid;
}

std::string
Today(Spi &spi)
{
	return spi.QueryOne("SELECT to_char(now(), 'YYYY-MM-DD')").Text(0);
}

void
LogDebug(const std::string &text)
{
	Guarded([&] { ereport(DEBUG1, (errmsg_internal("pg_steward: %s", text.c_str()))); });
}

void
LogMessage(const std::string &text)
{
	Guarded([&] { ereport(LOG, (errmsg_internal("pg_steward: %s", text.c_str()))); });
}

void
LogWarning(const std::string &text)
{
	Guarded(
		[&]
		{ ereport(WARNING, (errcode(ERRCODE_WARNING), errmsg_internal("pg_steward: %s", text.c_str()))); });
}

void
Notice(const std::string &text)
{
	Guarded([&] { ereport(NOTICE, (errmsg_internal("%s", text.c_str()))); });
}

void
CheckForInterrupts()
{
	Guarded([] { CHECK_FOR_INTERRUPTS(); });
}

void
WaitMilliseconds(long milliseconds)
{
	Guarded(
		[&]
		{
			(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, milliseconds,
							 compat::WaitEvent());
			ResetLatch(MyLatch);
			CHECK_FOR_INTERRUPTS();
		});
}

void
RequirePrimary()
{
	if (RecoveryInProgress())
		throw Refusal(
			{sqlstate::kReadOnlySqlTransaction, "pg_steward cannot act on a standby",
			 "This server is in recovery; recommendations and actions live on the primary.",
			 "Run this on the primary. steward.recommend_indexes() and steward.statements work here too."});
}

std::string
PublicationOfOurTables(Spi &spi)
{
	Rows rows =
		spi.Query("SELECT quote_ident(pubname) FROM pg_publication AS p"
				  " WHERE puballtables"
				  "    OR EXISTS (SELECT FROM pg_publication_namespace AS n WHERE n.pnpubid = p.oid"
				  "                  AND n.pnnspid = to_regnamespace('steward'))"
				  "    OR EXISTS (SELECT FROM pg_publication_rel AS r JOIN pg_class AS c ON c.oid = r.prrelid"
				  "                WHERE r.prpubid = p.oid AND c.relnamespace = to_regnamespace('steward'))"
				  " ORDER BY pubname LIMIT 1");

	return rows.empty() ? "" : rows.front().Text(0);
}

void
RequireWritable()
{
	RequirePrimary();
	if (settings::accept_publication)
		return;

	Spi spi;
	std::string publication = PublicationOfOurTables(spi);

	if (!publication.empty())
		throw Refusal(
			{sqlstate::kNotInPrerequisiteState,
			 "publication " + publication + " publishes the steward's tables, too",
			 "A subscriber that does not have them would stop replicating, the data of others with them.",
			 "Leave schema steward out of the publication; or run CREATE EXTENSION pg_steward on every "
			 "subscriber, and then ALTER SYSTEM SET pg_steward.accept_publication = on; "
			 "SELECT pg_reload_conf();"});
}

void
RequirePreload()
{
	if (Shared() == nullptr)
		throw Refusal(
			{sqlstate::kNotInPrerequisiteState, "pg_steward is not preloaded",
			 "Its background workers start only with the server.",
			 "Add pg_steward to what is there in postgresql.conf, for example "
			 "shared_preload_libraries = 'pg_stat_statements, pg_steward', and restart the server."});
}

void
ReleaseAdvisoryLocks()
{
	Guarded([] { LockReleaseSession(USER_LOCKMETHOD); });
}

} // namespace steward::pg
