/*-------------------------------------------------------------------------
 *
 * read_preload.cpp
 *	  What a value of shared_preload_libraries makes the server load.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#include "core/report/read_preload.h"

#include <algorithm>

#include "base/text.h"

namespace steward
{

namespace
{

/* As they stand there, without their quotes. */
std::vector<std::string>
NamesIn(const std::string &value)
{
	std::vector<std::string> names(1);
	bool quoted = false;

	for (char c : value)
	{
		if (c == '"')
			quoted = !quoted;
		else if (c == ',' && !quoted)
			names.emplace_back();
		else if (quoted || (c != ' ' && c != '\t' && c != '\n'))
			names.back() += c;
	}
	names.erase(std::remove(names.begin(), names.end(), ""), names.end());
	return names;
}

} // namespace

std::vector<std::string>
LibrariesIn(const std::string &value)
{
	std::vector<std::string> libraries;

	for (const std::string &name : NamesIn(value))
	{
		std::string library = name.substr(name.find_last_of('/') + 1);

		if (library.size() > 3 && library.compare(library.size() - 3, 3, ".so") == 0)
			library.resize(library.size() - 3);
		libraries.push_back(library);
	}
	return libraries;
}

std::vector<std::string>
LumpedLibraries(const std::string &value)
{
	std::vector<std::string> names = NamesIn(value);

	names.erase(std::remove_if(names.begin(), names.end(),
							   [](const std::string &name) { return name.find(',') == std::string::npos; }),
				names.end());
	return names;
}

std::string
WithLibraries(const std::string &value, const std::vector<std::string> &libraries)
{
	std::vector<std::string> names;
	std::vector<std::string> there;

	/* What was lumped together was meant to be several. */
	for (const std::string &name : NamesIn(value))
	{
		for (const std::string &part : SplitList(name))
			names.push_back(part);
	}
	there = LibrariesIn(Join(names, ","));
	for (const std::string &library : libraries)
	{
		if (std::find(there.begin(), there.end(), library) == there.end())
			names.push_back(library);
	}
	return Join(names, ", ");
}

} // namespace steward
