/*-------------------------------------------------------------------------
 *
 * export_case.cpp
 *	  Advice as a case that can be replayed without this server.
 *
 *	  action -> its part of the workload -> advice anew, recorded -> redacted
 *
 * Nothing was kept of how an action came to be advised but its evidence, so
 * the case tells what is seen now.  The request is that of a round.
 *
 * Server.  Reads only.
 *
 *-------------------------------------------------------------------------
 */
#include "flow/export_case.h"

#include "core/report/redact_case.h"
#include "flow/tune_indexes.h"
#include "pg/extension.h"
#include "pg/journal.h"
#include "pg/settings.h"

namespace steward
{

namespace
{

/* Evidence of an older version may lack what this one looks for. */
WorkloadPart
PartOf(const Action &action)
{
	WorkloadPart part;

	part.relation = action.relation;
	for (const Json &served : action.evidence.value("statements", Json::array()))
		part.statements.insert({served.value("userid", ObjectId{0}), served.value("queryid", int64_t{0}),
								served.value("toplevel", true)});
	return part;
}

IndexRequest
RequestOfRound(pg::Spi &spi)
{
	IndexRequest request;

	request.min_calls = pg::settings::min_calls;
	request.max_columns = static_cast<size_t>(pg::settings::index_max_columns);
	request.exclusions = pg::Journal(spi).Exclusions();
	return request;
}

} // namespace

AdviceCase
ExportCase(const std::optional<Action> &action, CaseValues values)
{
	AdviceCase recorded;
	pg::Spi spi;
	IndexRequest request = RequestOfRound(spi);

	if (action)
	{
		request.part = PartOf(*action);
		recorded.action = {action->id, std::string(KindName(action->kind)),
						   std::string(StatusName(action->status)), action->target};
	}
	recorded.steward_version = pg::ModuleVersion();
	recorded.server_version = spi.QueryOne("SELECT current_setting('server_version')").Text(0);
	(void) TuneIndexes(request, &recorded);
	if (values == CaseValues::kRedacted)
		RedactCase(recorded);
	return recorded;
}

} // namespace steward
