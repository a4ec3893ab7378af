/*-------------------------------------------------------------------------
 *
 * write_status.h
 *	  How the steward is, on one screen.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <string>
#include <vector>

namespace steward
{

struct StatusLine
{
	std::string state; /* OK, SEEN, DO, WARN, DID */
	std::string message;
	std::string command; /* what mends it or shows more; may be empty */
};

std::vector<StatusLine> WriteStatus();

} // namespace steward
