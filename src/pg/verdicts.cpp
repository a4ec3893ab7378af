/*-------------------------------------------------------------------------
 *
 * verdicts.cpp
 *	  What became of each statement when advice was last renewed.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/verdicts.h"

#include "base/json.h"

namespace steward::pg
{

Verdicts
ReadVerdicts(Spi &spi)
{
	Verdicts verdicts;

	for (const Row &row : spi.Query("SELECT userid, queryid, toplevel, verdict FROM steward.verdicts"))
		verdicts[{row.ObjectId(0), row.Integer(1), row.Bool(2)}] = row.Text(3);
	return verdicts;
}

void
StoreVerdicts(Spi &spi, const Verdicts &verdicts)
{
	Json rows = Json::array();

	for (const auto &[key, verdict] : verdicts)
		rows.push_back(Json{{"userid", key.userid},
							{"queryid", key.queryid},
							{"toplevel", key.toplevel},
							{"verdict", verdict}});
	spi.Query("WITH new AS (SELECT * FROM jsonb_to_recordset($1::jsonb)"
			  "                AS v (userid oid, queryid bigint, toplevel boolean, verdict text)),"
			  " gone AS (DELETE FROM steward.verdicts AS v"
			  "           WHERE NOT EXISTS (SELECT FROM new WHERE (new.userid, new.queryid, new.toplevel)"
			  "                                                 = (v.userid, v.queryid, v.toplevel)))"
			  "INSERT INTO steward.verdicts AS v (userid, queryid, toplevel, verdict)"
			  " SELECT userid, queryid, toplevel, verdict FROM new"
			  "     ON CONFLICT (userid, queryid, toplevel)"
			  "     DO UPDATE SET verdict = excluded.verdict, at = now() WHERE v.verdict <> excluded.verdict",
			  {DumpJson(rows)});
}

} // namespace steward::pg
