/*-------------------------------------------------------------------------
 *
 * session.h
 *	  Who and where we are: role, database, server.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "pg/guard.h"

#include <string>

#include "pg/spi.h"

namespace steward::pg
{

Oid CurrentRole();

/* The role the session acts as, whatever a function made of it: for the journal. */
std::string OuterRoleName();

bool RoleExists(Oid role);
bool IsSuperuser(Oid role);

/* Whether the current role is to see what everybody runs: pg_read_all_stats. */
bool MayReadAllStatistics();

/* Whether the current role may see values of statements that were sampled: steward_samples. */
bool MayReadSamples();

Oid CurrentDatabase();

/* In a transaction. */
std::string CurrentDatabaseName();

/* Tells this cluster from its clones and ancestors. */
uint64_t SystemIdentifier();

double SecondsSinceEpoch();

/* Of the machine, as far as this process sees. */
int Processors();

bool InRecovery();

int ProcessId();

/* What a function that the planner called may have locked by pg_advisory_lock(). */
void ReleaseAdvisoryLocks();

/* "2026-11-23" */
std::string Today(Spi &spi);

void LogDebug(const std::string &text);
void LogMessage(const std::string &text);
void LogWarning(const std::string &text);

/* To the client of this session. */
void Notice(const std::string &text);

/* An ERROR where a cancel or a shutdown was asked for. */
void CheckForInterrupts();

/* Waits on the latch, at most so long; an ERROR where the wait is cancelled. */
void WaitMilliseconds(long milliseconds);

/* A Refusal on a standby, where nothing can be written. */
void RequirePrimary();

/* The name of a publication that publishes our own tables; empty where there is none. */
std::string PublicationOfOurTables(Spi &spi);

/* A Refusal where our own tables must not be written: on a standby, or where they are published. */
void RequireWritable();

/* A Refusal unless the module was preloaded; says what to write into postgresql.conf. */
void RequirePreload();

} // namespace steward::pg
