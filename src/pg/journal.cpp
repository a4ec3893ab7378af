/*-------------------------------------------------------------------------
 *
 * journal.cpp
 *	  steward.actions and steward.journal, read and written.
 *
 * Server.  Locks: our own lock tags, beside those of advisory locks, so that
 * no application's keys can meet them.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/journal.h"

#include "pg/catalog.h"

#include "pg/extension.h"
#include "pg/function_call.h"
#include "pg/raii.h"
#include "pg/session.h"
#include "pg/settings.h"

namespace steward::pg
{

namespace
{

constexpr const char *kIsLocal =
	" system_identifier = (SELECT system_identifier FROM pg_control_system())"
	"   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";

/* No global string: what starts while the module is loaded may not fail. */
std::string
ActionColumns()
{
	return std::string(
			   "id, kind, status, relation, target, arguments, array_to_json(ddl), array_to_json(undo_ddl),"
			   " expected, evidence, reason,") +
		   kIsLocal;
}

Action
ToAction(const Row &row)
{
	Action action;

	action.id = row.Integer(0);
	action.kind = KindFromName(row.Text(1)).value();
	action.status = StatusFromName(row.Text(2)).value();
	action.relation = row.ObjectId(3);
	action.target = row.Text(4);
	action.arguments = Json::parse(row.Text(5));
	action.ddl = Json::parse(row.Text(6)).get<std::vector<std::string>>();
	action.undo_ddl = Json::parse(row.Text(7)).get<std::vector<std::string>>();
	action.expected = Json::parse(row.Text(8));
	action.evidence = Json::parse(row.Text(9));
	action.reason = row.Text(10);
	action.local = row.Bool(11);
	return action;
}

constexpr const char *kIsDue = "(not_before IS NULL OR not_before <= clock_timestamp())";

std::string
NamesOf(const std::vector<ActionStatus> &states)
{
	std::vector<std::string> names;

	for (ActionStatus state : states)
		names.emplace_back(StatusName(state));
	return ArrayLiteral(names);
}

Value
TextOrNull(const std::string &text)
{
	return text.empty() ? Value() : Value(text);
}

/* What helps most comes first among its like. */
constexpr const char *kInOrder = "priority, (expected ->> 'benefit')::float8 DESC NULLS LAST, id";

/* Somebody waits for what he asked for. */
constexpr const char *kIsUnasked =
	"coalesce((SELECT j.worker_pid IS NOT NULL FROM steward.journal AS j"
	"           WHERE j.action = actions.id AND j.to_status = 'queued' ORDER BY j.id DESC LIMIT 1), true)";

/* Of entries: those since the action was started last. */
constexpr const char *kSinceStart = "id > (SELECT max(id) FROM steward.journal"
									"       WHERE action = $1::bigint AND from_status = 'queued')";

Value
JsonOrNull(const std::optional<Json> &json)
{
	return json ? Value(DumpJson(*json)) : Value();
}

} // namespace

Journal::Journal(Spi &spi) : spi_(spi), owner_(RequireExtension("pg_steward").owner) {}

template <typename Body>
auto
Journal::AsOwner(Body &&body)
{
	ActingAs owner(owner_, 0);

	return body();
}

Action
Journal::Load(int64_t id)
{
	Rows rows = AsOwner(
		[&]
		{
			return spi_.Query(std::string("SELECT ") + ActionColumns() +
								  " FROM steward.actions WHERE id = $1::bigint",
							  {std::to_string(id)});
		});

	if (rows.empty())
		throw Refusal({sqlstate::kUndefinedObject, "there is no action " + std::to_string(id),
					   "steward.actions has no row with this id.",
					   "See SELECT * FROM steward.recommendations; for open ones."});
	return ToAction(rows.front());
}

std::vector<Action>
Journal::LoadIf(const std::string &condition, const std::vector<ActionStatus> &states)
{
	std::vector<Action> actions;
	Rows rows = AsOwner(
		[&]
		{
			return spi_.Query(std::string("SELECT ") + ActionColumns() +
								  " FROM steward.actions WHERE status = ANY ($1::text[]) AND " + condition +
								  " ORDER BY " + kInOrder,
							  {NamesOf(states)});
		});

	for (const Row &row : rows)
		actions.push_back(ToAction(row));
	return actions;
}

