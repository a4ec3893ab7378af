/*-------------------------------------------------------------------------
 *
 * guard_functions.cpp
 *	  The boundary between C++ and the server, put to the test from SQL.
 *
 *	  CREATE FUNCTION raise_under_object(times integer, OUT destroyed bigint,
 *	      OUT rss_grown_kb bigint) LANGUAGE c AS '$libdir/steward_test';
 *	  CREATE FUNCTION raise_server_error(relation regclass) RETURNS void …
 *	  CREATE FUNCTION throw_exception(kind text) RETURNS void …
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/function_call.h"

extern "C"
{
#include "access/relation.h"
#include "utils/rel.h"
}

#include <unistd.h>

#include <cstdio>
#include <new>
#include <stdexcept>
#include <vector>

namespace steward
{

namespace
{

int64_t destroyed = 0;

/* Memory and a destructor that a longjmp would skip. */
class Witness
{
public:
	Witness() : memory_(64 * 1024, 'x') {}
	~Witness() { destroyed++; }
	Witness(const Witness &) = delete;
	Witness &operator=(const Witness &) = delete;

	const char *text() const { return memory_.data(); }

private:
	std::vector<char> memory_;
};

/* Resident memory of this process, in kB. */
int64_t
ResidentKilobytes()
{
	long size = 0;
	long resident = 0;
	FILE *file = fopen("/proc/self/statm", "r");

	if (file == nullptr)
		throw std::runtime_error("could not read /proc/self/statm");

	int fields = fscanf(file, "%ld %ld", &size, &resident);

	fclose(file);
	if (fields != 2)
		throw std::runtime_error("could not understand /proc/self/statm");
	return static_cast<int64_t>(resident) * sysconf(_SC_PAGESIZE) / 1024;
}

void
RaiseOnce()
{
	Witness witness;

	pg::Guarded(
		[&]
		{
			ereport(ERROR, (errcode(ERRCODE_DIVISION_BY_ZERO), errmsg("raised %c", witness.text()[0]),
							errdetail("A detail."), errhint("A hint.")));
		});
}

} // namespace

/* Raises an ERROR under a live object so often, and catches it as an exception. */
STEWARD_FUNCTION(raise_under_object)
{
	int32_t times = pg::Arguments(fcinfo).Integer4(0).value();
	int64_t caught = 0;

	/* What the first time takes for good is no leak. */
	for (int i = 0; i < 100; i++)
	{
		try
		{
			RaiseOnce();
		}
		catch (const pg::ServerError &)
		{}
	}
	destroyed = 0;

	int64_t resident = ResidentKilobytes();

	for (int32_t i = 0; i < times; i++)
	{
		try
		{
			RaiseOnce();
		}
		catch (const pg::ServerError &error)
		{
			if (error.Sqlstate() == "22012" && error.message == "raised x" && error.detail == "A detail." &&
				error.hint == "A hint.")
				caught++;
		}
	}
	return pg::MakeRow(fcinfo, {pg::IntegerValue(caught), pg::IntegerValue(destroyed),
								pg::IntegerValue(ResidentKilobytes() - resident)});
}

/* Lets an ERROR with everything in it pass through two doors and a live object. */
STEWARD_FUNCTION(raise_server_error)
{
	Oid relation = static_cast<Oid>(PG_GETARG_OID(0));
	Witness witness;

	pg::Guarded(
		[&]
		{
			::Relation table = relation_open(relation, AccessShareLock);

			ereport(ERROR, (errcode(ERRCODE_CHECK_VIOLATION), errmsg("raised %c", witness.text()[0]),
							errdetail("A detail."), errhint("A hint."), errtablecol(table, 1),
							errtableconstraint(table, "a_constraint")));
		});
	return (Datum) 0;
}

/* How many witnesses were destroyed in this session. */
STEWARD_FUNCTION(destroyed_objects)
{
	(void) fcinfo;
	return Int64GetDatum(destroyed);
}

STEWARD_FUNCTION(throw_exception)
{
	std::string kind = *pg::Arguments(fcinfo).Text(0);
	Witness witness;

	if (kind == "runtime_error")
		throw std::runtime_error("thrown on purpose");
	if (kind == "bad_alloc")
		throw std::bad_alloc();
	if (kind == "int")
		throw 42;
	if (kind == "inside Guarded")
		pg::Guarded([] { throw std::runtime_error("thrown inside Guarded"); });
	if (kind == "refusal")
		throw Refusal({"55000", "refused on purpose", "A detail.", "A hint."});
	return (Datum) 0;
}

} // namespace steward
