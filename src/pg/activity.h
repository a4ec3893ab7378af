/*-------------------------------------------------------------------------
 *
 * activity.h
 *	  What goes on in the server: builds, our workers, their troubles.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "pg/guard.h"

#include <string>
#include <vector>

#include "pg/spi.h"

namespace steward::pg
{

/* "building index: scanning table, 45 %" for a build on the table; empty where there is none. */
std::string BuildProgress(Spi &spi, Oid relation);

/* Cancels what the action workers of all databases do. */
void CancelActionWorkers(Spi &spi);

/* The same for one of this database; false where it is not there any more. */
bool CancelActionWorker(Spi &spi, int pid);

/* A session or prepared transaction for which the action worker of this database waits. */
struct Blocker
{
	int pid = 0;      /* 0: a prepared transaction */
	std::string text; /* "process 123 (alice, psql, idle in transaction since 10:15:02)" */
};
std::vector<Blocker> BlockersOfAction(Spi &spi);

/* Why the steward of this database does not get on; empty where nothing is known. */
struct Trouble
{
	std::string text;
	std::string remedy;
};
Trouble StewardTrouble();

/*
 * Seconds since the steward of this database last renewed its advice or, if that
 * is later, was started; -1 where none has found the extension here yet.
 */
double SecondsSinceRound();

/* Has the launcher start this database's steward before others, and wakes it. */
void WantSteward(Oid database);

/* When the steward of this database renews its advice next, as "14:05"; empty where that is not known. */
std::string NextRound(Spi &spi);

} // namespace steward::pg