std::vector<Action>
Journal::LoadWhere(const std::vector<ActionStatus> &states)
{
	return LoadIf("true", states);
}

std::vector<Action>
Journal::LoadDue(const std::vector<ActionStatus> &states)
{
	return LoadIf(kIsDue, states);
}

Journal::Request
Journal::LastRequest(int64_t id)
{
	Rows rows = AsOwner(
		[&]
		{
			/* That it was tried in quarantine does not change who asked for it. */
			return spi_.Query(
				"SELECT asked.from_status = 'approved', last.from_status = 'quarantined', asked.worker_pid IS NOT NULL"
				"  FROM (SELECT from_status FROM steward.journal"
				"         WHERE action = $1::bigint AND to_status = 'queued' ORDER BY id DESC LIMIT 1) AS last,"
				"       (SELECT from_status, worker_pid FROM steward.journal"
				"         WHERE action = $1::bigint AND to_status = 'queued' AND from_status <> 'quarantined'"
				"         ORDER BY id DESC LIMIT 1) AS asked",
				{std::to_string(id)});
		});

	if (rows.empty())
		return {};
	return {rows.front().Bool(0), rows.front().Bool(1), rows.front().Bool(2)};
}

std::vector<ObjectId>
Journal::IndexesInQuarantine()
{
	std::vector<ObjectId> indexes;

	for (
		const Row &row : AsOwner(
			[&]
			{
				return spi_.Query(
					std::string(
						/* The target of another kind may be no name at all. */
						"SELECT to_regclass(CASE WHEN kind = 'drop_index' THEN target END)::oid FROM steward.actions"
						" WHERE status IN ('quarantined', 'queued', 'running')"
						"   AND to_regclass(CASE WHEN kind = 'drop_index' THEN target END) IS NOT NULL"
						"   AND (status = 'quarantined'"
						"        OR (SELECT j.from_status FROM steward.journal AS j"
						"             WHERE j.action = actions.id AND j.to_status = 'queued'"
						"             ORDER BY j.id DESC LIMIT 1) = 'quarantined')"
						"   AND") +
					kIsLocal);
			}))
		indexes.push_back(row.ObjectId(0));
	return indexes;
}

bool
Journal::IsToBeDropped(const std::string &target)
{
	return AsOwner(
		[&]
		{
			return !spi_.Query(std::string(
								   "SELECT FROM steward.actions WHERE kind = 'drop_index' AND target = $1"
								   "   AND status IN ('approved', 'queued', 'running', 'quarantined') AND") +
								   kIsLocal,
							   {target})
						.empty();
		});
}

int64_t
Journal::CountPostponements(int64_t id)
{
	return AsOwner(
		[&]
		{
			return spi_
				.QueryOne(
					"SELECT count(*) FROM steward.journal"
					" WHERE action = $1::bigint AND error IS NOT NULL AND from_status IN ('queued', 'running')"
					"   AND to_status IN ('proposed', 'approved', 'quarantined') AND at > now() - interval '1 day'",
					{std::to_string(id)})
				.Integer(0);
		});
}

bool
Journal::CouldNotBeReverted(int64_t id, int minutes)
{
	return AsOwner(
		[&]
		{
			return spi_
				.QueryOne("SELECT EXISTS (SELECT FROM steward.journal"
						  " WHERE action = $1::bigint AND error IS NOT NULL AND to_status = 'verifying'"
						  "   AND from_status IN ('revert_queued', 'reverting')"
						  "   AND at > now() - make_interval(mins => $2::integer))",
						  {std::to_string(id), std::to_string(minutes)})
				.Bool(0);
		});
}

std::vector<int64_t>
Journal::BegunSince(double seconds_since_epoch)
{
	std::vector<int64_t> ids;

	for (const Row &row : AsOwner(
			 [&]
			 {
				 return spi_.Query(
					 "SELECT id FROM steward.actions WHERE status IN ('queued', 'running')"
					 "   AND updated_at >= to_timestamp($1::float8) ORDER BY updated_at DESC, id",
					 {std::to_string(seconds_since_epoch)});
			 }))
		ids.push_back(row.Integer(0));
	return ids;
}

