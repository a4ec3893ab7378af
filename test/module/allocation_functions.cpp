/*-------------------------------------------------------------------------
 *
 * allocation_functions.cpp
 *	  Make operator new fail on purpose, here or in another process.
 *
 *	  CREATE FUNCTION fail_allocation(pid integer, n bigint) RETURNS bigint
 *	      LANGUAGE c AS '$libdir/steward_test';
 *	  CREATE FUNCTION allocations_left() RETURNS bigint LANGUAGE c …
 *
 * The operator new that fails is in a library that the test preloads into the
 * postmaster (test/tap/fail_allocation.cpp); this finds its switch.  pid is a
 * process, 0 for the next one to start.  The n-th allocation fails, or with
 * -n that one and all after it; n = 0 ends it.  Returns how many of the last
 * n were left.  Allocates nothing in C++ itself, lest it count itself.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/guard.h"

#include <dlfcn.h>

extern "C"
{
PGDLLEXPORT Datum fail_allocation(PG_FUNCTION_ARGS);
PGDLLEXPORT PG_FUNCTION_INFO_V1(fail_allocation);
PGDLLEXPORT Datum allocations_left(PG_FUNCTION_ARGS);
PGDLLEXPORT PG_FUNCTION_INFO_V1(allocations_left);
}

namespace
{

void *
Find(const char *symbol)
{
	void *found = dlsym(RTLD_DEFAULT, symbol);

	if (found == nullptr)
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("fail_allocation.so is not preloaded")));
	return found;
}

} // namespace

Datum
fail_allocation(PG_FUNCTION_ARGS)
{
	auto *fail = reinterpret_cast<long (*)(int pid, long n)>(Find("steward_fail_allocation"));

	PG_RETURN_INT64(fail(PG_GETARG_INT32(0), PG_GETARG_INT64(1)));
}

Datum allocations_left([[maybe_unused]] PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(reinterpret_cast<long (*)()>(Find("steward_allocations_left"))());
}
