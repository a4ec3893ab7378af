/*-------------------------------------------------------------------------
 *
 * action_worker.cpp
 *	  A process that carries out one action and ends.
 *
 * pg_cancel_backend() cancels it as it would any backend: it cleans up what
 * it left, writes the outcome down, and ends.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "flow/run_action.h"
#include "pg/worker.h"

extern "C"
{
PGDLLEXPORT void steward_action_main(Datum argument);
}

void
steward_action_main(Datum argument)
{
	using namespace steward;

	pg::RunBehindDoor(
		[&]
		{
			pg::BeginWorker(DatumGetObjectId(argument));
			RunAction(pg::ActionOfWorker());
		});
}