std::vector<Journal::Step>
Journal::StepsSince(double seconds_since_epoch)
{
	std::vector<Step> steps;

	for (
		const Row &row : AsOwner(
			[&]
			{
				return spi_.Query(
					"SELECT a.id, a.kind, j.from_status, j.to_status, j.measured, j.reason FROM steward.journal AS j"
					"  JOIN steward.actions AS a ON a.id = j.action"
					" WHERE j.at >= to_timestamp($1::float8) AND j.from_status <> j.to_status"
					"   AND j.to_status IN ('verifying', 'kept', 'taken_back') ORDER BY j.id",
					{std::to_string(seconds_since_epoch)});
			}))
		steps.push_back({row.Integer(0), KindFromName(row.Text(1)).value(),
						 StatusFromName(row.Text(2)).value(), StatusFromName(row.Text(3)).value(),
						 row.IsNull(4) ? std::nullopt : std::optional(Json::parse(row.Text(4))),
						 row.IsNull(5) ? std::nullopt : std::optional(row.Text(5))});
	return steps;
}

std::vector<int64_t>
Journal::DoneSince(double seconds_since_epoch)
{
	std::vector<int64_t> ids;

	for (
		const Row &row : AsOwner(
			[&]
			{
				return spi_.Query(
					"SELECT a.id FROM steward.actions AS a JOIN steward.journal AS j"
					"    ON j.action = a.id AND j.to_status IN ('verifying', 'quarantined')"
					"       AND j.from_status = 'running'"
					" WHERE a.status IN ('verifying', 'kept', 'quarantined') AND a.kind IN ('create_index', 'drop_index', 'create_statistics', 'set_statistics')"
					"   AND j.at >= to_timestamp($1::float8)"
					" GROUP BY a.id ORDER BY max(j.id) DESC",
					{std::to_string(seconds_since_epoch)});
			}))
		ids.push_back(row.Integer(0));
	return ids;
}

std::optional<int64_t>
Journal::NextDue(const std::vector<ActionStatus> &states)
{
	Rows rows = AsOwner(
		[&]
		{
			return spi_.Query(
				std::string("SELECT id FROM steward.actions WHERE status = ANY ($1::text[])") + " AND " +
					kIsDue + " ORDER BY CASE WHEN status = 'revert_queued' THEN updated_at END NULLS LAST, " +
					kIsUnasked + ", " + kInOrder + " LIMIT 1",
				{NamesOf(states)});
		});

	if (rows.empty())
		return std::nullopt;
	return rows.front().Integer(0);
}

std::optional<Action>
Journal::FindAdvice(const Advice &advice)
{
	Rows rows = AsOwner(
		[&]
		{
			return spi_.Query(std::string("SELECT ") + ActionColumns() +
								  " FROM steward.actions"
								  " WHERE fingerprint = encode(sha256(convert_to($1, 'UTF8')), 'hex')",
							  {advice.canonical});
		});

	if (rows.empty())
		return std::nullopt;
	return ToAction(rows.front());
}

namespace
{

/* With the reason, which gives way to what becomes of the action. */
Json
EvidenceOf(const Advice &advice)
{
	Json evidence = advice.evidence.is_null() ? Json::object() : advice.evidence;

	evidence[kAdvisedBecause] = advice.reason;
	return evidence;
}

} // namespace

