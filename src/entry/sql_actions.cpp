/*-------------------------------------------------------------------------
 *
 * sql_actions.cpp
 *	  The SQL functions through which people decide and act.
 *
 * Who may call them is a matter of GRANT; what they write they write as the
 * extension's owner, with the caller's name in the journal.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include <set>

#include "base/text.h"
#include "flow/change_action.h"
#include "flow/list_work.h"
#include "flow/quarantine.h"
#include "flow/refresh_advice.h"
#include "flow/request_action.h"
#include "flow/tune_once.h"
#include "flow/write_status.h"
#include "pg/activity.h"
#include "pg/extension.h"
#include "pg/function_call.h"
#include "pg/journal.h"
#include "pg/quarantine.h"
#include "pg/raii.h"
#include "pg/session.h"
#include "pg/shared_memory.h"

extern "C"
{
#include "access/xact.h"
#include "nodes/parsenodes.h"
#include "utils/timestamp.h"
}

namespace steward
{

namespace
{

bool database_announced = false;

std::string
RequireText(const std::optional<std::string> &text, const char *what)
{
	if (!text || text->find_first_not_of(" \t\r\n") == std::string::npos)
		throw Refusal({sqlstate::kInvalidParameterValue, std::string("the ") + what + " must not be empty",
					   std::string("Without a ") + what + " nothing is done.",
					   std::string("Give the ") + what + " as text that is neither NULL nor blank."});
	return *text;
}

void
RequireActing(FunctionCallInfo fcinfo, const char *call)
{
	pg::RequireNoTransactionBlock(fcinfo, call);
	pg::RequireWritable();
	pg::RequirePreload();
}

int64_t
RequireId(const pg::Arguments &arguments)
{
	std::optional<int64_t> id = arguments.Integer(0);

	if (!id)
		throw Refusal({sqlstate::kInvalidParameterValue, "the id of the action must not be NULL",
					   "An action is asked for by its id.",
					   "See SELECT id, ddl FROM steward.recommendations;"});
	return *id;
}

Datum
Request(FunctionCallInfo fcinfo, ActionEvent event, const char *call)
{
	pg::Arguments arguments(fcinfo);

	RequireActing(fcinfo, call);

	int64_t id = RequireId(arguments);
	pg::Spi spi(pg::Spi::Kind::kNonAtomic);

	RequestAction(spi, id, event);
	if (arguments.Bool(1).value_or(true))
		AwaitAction(spi, id, event);
	return (Datum) 0;
}

} // namespace

extern "C"
{
static void
OnTransactionEnd(XactEvent event, [[maybe_unused]] void *argument)
{
	if (database_announced && event == XACT_EVENT_COMMIT)
		pg::WantSteward(MyDatabaseId);
	if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT)
		database_announced = false;
}
}

STEWARD_FUNCTION(steward_refresh)
{
	RefreshResult result = RefreshAdvice();

	return pg::MakeRow(fcinfo, {pg::IntegerValue(static_cast<int64_t>(result.advice.statements.size())),
								pg::IntegerValue(static_cast<int64_t>(result.analyzed)),
								pg::IntegerValue(static_cast<int64_t>(result.waiting)),
								pg::IntegerValue(static_cast<int64_t>(result.not_analyzable)),
								pg::IntegerValue(static_cast<int64_t>(result.proposed)),
								pg::IntegerValue(static_cast<int64_t>(result.withheld)),
								pg::IntegerValue(static_cast<int64_t>(result.obsolete)), result.summary});
}

STEWARD_FUNCTION(steward_dismiss)
{
	pg::Arguments arguments(fcinfo);
	int64_t id = RequireId(arguments);
	std::string reason = RequireText(arguments.Text(1), "reason");
	pg::TransitionNote note;

	pg::RequireWritable();
	note.reason = "dismissed: " + reason;

	pg::Spi spi;
	pg::Journal journal(spi);
	Action action = journal.Load(id);

	OpenAgain(journal, action);
	ChangeAction(journal, action, ActionEvent::kDismiss, note);
	return (Datum) 0;
}

STEWARD_FUNCTION(steward_approve)
{
	pg::Arguments arguments(fcinfo);
	int64_t id = RequireId(arguments);

	pg::RequireWritable();
	pg::RequirePreload();

	pg::Spi spi;

	ApproveAction(spi, id);
	return (Datum) 0;
}

STEWARD_FUNCTION(steward_exclude)
{
	pg::Arguments arguments(fcinfo);
	std::string pattern = RequireText(arguments.Text(0), "pattern");
	std::string reason = RequireText(arguments.Text(1), "reason");

	pg::RequireWritable();

	pg::Spi spi;
	pg::Journal journal(spi);

	journal.Exclude(pattern, reason);
	for (Action &action : journal.LoadWhere({ActionStatus::kProposed, ActionStatus::kApproved,
											 ActionStatus::kWithheld, ActionStatus::kQuarantined}))
	{
		if (!MatchesLike(journal.RelationLabel(action), pattern))
			continue;
		if (action.status == ActionStatus::kQuarantined)
			EndQuarantine(journal, action, "its table was excluded: " + reason);
		ChangeAction(journal, action, ActionEvent::kRetire);
	}
	return (Datum) 0;
}

STEWARD_FUNCTION(steward_remove_exclusion)
{
	pg::Arguments arguments(fcinfo);
	std::string pattern = RequireText(arguments.Text(0), "pattern");

	pg::RequireWritable();

	pg::Spi spi;

	if (!pg::Journal(spi).RemoveExclusion(pattern))
		throw Refusal({sqlstate::kUndefinedObject, "there is no exclusion \"" + pattern + "\"",
					   "steward.exclusions has no row with this pattern.",
					   "See SELECT * FROM steward.exclusions;"});
	return (Datum) 0;
}

STEWARD_FUNCTION(steward_apply)
{
	return Request(fcinfo, ActionEvent::kApply, "steward.apply");
}

STEWARD_FUNCTION(steward_revert)
{
	return Request(fcinfo, ActionEvent::kRevert, "steward.revert");
}

STEWARD_FUNCTION(steward_revert_since)
{
	pg::Arguments arguments(fcinfo);
	std::optional<double> since = arguments.Timestamp(0);

	RequireActing(fcinfo, "steward.revert_since");
	if (!since)
		throw Refusal({sqlstate::kInvalidParameterValue, "the moment must not be NULL",
					   "What was done since then is taken back.",
					   "As in CALL steward.revert_since(now() - interval '3 hours');"});

	pg::Spi spi(pg::Spi::Kind::kNonAtomic);

	RevertSince(spi, *since, arguments.Bool(1).value_or(true));
	return (Datum) 0;
}

STEWARD_FUNCTION(steward_list_progress)
{
	pg::ResultSet results(fcinfo);
	pg::Spi spi;
	std::set<int64_t> visible;
	auto or_null = [](const std::string &text) { return text.empty() ? pg::Value() : pg::Value(text); };

	/* The policy of the table is that of the view. */
	for (const pg::Row &row : spi.Query("SELECT id FROM steward.actions"))
		visible.insert(row.Integer(0));

	pg::ActingAs owner(pg::RequireExtension("pg_steward").owner, 0);

	for (const Work &work : ListWork(spi))
	{
		if (visible.count(work.action) == 0)
			continue;
		results.AddRow({pg::IntegerValue(work.action), work.kind, work.target, work.status, work.since,
						or_null(work.progress), or_null(work.waits_for), or_null(work.trouble)});
	}
	return (Datum) 0;
}

