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

#include "base/text.h"
#include "core/tuner/judge_effect.h"
#include "flow/change_action.h"
#include "flow/index_users.h"
#include "flow/measure_action.h"
#include "flow/observe_action.h"
#include "flow/schedule_actions.h"
#include "flow/watch_usage.h"
#include "pg/index_usage.h"
#include "pg/quarantine.h"
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
constexpr const char *kQuarantineSeconds = "quarantine_s";
constexpr const char *kLookedAt = "looked_at";

/* Between two looks that are further apart than so many rounds nobody was there. */
constexpr int kRoundsApart = 3;

ObjectId
IndexOf(const Action &action)
{
	return action.arguments.at("index").get<ObjectId>();
}

/* Until it is dropped, too: it may have to wait for that. */
bool
IsInForce(pg::Journal &journal, const Action &action)
{
	return action.local && action.kind == ActionKind::kDropIndex &&
		   (action.status == ActionStatus::kQuarantined || journal.LastRequest(action.id).tried);
}

std::vector<Action>
InForce(pg::Journal &journal)
{
	std::vector<Action> actions;

	for (Action &action :
		 journal.LoadWhere({ActionStatus::kQuarantined, ActionStatus::kQueued, ActionStatus::kRunning}))
	{
		if (IsInForce(journal, action))
			actions.push_back(std::move(action));
	}
	return actions;
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
		indexes.insert(IndexOf(action));
		tables.merge(ReadAncestors(spi, action.relation));
		seconds = std::max(seconds, journal.SecondsInQuarantine(action.id));
	}
	return indexes.empty() ? std::vector<IndexUser>() : FindIndexUsers(spi, indexes, tables, seconds);
}

/* Why the index is not to be dropped; empty where nothing says so. */
std::string
WhyMissed(pg::Spi &spi, pg::Journal &journal, const Action &action, const std::vector<IndexUser> &users,
		  Json &observed)
{
	Trial trial = ObserveAction(spi, journal, action);
	Judgement judgement = JudgeRemoval(trial, pg::settings::min_calls);
	std::set<StatementKey> ran = pg::StatementsWithin(spi, journal.SecondsInQuarantine(action.id));

	observed.update(JudgementToJson(judgement, trial));
	if (judgement.verdict == Verdict::kTakeBack)
		return judgement.reason;
	for (const IndexUser &user : users)
	{
		if (user.indexes.count(IndexOf(action)) != 0 && ran.count(user.key) != 0)
			return "a statement that ran meanwhile would have used it: " +
				   Excerpt(user.text, kLongestStatement);
	}
	return "";
}

/* Time in which nobody looked, as while the server was down, does not count. */
double
SecondsLookedAfter(pg::Journal &journal, const Action &action, Json &observed)
{
	double now = pg::SecondsSinceEpoch();
	double since = now - journal.SecondsInQuarantine(action.id);
	double last = std::max(since, observed.value(kLookedAt, since));
	double seconds = std::min(now - last, kRoundsApart * static_cast<double>(pg::settings::round_interval_s));

	seconds = std::max(0.0, seconds) + observed.value(kQuarantineSeconds, 0.0);
	observed[kQuarantineSeconds] = seconds;
	observed[kLookedAt] = now;
	return seconds;
}

void
Judge(pg::Spi &spi, pg::Journal &journal, Action &action, const std::vector<IndexUser> &users, bool is_due)
{
	Json observed = journal.ReadObserved(action.id).value_or(Json::object());
	double seconds = SecondsLookedAfter(journal, action, observed);
	UsageJudgement usage = {UsageVerdict::kUnused, ""};
	std::string missed = WhyMissed(spi, journal, action, users, observed);
	pg::TransitionNote note;

	if (IsUnused(action))
		usage = JudgeIndex(spi, IndexOf(action));

	journal.NoteObserved(action.id, observed);
	note.worker_pid = pg::ProcessId();
	if (!missed.empty())
	{
		note.reason = "it was missed in quarantine: " + missed;
		ChangeAction(journal, action, ActionEvent::kRelease, note);
		pg::LogMessage("action " + std::to_string(action.id) + ": the quarantine of index " + action.target +
					   " ends: " + missed);
	}
	else if (usage.verdict != UsageVerdict::kUnused)
	{
		note.sqlstate = sqlstate::kNotInPrerequisiteState;
		note.error = "the index does not count as unused any more: " + usage.reason;
		ChangeAction(journal, action, ActionEvent::kPostpone, note);
	}
	else if (is_due && seconds >= pg::settings::quarantine_time_min * kSecondsPerMinute &&
			 WhatForbids(action, true).empty())
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
	std::vector<ObjectId> indexes;

	for (const Action &action : InForce(journal))
		indexes.push_back(IndexOf(action));
	if (!pg::QuarantineOnly(indexes))
		pg::LogWarning("more indexes are to be in quarantine than there is place for; some are still used");
}

void
JudgeQuarantines(pg::Spi &spi, pg::Journal &journal)
{
	std::vector<Action> actions = journal.LoadWhere({ActionStatus::kQuarantined});
	std::set<int64_t> due;

	actions.erase(std::remove_if(actions.begin(), actions.end(),
								 [&](const Action &action) { return !IsInForce(journal, action); }),
				  actions.end());

	if (actions.empty())
		return;
	pg::NoteIndexUsage(spi);

	std::vector<IndexUser> users = FindUsers(spi, journal, actions);

	for (const Action &action : journal.LoadDue({ActionStatus::kQuarantined}))
		due.insert(action.id);
	for (Action &action : actions)
	{
		try
		{
			Judge(spi, journal, action, users, due.count(action.id) != 0);
		}
		catch (const Refusal &)
		{
			/* Somebody else decided meanwhile. */
		}
	}
}

void
LiftQuarantines(pg::Journal &journal)
{
	for (Action &action : InForce(journal))
	{
		pg::TransitionNote note;

		/* Who is at work on it ends by himself. */
		if (action.status == ActionStatus::kRunning)
			continue;
		note.worker_pid = pg::ProcessId();
		note.sqlstate = sqlstate::kQueryCanceled;
		note.error =
			"the steward is stopped or its mode is below advise, so that nobody would look at what is missed";
		ChangeAction(journal, action, ActionEvent::kPostpone, note);
	}
	(void) pg::QuarantineOnly({});
}

} // namespace steward
