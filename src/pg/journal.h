/*-------------------------------------------------------------------------
 *
 * journal.h
 *	  steward.actions and steward.journal, read and written.
 *
 * All of it acts as the extension's owner: people change these tables through
 * functions only.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "pg/guard.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/action.h"
#include "model/statement.h"
#include "pg/spi.h"

namespace steward::pg
{

/* What the journal says of a transition beside the states. */
struct TransitionNote
{
	std::optional<std::string> reason; /* becomes the action's reason */
	std::optional<std::string> remark; /* stands in the journal alone, where there is no reason */
	std::optional<Json> before_state;
	std::optional<Json> measured;
	std::string sqlstate;
	std::string error;
	int worker_pid = 0;
};

/*
 * Whether the current role may see what the action is: the predicate of a
 * partial index may tell a value of a column.
 */
bool MayBeShown(const Action &action);

class Journal
{
public:
	explicit Journal(Spi &spi);

	/* A Refusal where there is none. */
	Action Load(int64_t id);

	/* Those in one of the states: in order of priority, benefit and id. */
	std::vector<Action> LoadWhere(const std::vector<ActionStatus> &states);

	/* The first of those in one of the states that is due. */
	std::optional<int64_t> NextDue(const std::vector<ActionStatus> &states);

	/* Those of them that are due. */
	std::vector<Action> LoadDue(const std::vector<ActionStatus> &states);

	/* How the action was last put into the queue. */
	struct Request
	{
		bool approved = false; /* it had been approved before */
		bool tried = false;    /* it was in quarantine, and nobody missed the index */
		bool unasked = false;  /* by the steward, not by a person */
	};
	Request LastRequest(int64_t id);

	/* How often within a day it was taken out of the queue with nothing done. */
	int64_t CountPostponements(int64_t id);

	/* The action with this advice's fingerprint, if there is one. */
	std::optional<Action> FindAdvice(const Advice &advice);

	int64_t Insert(const Advice &advice, ActionStatus status);

	/* The newest facts for an action whose advice was given again.  False where it is no longer in `status`. */
	bool Update(int64_t id, ActionStatus status, const Advice &advice);

	/* False where the action is no longer in `from`: somebody else was faster. */
	bool Record(int64_t id, ActionStatus from, ActionStatus to, const TransitionNote &note);

	/* An entry about an action whose status stays what it is, and which is not touched. */
	void Remark(int64_t id, ActionStatus status, const TransitionNote &note);

	/* Not due again before so many seconds have passed, unless its status changes. */
	void Defer(int64_t id, int seconds);

	/* The newest before_state that holds the definition of an index. */
	std::optional<Json> LastDefinition(int64_t id);

	/* The names of the index on each partition, by its OID. */
	std::optional<Json> LastParts(int64_t id);

	/* How many parts there were when a worker last went on with what a crash left, since the action was started. */
	std::optional<int64_t> PartsAtLastCrash(int64_t id);

	/* How often it was paused since it was started: entries with an error that has no SQLSTATE. */
	int64_t CountPauses(int64_t id);

	/* The counters noted when the action was done, from which its effect is reckoned. */
	std::optional<Json> LastBaseline(int64_t id);

	/* What its statements' times say so far; in place of what they said before. */
	void NoteObserved(int64_t id, const Json &observed);
	std::optional<Json> ReadObserved(int64_t id);

	/* Whether taking it back was given up within so many minutes. */
	bool CouldNotBeReverted(int64_t id, int minutes);

	/* In the queue or at work since that moment, not to be taken back: the newest first. */
	std::vector<int64_t> BegunSince(double seconds_since_epoch);

	/* A change of an action's status. */
	struct Step
	{
		int64_t action = 0;
		ActionKind kind = ActionKind::kCreateIndex;
		ActionStatus from = ActionStatus::kProposed;
		ActionStatus to = ActionStatus::kProposed;
		std::optional<Json> measured;
		std::optional<std::string> reason;
	};

	/* Those that made or ended something since that moment, in their order. */
	std::vector<Step> StepsSince(double seconds_since_epoch);

	/* Done since that moment and not taken back, the newest first. */
	std::vector<int64_t> DoneSince(double seconds_since_epoch);

	/* How often it failed since it was done last. */
	int64_t CountFailures(int64_t id);

	/* Of this database: the indexes that the planner is to do without, also until their drop is through. */
	std::vector<ObjectId> IndexesInQuarantine();

	/* Whether somebody decided that the index of this name goes. */
	bool IsToBeDropped(const std::string &target);

	/* Since the planner does without its index. */
	double SecondsInQuarantine(int64_t id);

	/* Since its status changed. */
	double SecondsSinceChange(int64_t id);

	/* Whether the newest entry of the action is older than so many minutes. */
	bool IsOlder(int64_t id, int minutes);

	/*
	 * The counters of each served statement when the newest index for it was
	 * done, within pg_steward.workload_window.
	 */
	std::map<StatementKey, SeenCounters> ReadBaselines();

	/* What an entry says went wrong; all empty where nothing did. */
	struct Trouble
	{
		std::string sqlstate;
		std::string text;
		std::string from_status;
		int worker_pid = 0; /* 0: a person wrote it */
	};

	/* The newest error the journal has for the action. */
	Trouble ReadLastError(int64_t id);

	/* The error of the newest entry of all. */
	Trouble ErrorOfNewestEntry(int64_t id);

	std::vector<std::string> Exclusions();
	void Exclude(const std::string &pattern, const std::string &reason);
	bool RemoveExclusion(const std::string &pattern);

	/* schema.table of the action's table, unquoted; empty where it is gone. */
	std::string RelationLabel(const Action &action);

private:
	std::vector<Action> LoadIf(const std::string &condition, const std::vector<ActionStatus> &states);
	template <typename Body>
	auto AsOwner(Body &&body);

	Trouble ReadError(const std::string &condition, int64_t id);
	void Append(int64_t id, ActionStatus from, ActionStatus to, const TransitionNote &note);
	std::optional<Json> NewestOf(const std::string &expression, int64_t id);

	Spi &spi_;
	Oid owner_;
};

} // namespace steward::pg
