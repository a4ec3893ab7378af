/*-------------------------------------------------------------------------
 *
 * plan_action.h
 *	  What an action worker is to do, decided from what the catalog says now.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "pg/journal.h"

#include <optional>
#include <string>

#include "core/action/change_status.h"

namespace steward
{

enum class Doing
{
	kBuild,
	kDrop,
	kQuarantine,
	kReindex,
	kAnalyze,
	kTryStatistics,
	kUndoStatistics,
};

/* What is to be done, as decided when the intent was written down. */
struct Plan
{
	bool go = false;     /* false: postponed or out of date, and noted so */
	bool settle = false; /* an earlier worker began it */
	bool unique = false; /* what is to be dropped */
	Doing doing = Doing::kBuild;
	Action action;
	std::string sql;
	std::string comment;                      /* of a new index */
	Json statistics_targets = Json::object(); /* of its columns, by their number, where they had one */
	std::string
		analyze; /* of a table whose new index is on an expression, of which nobody has statistics yet */
	Json figures = {};        /* of what was tried */
	double last_analyzed = 0; /* as pg::LastAnalyzed() says */
};

/* Why an action cannot be carried out, ever (kFail) or just now (kPostpone). */
struct Obstacle
{
	ActionEvent event = ActionEvent::kPostpone;
	std::string text;
	bool may_pass_soon = false;   /* it is not tried less often for it */
	bool ends_quarantine = false; /* it is as if the index had not been in it */
};

bool IsRevert(const Action &action);

/* What has to be done for the action, or undone of it. */
Doing DoingFor(const Action &action);

/* Fills in the plan, or says what is in its way. */
std::optional<Obstacle> Decide(pg::Spi &spi, pg::Journal &journal, Plan &plan);

/* What stands there before, for the undo and for whoever asks later. */
Json BeforeState(pg::Spi &spi, const Action &action);

/* What is still to be done to what a worker built that is there. */
void PlanSettling(pg::Spi &spi, pg::Journal &journal, Plan &plan);

/* Whether what a worker left is finished, not cleared away; then the plan is filled in, and that noted. */
bool MayGoOn(pg::Spi &spi, pg::Journal &journal, Plan &plan);

} // namespace steward