STEWARD_FUNCTION(steward_cancel)
{
	pg::Arguments arguments(fcinfo);

	/* Also where nothing else may be written: less is done then. */
	pg::RequireNoTransactionBlock(fcinfo, "steward.cancel");
	pg::RequirePrimary();
	pg::RequirePreload();

	int64_t id = RequireId(arguments);
	pg::Spi spi(pg::Spi::Kind::kNonAtomic);

	CancelAction(spi, id);
	return (Datum) 0;
}

STEWARD_FUNCTION(steward_tune)
{
	pg::Arguments arguments(fcinfo);
	TuneRequest request;

	if (auto categories = arguments.TextArray(0))
	{
		request.categories.emplace();
		for (const std::optional<std::string> &category : *categories)
		{
			if (!category)
				throw Refusal({sqlstate::kInvalidParameterValue, "a category must not be NULL",
							   "An element of the array is NULL.", "Leave it out of the array."});
			request.categories->push_back(*category);
		}
	}
	request.dry_run = arguments.Bool(1).value_or(false);
	if (request.dry_run)
		pg::RequireNoTransactionBlock(fcinfo, "steward.tune");
	else
		RequireActing(fcinfo, "steward.tune");

	TuneReport report = TuneOnce(request);
	const Effect &effect = report.effect;
	bool measured = effect.measured > 0;

	return pg::MakeRow(fcinfo, {pg::IntegerValue(static_cast<int64_t>(report.statements_analyzed)),
								pg::IntegerValue(static_cast<int64_t>(report.existing_indexes)),
								pg::IntegerValue(static_cast<int64_t>(report.bottlenecks)),
								pg::IntegerValue(static_cast<int64_t>(report.recommendations)),
								pg::IntegerValue(static_cast<int64_t>(report.applied)),
								pg::IntegerValue(static_cast<int64_t>(report.failed)),
								measured ? pg::NumberValue(effect.before_ms) : pg::Value(),
								measured ? pg::NumberValue(effect.after_ms) : pg::Value(), report.improvement,
								DumpJson(report.json)});
}

STEWARD_FUNCTION(steward_stop)
{
	std::string reason = RequireText(pg::Arguments(fcinfo).Text(0), "reason");
	pg::StopState state;

	pg::RequirePreload();
	state.stopped = true;
	state.reason = reason;
	state.by = pg::OuterRoleName();
	state.at = GetCurrentTimestamp();
	pg::WriteStopState(state);
	pg::WakeAll();
	pg::LogMessage("stopped by " + state.by + ": " + reason);

	pg::ActingAs owner(pg::RequireExtension("pg_steward").owner, 0);
	pg::Spi spi;

	pg::CancelActionWorkers(spi);
	pg::EndAllQuarantines();
	return (Datum) 0;
}

STEWARD_FUNCTION(steward_start)
{
	pg::RequirePreload();
	pg::WriteStopState({});
	pg::WakeAll();
	pg::LogMessage("started by " + pg::OuterRoleName());
	return (Datum) 0;
}

STEWARD_FUNCTION(steward_status)
{
	pg::ResultSet results(fcinfo);

	for (const StatusLine &line : WriteStatus())
		results.AddRow(
			{line.state, line.message, line.command.empty() ? pg::Value() : pg::Value(line.command)});
	return (Datum) 0;
}

STEWARD_FUNCTION(steward_announce_database)
{
	static bool registered = false;

	if (pg::Shared() == nullptr)
		return (Datum) 0;
	if (!registered)
	{
		pg::Guarded([] { RegisterXactCallback(OnTransactionEnd, nullptr); });
		registered = true;
	}
	database_announced = true;
	return (Datum) 0;
}

} // namespace steward
