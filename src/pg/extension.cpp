/*-------------------------------------------------------------------------
 *
 * extension.cpp
 *	  What the catalog says of our extension and of those it needs.
 *
 * Server.  Locks: AccessShareLock on pg_extension, released at once.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/extension.h"

extern "C"
{
#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/pg_extension.h"
#include "commands/extension.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
}

namespace steward::pg
{

namespace
{

/* The row as the server gives it; strings are palloc'd. */
struct ExtensionRow
{
	bool found = false;
	Oid owner = InvalidOid;
	const char *version = nullptr;
	const char *schema = nullptr;
};

void
ReadExtensionRow(const char *name, ExtensionRow *row)
{
	Relation catalog = table_open(ExtensionRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple tuple;

	ScanKeyInit(&key, Anum_pg_extension_extname, BTEqualStrategyNumber, F_NAMEEQ, CStringGetDatum(name));
	scan = systable_beginscan(catalog, ExtensionNameIndexId, true, nullptr, 1, &key);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
	{
		auto *form = (Form_pg_extension) GETSTRUCT(tuple);
		bool is_null = false;
		Datum version =
			heap_getattr(tuple, Anum_pg_extension_extversion, RelationGetDescr(catalog), &is_null);
		const char *schema = get_namespace_name(form->extnamespace);

		row->found = true;
		row->owner = form->extowner;
		row->version = is_null ? "" : TextDatumGetCString(version);
		row->schema = schema == nullptr ? "" : quote_identifier(schema);
	}
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
}

} // namespace

const char *
ModuleVersion()
{
	return STEWARD_VERSION;
}

std::optional<InstalledExtension>
FindExtension(const char *name)
{
	ExtensionRow row;

	Guarded([&] { ReadExtensionRow(name, &row); });
	if (!row.found)
		return std::nullopt;
	return InstalledExtension{row.owner, row.version, row.schema};
}

InstalledExtension
RequireExtension(const char *name)
{
	std::optional<InstalledExtension> extension = FindExtension(name);

	if (!extension)
		throw Refusal({sqlstate::kNotInPrerequisiteState,
					   std::string("extension \"") + name + "\" is not installed in this database",
					   "pg_steward reads or tests through it.",
					   std::string("Run CREATE EXTENSION ") + name + "; as a superuser."});
	return *extension;
}

void
CheckModuleVersion()
{
	/* While the script of CREATE or ALTER EXTENSION runs, the catalog is behind or ahead. */
	if (creating_extension)
		return;

	std::optional<InstalledExtension> extension = FindExtension("pg_steward");

	if (!extension || extension->version == ModuleVersion())
		return;
	throw Refusal(
		{sqlstate::kNotInPrerequisiteState,
		 "the loaded pg_steward module and its SQL objects are of different versions",
		 std::string("The module is version ") + ModuleVersion() + ", the SQL objects are version " +
			 extension->version + ".",
		 "Run ALTER EXTENSION pg_steward UPDATE;, and restart the server if it still runs an older module."});
}

} // namespace steward::pg