int64_t
Journal::Insert(const Advice &advice, ActionStatus status)
{
	return AsOwner(
		[&]
		{
			int64_t id =
				spi_.QueryOne(
						"INSERT INTO steward.actions (fingerprint, category, kind, status, priority, relation,"
						"  target, arguments, ddl, undo_ddl, expected, evidence, reason, system_identifier,"
						"  database)"
						" VALUES (encode(sha256(convert_to($1, 'UTF8')), 'hex'),"
						"  $14, $2, $3, $4::integer,"
						"  $5::oid, $6, $7::jsonb, $8::text[], $9::text[], $10::jsonb, $11::jsonb, $12,"
						"  $13::bigint, $15::oid)"
						" RETURNING id",
						{advice.canonical, std::string(KindName(advice.kind)),
						 std::string(StatusName(status)), std::to_string(advice.priority),
						 std::to_string(advice.relation), advice.target, DumpJson(advice.arguments),
						 ArrayLiteral(advice.ddl), ArrayLiteral(advice.undo_ddl), DumpJson(advice.expected),
						 DumpJson(EvidenceOf(advice)), advice.reason,
						 std::to_string(static_cast<int64_t>(SystemIdentifier())),
						 IsOnIndex(advice.kind) ? "index" : "statistics", std::to_string(CurrentDatabase())})
					.Integer(0);

			spi_.Execute(
				"INSERT INTO steward.journal (action, to_status, by_role) VALUES ($1::bigint, $2, $3)",
				{std::to_string(id), std::string(StatusName(status)), OuterRoleName()});
			return id;
		});
}

bool
Journal::Update(int64_t id, ActionStatus status, const Advice &advice)
{
	return AsOwner(
		[&]
		{
			return spi_.Execute(
					   "UPDATE steward.actions SET priority = $2::integer, relation = $3::oid, target = $4,"
					   "  arguments = $5::jsonb, ddl = $6::text[], undo_ddl = $7::text[], expected = $8::jsonb,"
					   "  evidence = $9::jsonb, reason = $10, updated_at = now(), system_identifier = $11::bigint,"
					   "  database = $12::oid"
					   " WHERE id = $1::bigint AND status = $13",
					   {std::to_string(id), std::to_string(advice.priority), std::to_string(advice.relation),
						advice.target, DumpJson(advice.arguments), ArrayLiteral(advice.ddl),
						ArrayLiteral(advice.undo_ddl), DumpJson(advice.expected),
						DumpJson(EvidenceOf(advice)), advice.reason,
						std::to_string(static_cast<int64_t>(SystemIdentifier())),
						std::to_string(CurrentDatabase()), std::string(StatusName(status))}) == 1;
		});
}

/* As the owner. */
void
Journal::Append(int64_t id, ActionStatus from, ActionStatus to, const TransitionNote &note)
{
	spi_.Execute("INSERT INTO steward.journal (action, from_status, to_status, by_role, worker_pid,"
				 "  before_state, measured, sqlstate, error, reason)"
				 " VALUES ($1::bigint, $2, $3, $4, $5::integer, $6::jsonb, $7::jsonb, $8, $9, $10)",
				 {std::to_string(id), std::string(StatusName(from)), std::string(StatusName(to)),
				  OuterRoleName(), note.worker_pid > 0 ? Value(std::to_string(note.worker_pid)) : Value(),
				  JsonOrNull(note.before_state), JsonOrNull(note.measured), TextOrNull(note.sqlstate),
				  TextOrNull(note.error), note.reason ? note.reason : note.remark});
}

void
Journal::Remark(int64_t id, ActionStatus status, const TransitionNote &note)
{
	AsOwner([&] { Append(id, status, status, note); });
}

bool
Journal::Record(int64_t id, ActionStatus from, ActionStatus to, const TransitionNote &note)
{
	return AsOwner(
		[&]
		{
			if (spi_.Execute(
					"UPDATE steward.actions"
					"   SET status = $3, reason = coalesce($4, reason), updated_at = clock_timestamp(),"
					"       not_before = NULL,"
					"       observed = CASE WHEN $3 IN ('queued', 'proposed', 'approved') AND NOT ($2 = 'quarantined' AND $3 = 'queued')"
					"                       THEN NULL ELSE observed END"
					" WHERE id = $1::bigint AND status = $2",
					{std::to_string(id), std::string(StatusName(from)), std::string(StatusName(to)),
					 note.reason}) != 1)
				return false;
			Append(id, from, to, note);
			return true;
		});
}

