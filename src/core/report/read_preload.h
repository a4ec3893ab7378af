/*-------------------------------------------------------------------------
 *
 * read_preload.h
 *	  What a value of shared_preload_libraries makes the server load.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <string>
#include <vector>

namespace steward
{

/*
 * The names in the list, without their folders.  Between double quotes a comma
 * belongs to the name, as the server takes it: ALTER SYSTEM SET … = 'a, b'
 * writes one such name, with which the server does not start.
 */
std::vector<std::string> LibrariesIn(const std::string &value);

/* The names of the list that hold a comma, and so can only be a mistake. */
std::vector<std::string> LumpedLibraries(const std::string &value);

/* The list with those that it lacks behind what stands there. */
std::string WithLibraries(const std::string &value, const std::vector<std::string> &libraries);

} // namespace steward
