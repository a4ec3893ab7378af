/*-------------------------------------------------------------------------
 *
 * quarantine.cpp
 *	  Doing without an index for a while, before it is dropped.
 *
 * The table of actions says what is in quarantine; the list that the planner looks
 * at, in shared memory, is made from it again and again, so that whatever a restart,
 * an error or somebody else did to it does not last.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "flow/quarantine.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "core/tuner/judge_effect.h"
#include "flow/change_action.h"
#include "flow/check_drop.h"
#include "flow/index_users.h"
#include "flow/measure_action.h"
#include "flow/observe_action.h"
#include "flow/schedule_actions.h"
#include "flow/watch_usage.h"
#include "pg/catalog.h"
#include "pg/quarantine.h"
#include "pg/raii.h"
#include "pg/session.h"
#include "pg/settings.h"
#include "pg/statements.h"

namespace steward
{

namespace
{

constexpr double kSecondsPerMinute = 60;
constexpr size_t kLongestStatement = 200;

/* In what is observed of the action: how long it was looked after, and when last. */
constexpr const char *kHeldBy = "held_by"; /* what keeps the index though its time is over */
constexpr const char *kQuarantineSeconds = "quarantine_s";
constexpr const char *kLookedAt = "looked_at";

/* Between two looks that are further apart than so many rounds nobody was there. */
constexpr int kRoundsApart = 3;

/* By its name: rebuilt, it has another OID.  0 where it is gone. */
ObjectId
IndexOf(pg::Spi &spi, const Action &action)
{
	return spi.QueryOne("SELECT coalesce(to_regclass($1)::oid, 0)", {action.target}).ObjectId(0);
}

/* Something that ran in quarantine for the first time has no time to be compared with. */
std::vector<IndexUser>
FindUsers(pg::Spi &spi, pg::Journal &journal, const std::vector<Action> &actions)
{
	ObjectIds indexes;
	ObjectIds tables;
	double seconds = 0;

	for (const Action &action : actions)
	{
		/* Who uses a duplicate uses the other one as well. */
		if (!IsUnused(action))
			continue;
		indexes.insert(IndexOf(spi, action));
		tables.merge(ReadAncestors(spi, action.relation));
		seconds = std::max(seconds, journal.SecondsInQuarantine(action.id));
	}
	return indexes.empty() ? std::vector<IndexUser>() : FindIndexUsers(spi, indexes, tables, seconds);
}

/* What the statements that ran in quarantine say. */
struct Ran
{
	std::map<StatementKey, double> at; /* seconds since 1970, the last time */
	std::vector<IndexUser> users;      /* of any of the indexes */
};

/* Why the index is not to be dropped; empty where nothing says so. */
std::string
WhyMissed(pg::Spi &spi, pg::Journal &journal, const Action &action, const Ran &ran, Json &observed)
{
	Trial trial = ObserveAction(spi, journal, action);
	Judgement judgement = JudgeRemoval(trial, pg::settings::min_calls);
	double since = pg::SecondsSinceEpoch() - journal.SecondsInQuarantine(action.id);
	ObjectId index = IndexOf(spi, action);

	observed.update(JudgementToJson(judgement, trial));
	if (judgement.verdict == Verdict::kTakeBack)
		return judgement.reason;
	for (const IndexUser &user : ran.users)
	{
		auto at = ran.at.find(user.key);

		if (user.indexes.count(index) != 0 && at != ran.at.end() && at->second > since)
			return "a statement that ran meanwhile would have used it: " +
				   Excerpt(user.text, kLongestStatement);
	}
	return "";
}

/* Time in which nobody looked, as while the server was down, or in which the planner had the index does not count. */
double
SecondsLookedAfter(pg::Spi &spi, pg::Journal &journal, const Action &action, Json &observed)
{
	double now = pg::SecondsSinceEpoch();
	double since = now - journal.SecondsInQuarantine(action.id);
	double last = std::max(since, observed.value(kLookedAt, since));
	double seconds = std::min(now - last, kRoundsApart * static_cast<double>(pg::settings::round_interval_s));

	seconds = pg::IsInQuarantine(IndexOf(spi, action)) ? std::max(0.0, seconds) : 0;
	seconds += observed.value(kQuarantineSeconds, 0.0);
	observed[kQuarantineSeconds] = seconds;
	observed[kLookedAt] = now;
	return seconds;
}

/* Who began it of his own accord asks again whether he may. */
std::string
WhyNotWanted(pg::Spi &spi, pg::Journal &journal, const Action &action, DropCheck &check)
{
	pg::Journal::Request request = journal.LastRequest(action.id);

	check = CheckDrop(spi, pg::ReadCatalog(spi, {action.relation}), action);
	if (!check.never.empty())
		return check.never;
	if (request.unasked && !request.approved &&
		(pg::CurrentMode() != pg::Mode::kAuto || !pg::MayActAlone(action.kind)))
		return "pg_steward.mode and pg_steward.auto_actions do not allow it any more";
	return "";
}