std::optional<Json>
Journal::NewestOf(const std::string &expression, int64_t id)
{
	Rows rows = AsOwner(
		[&]
		{
			return spi_.Query("SELECT " + expression +
								  " FROM steward.journal WHERE action = $1::bigint AND " + expression +
								  " IS NOT NULL ORDER BY id DESC LIMIT 1",
							  {std::to_string(id)});
		});

	if (rows.empty())
		return std::nullopt;
	return Json::parse(rows.front().Text(0));
}

std::optional<Json>
Journal::LastDefinition(int64_t id)
{
	return NewestOf("CASE WHEN before_state ? 'definition' THEN before_state END", id);
}

std::optional<Json>
Journal::LastParts(int64_t id)
{
	return NewestOf(std::string("CASE WHEN ") + kSinceStart + " THEN before_state -> 'parts' END", id);
}

std::optional<int64_t>
Journal::PartsAtLastCrash(int64_t id)
{
	std::optional<Json> parts =
		NewestOf(std::string("CASE WHEN ") + kSinceStart + " THEN before_state -> 'parts_at_crash' END", id);

	if (!parts)
		return std::nullopt;
	return parts->get<int64_t>();
}

int64_t
Journal::CountPauses(int64_t id)
{
	return AsOwner(
		[&]
		{
			return spi_
				.QueryOne("SELECT count(*) FROM steward.journal"
						  " WHERE action = $1::bigint AND from_status = 'running' AND to_status = 'running'"
						  "   AND error IS NOT NULL AND sqlstate IS NULL AND " +
							  std::string(kSinceStart),
						  {std::to_string(id)})
				.Integer(0);
		});
}

std::optional<Json>
Journal::LastBaseline(int64_t id)
{
	return NewestOf("CASE WHEN measured ? 'baseline' THEN measured END", id);
}

void
Journal::NoteObserved(int64_t id, const Json &observed)
{
	AsOwner(
		[&]
		{
			return spi_.Execute("UPDATE steward.actions SET observed = $2::jsonb WHERE id = $1::bigint",
								{std::to_string(id), DumpJson(observed)});
		});
}

std::optional<Json>
Journal::ReadObserved(int64_t id)
{
	Rows rows = AsOwner(
		[&]
		{
			return spi_.Query(
				"SELECT observed FROM steward.actions WHERE id = $1::bigint AND observed IS NOT NULL",
				{std::to_string(id)});
		});

	if (rows.empty())
		return std::nullopt;
	return Json::parse(rows.front().Text(0));
}

double
Journal::SecondsInQuarantine(int64_t id)
{
	return AsOwner(
		[&]
		{
			return spi_
				.QueryOne("SELECT coalesce(extract(epoch FROM clock_timestamp() - max(at)), 0)::float8"
						  "  FROM steward.journal WHERE action = $1::bigint AND from_status = 'running'"
						  "   AND to_status = 'quarantined'",
						  {std::to_string(id)})
				.Number(0);
		});
}

int64_t
Journal::CountFailures(int64_t id)
{
	return AsOwner(
		[&]
		{
			return spi_
				.QueryOne(
					"SELECT count(*) FROM steward.journal WHERE action = $1::bigint AND to_status = 'failed'"
					"   AND id > coalesce((SELECT max(id) FROM steward.journal"
					"                       WHERE action = $1::bigint AND to_status = 'kept'), 0)",
					{std::to_string(id)})
				.Integer(0);
		});
}

double
Journal::SecondsSinceChange(int64_t id)
{
	return AsOwner(
		[&]
		{
			return spi_
				.QueryOne("SELECT extract(epoch FROM clock_timestamp() - updated_at)::float8"
						  "  FROM steward.actions WHERE id = $1::bigint",
						  {std::to_string(id)})
				.Number(0);
		});
}

bool
Journal::IsOlder(int64_t id, int minutes)
{
	return AsOwner(
		[&]
		{
			return spi_
				.QueryOne("SELECT coalesce(max(at) < now() - make_interval(mins => $2::integer), true)"
						  "  FROM steward.journal WHERE action = $1::bigint",
						  {std::to_string(id), std::to_string(minutes)})
				.Bool(0);
		});
}

