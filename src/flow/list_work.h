/*-------------------------------------------------------------------------
 *
 * list_work.h
 *	  What the steward is at, and what waits for its turn.
 *
 * Server.  Reads only.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pg/spi.h"

namespace steward
{

struct Work
{
	int64_t action = 0;
	std::string kind;
	std::string target;
	std::string status;
	std::string since;
	std::string progress;  /* "building index: scanning table, 50 %"; empty where the server does not say */
	std::string waits_for; /* "process 123 (alice, psql, …)"; empty where it waits for nobody */
	std::string trouble;   /* why it does not get on; empty where nothing is wrong */
};

/* Those that run come first.  As the extension's owner. */
std::vector<Work> ListWork(pg::Spi &spi);

} // namespace steward
