/*-------------------------------------------------------------------------
 *
 * extension.h
 *	  What the catalog says of our extension and of those it needs.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "pg/guard.h"

#include <optional>
#include <string>

namespace steward::pg
{

struct InstalledExtension
{
	Oid owner = InvalidOid;
	std::string version;
	std::string schema; /* quoted where needed */
};

/* The extension as it stands in this database; nothing where it is not created. */
std::optional<InstalledExtension> FindExtension(const char *name);

/* The same; its absence is a Refusal that says how to mend it. */
InstalledExtension RequireExtension(const char *name);

/*
 * Refuses to work with SQL objects of another version than this module's:
 * what a function means may have changed between the two.
 */
void CheckModuleVersion();

/* The version this module was built as. */
const char *ModuleVersion();

} // namespace steward::pg