void
Journal::Defer(int64_t id, int seconds)
{
	AsOwner(
		[&]
		{
			return spi_.Execute("UPDATE steward.actions"
								"   SET not_before = clock_timestamp() + make_interval(secs => $2::float8)"
								" WHERE id = $1::bigint",
								{std::to_string(id), std::to_string(seconds)});
		});
}

std::map<StatementKey, SeenCounters>
Journal::ReadBaselines()
{
	std::map<StatementKey, SeenCounters> baselines;
	Rows rows = AsOwner(
		[&]
		{
			return spi_.Query(
				"SELECT b.userid, b.queryid, b.toplevel, b.calls, b.total_ms, coalesce(b.sum_squares, 0),"
				"       extract(epoch FROM j.at)"
				"  FROM steward.journal AS j,"
				"       jsonb_to_recordset(j.measured -> 'baseline')"
				"         AS b (userid oid, queryid bigint, toplevel boolean, calls bigint, total_ms float8,"
				"               sum_squares float8)"
				" WHERE j.at > now() - make_interval(mins => $1::integer)"
				"   AND jsonb_typeof(j.measured -> 'baseline') = 'array'"
				" ORDER BY j.id",
				{std::to_string(settings::workload_window_min)});
		});

	for (const Row &row : rows)
	{
		SeenCounters &seen = baselines[{row.ObjectId(0), row.Integer(1), row.Bool(2)}];

		seen.counters.calls = row.Integer(3);
		seen.counters.total_ms = row.Number(4);
		seen.counters.sum_squares = row.Number(5);
		seen.seen_at = row.Number(6);
	}
	return baselines;
}

Journal::Trouble
Journal::ReadError(const std::string &condition, int64_t id)
{
	Rows rows = AsOwner(
		[&]
		{
			return spi_.Query("SELECT sqlstate, error, from_status, coalesce(worker_pid, 0)"
							  "  FROM steward.journal WHERE action = $1::bigint AND " +
								  condition + " ORDER BY id DESC LIMIT 1",
							  {std::to_string(id)});
		});

	if (rows.empty())
		return {};

	const Row &row = rows.front();

	return {row.Text(0), row.Text(1), row.Text(2), static_cast<int>(row.Integer(3))};
}

Journal::Trouble
Journal::ReadLastError(int64_t id)
{
	return ReadError("error IS NOT NULL", id);
}

Journal::Trouble
Journal::ErrorOfNewestEntry(int64_t id)
{
	return ReadError("true", id);
}

std::vector<std::string>
Journal::Exclusions()
{
	std::vector<std::string> patterns;

	for (const Row &row :
		 AsOwner([&] { return spi_.Query("SELECT pattern FROM steward.exclusions ORDER BY pattern"); }))
		patterns.push_back(row.Text(0));
	return patterns;
}

void
Journal::Exclude(const std::string &pattern, const std::string &reason)
{
	AsOwner(
		[&]
		{
			return spi_.Execute(
				"INSERT INTO steward.exclusions (pattern, reason, by_role) VALUES ($1, $2, $3)"
				" ON CONFLICT (pattern) DO UPDATE SET reason = excluded.reason,"
				"   by_role = excluded.by_role, created_at = now()",
				{pattern, reason, OuterRoleName()});
		});
}

bool
Journal::RemoveExclusion(const std::string &pattern)
{
	return AsOwner([&]
				   { return spi_.Execute("DELETE FROM steward.exclusions WHERE pattern = $1", {pattern}); }) >
		   0;
}

std::string
Journal::RelationLabel(const Action &action)
{
	Rows rows = spi_.Query("SELECT n.nspname || '.' || c.relname FROM pg_class AS c"
						   "  JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE c.oid = $1::oid",
						   {std::to_string(action.relation)});

	return rows.empty() ? "" : rows.front().Text(0);
}

bool
MayBeShown(const Action &action)
{
	auto predicate = action.arguments.find("predicate");

	return predicate == action.arguments.end() || !predicate->value("private", false) ||
		   (action.local && MayReadColumn(action.relation, predicate->value("column", ColumnNumber{0})));
}

} // namespace steward::pg