void
Judge(pg::Spi &spi, pg::Journal &journal, Action &action, const Ran &ran, bool is_due)
{
	Json observed = journal.ReadObserved(action.id).value_or(Json::object());
	double seconds = SecondsLookedAfter(spi, journal, action, observed);
	std::string missed = WhyMissed(spi, journal, action, ran, observed);
	DropCheck check;
	std::string not_wanted = WhyNotWanted(spi, journal, action, check);
	pg::TransitionNote note;

	bool is_over = seconds >= pg::settings::quarantine_time_min * kSecondsPerMinute;
	std::string held = !check.later.empty() ? check.later : WhatForbids(action, true);

	observed[kHeldBy] = is_over ? held : "";
	journal.NoteObserved(action.id, observed);
	note.worker_pid = pg::ProcessId();
	if (!missed.empty())
	{
		note.reason = "it was missed in quarantine: " + missed;
		ChangeAction(journal, action, ActionEvent::kRelease, note);
		pg::LogMessage("action " + std::to_string(action.id) + ": the quarantine of index " + action.target +
					   " ends: " + missed);
	}
	else if (!not_wanted.empty())
	{
		note.sqlstate = sqlstate::kNotInPrerequisiteState;
		note.error = not_wanted;
		ChangeAction(journal, action, ActionEvent::kPostpone, note);
	}
	else if (is_due && held.empty() && is_over)
		ChangeAction(journal, action, ActionEvent::kApply, note);
}

} // namespace

bool
NeedsQuarantine(pg::Journal &journal, const Action &action)
{
	return action.kind == ActionKind::kDropIndex && action.status == ActionStatus::kQueued &&
		   pg::settings::quarantine_time_min > 0 && !journal.LastRequest(action.id).tried;
}

void
ApplyQuarantines(pg::Journal &journal)
{
	/* Those for which there is no place wait for one: their time does not run. */
	(void) pg::QuarantineOnly(journal.IndexesInQuarantine());
}

void
JudgeQuarantines(pg::Spi &spi, pg::Journal &journal)
{
	std::vector<Action> actions = journal.LoadWhere({ActionStatus::kQuarantined});
	std::set<int64_t> due;
	Ran ran;

	std::erase_if(actions, [](const Action &action) { return !action.local; });
	if (actions.empty())
		return;
	ran.at = pg::LastRuns(spi);
	ran.users = FindUsers(spi, journal, actions);
	for (const Action &action : journal.LoadDue({ActionStatus::kQuarantined}))
		due.insert(action.id);
	for (Action &action : actions)
	{
		pg::CheckForInterrupts();
		/* A table that somebody has locked is not one that is gone, and the others are not to wait for him. */
		if (pg::IsLocked(action.relation))
			continue;
		try
		{
			Judge(spi, journal, action, ran, due.count(action.id) != 0);
		}
		catch (const Refusal &)
		{
			/* Somebody else decided meanwhile. */
		}
	}
}

std::string
DescribeQuarantine(pg::Spi &spi, pg::Journal &journal, const Action &action)
{
	if (!pg::IsInQuarantine(IndexOf(spi, action)))
		return "not in force just now";

	Json observed = journal.ReadObserved(action.id).value_or(Json::object());
	std::string held = observed.value(kHeldBy, "");

	return "in force for " + FormatDuration(observed.value(kQuarantineSeconds, 0.0)) + " of " +
		   FormatDuration(pg::settings::quarantine_time_min * kSecondsPerMinute) +
		   (held.empty() ? "" : ", and kept longer: " + held);
}

void
EndQuarantine(pg::Journal &journal, Action &action, const std::string &why)
{
	pg::TransitionNote note;

	note.worker_pid = pg::ProcessId();
	note.sqlstate = sqlstate::kQueryCanceled;
	note.error = why;
	ChangeAction(journal, action, ActionEvent::kPostpone, note);
}

void
LiftQuarantines(pg::Spi &spi, pg::Journal &journal)
{
	std::vector<ObjectId> indexes = journal.IndexesInQuarantine();

	for (Action &action : journal.LoadWhere({ActionStatus::kQuarantined, ActionStatus::kQueued}))
	{
		/* One of before a copy, which nobody looks after here, too. */
		bool in_force = action.kind == ActionKind::kDropIndex &&
						std::find(indexes.begin(), indexes.end(), IndexOf(spi, action)) != indexes.end();

		if (in_force || (action.status == ActionStatus::kQuarantined && !action.local))
			EndQuarantine(
				journal, action,
				"the steward is stopped or its mode is below advise, so that nobody would look at what is missed");
	}
	/* Also where steward.stop() emptied the list in a transaction that came to nothing. */
	if (!pg::QuarantineOnly({}) || !indexes.empty())
		pg::ForgetPlans();
}

} // namespace steward
