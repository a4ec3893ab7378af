-- The SQL surface.  Functions that take query text keep the caller's
-- search_path, since names in the text are the caller's; they look up nothing
-- else through it.  All others fix it.

-- See

CREATE FUNCTION steward.status(OUT state text, OUT message text, OUT command text)
RETURNS SETOF record
LANGUAGE c VOLATILE STRICT
SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'steward_status';

COMMENT ON FUNCTION steward.status() IS
'How the steward is, one line each: OK, WARN (with the command that mends it), SEEN, DO (advice that waits), NOW (what is queued or runs), WHO (whom it waits for), DID (recent actions).';

CREATE FUNCTION steward.list_statements(
	OUT userid oid, OUT queryid bigint, OUT toplevel boolean, OUT query text,
	OUT calls bigint, OUT total_exec_time double precision, OUT mean_exec_time double precision,
	OUT rows bigint, OUT shared_blks_hit bigint, OUT shared_blks_read bigint,
	OUT since timestamptz, OUT tables regclass[], OUT reason text, OUT advice text)
RETURNS SETOF record
LANGUAGE c VOLATILE STRICT
SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'steward_list_statements';

COMMENT ON FUNCTION steward.list_statements() IS
'The statements of this database that ran within pg_steward.workload_window, up to this moment, from pg_stat_statements: counters of the window (times in ms, block counts), the tables each touches, in reason why one cannot be analysed, and in advice what became of it at the last steward.refresh() or round: the index that is advised for it, or why there is none. Without pg_read_all_stats only the caller''s own statements.';

-- Advise

CREATE FUNCTION steward.recommend_indexes(
	queries text[] DEFAULT NULL,
	relations regclass[] DEFAULT NULL,
	storage_budget bigint DEFAULT NULL,
	min_calls bigint DEFAULT NULL,
	max_columns integer DEFAULT NULL,
	objective text DEFAULT 'time',
	OUT rank integer, OUT action text, OUT ddl text, OUT ddl_steps text[], OUT undo_ddl text,
	OUT relation regclass, OUT access_method text, OUT size_bytes bigint,
	OUT cost_before double precision, OUT cost_after double precision, OUT benefit double precision,
	OUT saves_ms_per_hour double precision, OUT write_cost double precision,
	OUT replaces regclass[], OUT statements jsonb, OUT confirmed_by text, OUT reason text)
RETURNS SETOF record
LANGUAGE c VOLATILE
AS 'MODULE_PATHNAME', 'steward_recommend_indexes';

COMMENT ON FUNCTION steward.recommend_indexes(text[], regclass[], bigint, bigint, integer, text) IS
'Index advice; reads only. queries: the statements to advise on (parameters as $1, $2, …), planned with the caller''s rights and search_path; NULL: the observed workload, all of it for pg_read_all_stats, otherwise the caller''s own statements. relations: only indexes on these tables. storage_budget: bytes (NULL: pg_steward.index_storage_budget). min_calls: observed statements with fewer calls wait (NULL: pg_steward.min_calls). max_columns: key columns of an index at most (NULL: pg_steward.index_max_columns). objective: ''time'' weighs each statement by its measured time and prices plans in what they take on this server, where steward.calibration predicts that better than planner cost does; ''cost'' counts planner cost and every statement alike. size_bytes: estimated size; cost_before, cost_after: planner cost of the statements the index serves, with all better-ranked indexes in place; benefit: share it removes (0-1) of the time of all observed statements, or of the planner cost of those that could be priced; saves_ms_per_hour: predicted from measured times, as is expected_ms, each statement''s mean time with this index and all better-ranked ones; write_cost: planner cost each hour of writing its entries, by the rows inserted and updated since the database''s statistics were reset, or since the server started; action: create, drop, or replace: create an index with which others can go; replaces: the index that is dropped, those that can go once the new one is there (each drop is advised then), or with action create those that find nothing the new one does not find; ddl_steps: the same without blocking writes, for a partitioned table; confirmed_by: hypopg, what-if (for access methods that hypopg does not know: the planner of this server chose it), catalog (a duplicate), or NULL with the reason for withholding. A NOTICE says of each given query for which there is nothing why. Errors: 42601 a text that does not parse or holds several statements, 42501 no right on a table, 22023 a parameter out of range.';

CREATE FUNCTION steward.calibrate(
	OUT userid oid, OUT queryid bigint, OUT toplevel boolean, OUT query text, OUT calls bigint,
	OUT measured_ms double precision, OUT predicted_ms double precision, OUT error double precision,
	OUT cost double precision, OUT predicted_by_cost_ms double precision, OUT error_by_cost double precision,
	OUT used boolean)
RETURNS SETOF record
LANGUAGE c VOLATILE STRICT
SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'steward_calibrate';

COMMENT ON FUNCTION steward.calibrate() IS
'How well times are predicted from plans; reads only. For each statement of those that took most time: measured_ms is its mean time; predicted_ms what its present plan is predicted to take by the calibrated prices of pages, tuples and operators (see steward.recommend_cost_constants()), which were learnt from the other statements alone; cost, its planner cost, and predicted_by_cost_ms the same with one price for each unit of planner cost. error, error_by_cost: the factor between predicted and measured time, at least 1. used: whether index advice goes by the calibration: only where it predicts better than planner cost does. Without pg_read_all_stats only the caller''s own statements.';

CREATE FUNCTION steward.recommend_cost_constants(
	OUT name text, OUT setting double precision, OUT recommended double precision, OUT price_ms double precision,
	OUT benefit double precision, OUT ddl text, OUT undo_ddl text, OUT reason text)
RETURNS SETOF record
LANGUAGE c VOLATILE STRICT
SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'steward_recommend_cost_constants';

COMMENT ON FUNCTION steward.recommend_cost_constants() IS
'The planner''s cost constants beside what the same things take on this server, learnt from the measured times of the workload; reads only. price_ms: what one takes, in ms; NULL where too few statements were measured. recommended: the constant that stands to those of processing as the prices do; NULL where the one in force stays. benefit: share of the time of the measured statements (0-1) that all recommended constants together are predicted to save by other plans, with the indexes that are there. ddl, undo_ddl: to set them for this database and to take that back. reason: why it is recommended, or why nothing is.';

CREATE FUNCTION steward.refresh(
	OUT statements bigint, OUT analyzed bigint, OUT waiting bigint, OUT not_analyzable bigint,
	OUT proposed bigint, OUT withheld bigint, OUT obsolete bigint, OUT summary text)
RETURNS record
LANGUAGE c VOLATILE STRICT
SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'steward_refresh';

COMMENT ON FUNCTION steward.refresh() IS
'Runs the advisers on the observed workload now and stores what they advise in steward.actions: the same advice keeps its row. Says how many statements were seen, analysed, waiting for more calls or not analysable, and why there is not more advice. Errors: 25006 on a standby.';

CREATE FUNCTION steward.explain_recommendation(id bigint) RETURNS text
LANGUAGE c STABLE STRICT
SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'steward_explain_recommendation';

COMMENT ON FUNCTION steward.explain_recommendation(bigint) IS
'A page for a change request: DO, UNDO, WHY, GAIN, ORDER, PRICE, LOCKS, CHECK, NOT. Errors: 42704 there is no action with this id.';

CREATE FUNCTION steward.export_case(id bigint DEFAULT NULL, include_values boolean DEFAULT false) RETURNS jsonb
LANGUAGE c VOLATILE
SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'steward_export_case';

COMMENT ON FUNCTION steward.export_case(bigint, boolean) IS
'What index advice is made from, and what comes of it, for a report of a wrong recommendation: statements with their counters, what the planner sees of them, catalog facts, candidates with their sizes, each price the planner gave, the choice and the advice. Advises anew, as steward.refresh() would, and stores nothing. id: only for the statements that the action was advised for and the others on their tables, of which pg_read_all_stats sees all, anybody else their own; NULL: for the whole observed workload. include_values: with the constants and the bind values of statements, for members of steward_samples; else a constant is shown as ''redacted 1'', the same one always by the same number. Names of tables, columns and indexes are not redacted. Errors: 42704 there is no action with this id, 42501 include_values without steward_samples, 55000 the action was advised in another database.';

CREATE FUNCTION steward.simulate(id bigint, OUT indexrelid oid, OUT index_name text)
RETURNS record
LANGUAGE c VOLATILE STRICT
SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'steward_simulate';

COMMENT ON FUNCTION steward.simulate(bigint) IS
'Creates the advised index in hypopg in your own session, so that your own EXPLAIN shows it; leaves your other hypothetical indexes alone. Remove it with hypopg_drop_index(indexrelid). Errors: 42704 there is no action with this id, 0A000 the action creates no index.';

-- Decide

CREATE FUNCTION steward.dismiss(id bigint, reason text) RETURNS void
LANGUAGE c VOLATILE
SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'steward_dismiss';

COMMENT ON FUNCTION steward.dismiss(bigint, text) IS
'Turns a recommendation down for good, with the reason: it is not proposed again, but steward.apply(id) still applies it. Errors: 42704 there is no action with this id, 55000 its state does not allow it.';

CREATE FUNCTION steward.approve(id bigint) RETURNS void
LANGUAGE c VOLATILE
SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'steward_approve';

COMMENT ON FUNCTION steward.approve(bigint) IS
'Has an action carried out in the next maintenance window (pg_steward.maintenance_window; at the next round where none is set); it stays approved where it has to be postponed. steward.dismiss(id, reason) takes the approval back. Errors: 42704 there is no action with this id, 55000 its state does not allow it, 42501 its index would show a value that the caller may not read, 25006 on a standby.';

CREATE FUNCTION steward.exclude(pattern text, reason text) RETURNS void
LANGUAGE c VOLATILE
SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'steward_exclude';

COMMENT ON FUNCTION steward.exclude(text, text) IS
'Keeps the steward''s hands off the tables whose schema.table matches the LIKE pattern, with the reason; open recommendations on them are withdrawn. Advice on queries that somebody passes to steward.recommend_indexes() is not affected. Errors: 22023 an empty pattern or reason.';

CREATE FUNCTION steward.remove_exclusion(pattern text) RETURNS void
LANGUAGE c VOLATILE
SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'steward_remove_exclusion';

COMMENT ON FUNCTION steward.remove_exclusion(text) IS
'Takes an exclusion back. Errors: 42704 there is no exclusion with this pattern.';

-- Act

CREATE PROCEDURE steward.apply(id bigint, wait boolean DEFAULT true)
LANGUAGE c
AS 'MODULE_PATHNAME', 'steward_apply';

COMMENT ON PROCEDURE steward.apply(bigint, boolean) IS
'Applies an action now: a background worker runs its DDL concurrently, so nobody waits for it. wait: show progress as NOTICEs until it has ended; if the client leaves, the work goes on. Errors: 25001 inside a transaction block (the build would wait for it), 42704 there is no action with this id, 55000 its state, the checks before the build, or a missing background worker do not allow it, 25006 on a standby.';

CREATE PROCEDURE steward.revert(id bigint, wait boolean DEFAULT true)
LANGUAGE c
AS 'MODULE_PATHNAME', 'steward_revert';

COMMENT ON PROCEDURE steward.revert(bigint, boolean) IS
'Takes an applied action back the same way: drops the index it built, or builds again the index it dropped. Errors: as steward.apply.';

CREATE PROCEDURE steward.revert_since(since timestamptz, wait boolean DEFAULT true)
LANGUAGE c
AS 'MODULE_PATHNAME', 'steward_revert_since';

COMMENT ON PROCEDURE steward.revert_since(timestamptz, boolean) IS
'Takes back all that was done since that moment and still stands, the newest first, as steward.revert does; before that, what came into the queue or began since then is cancelled, as by steward.cancel. What cannot be taken back is told by a NOTICE and left. Errors: 22023 NULL, 55000 something was left, and as steward.apply.';

CREATE FUNCTION steward.list_progress(
	OUT action bigint,
	OUT kind text,
	OUT target text,
	OUT status text,
	OUT since timestamptz,
	OUT progress text,
	OUT waits_for text,
	OUT trouble text
) RETURNS SETOF record
LANGUAGE c STABLE STRICT
SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'steward_list_progress';

COMMENT ON FUNCTION steward.list_progress() IS
'What the steward is at in this database, and what waits for its turn. progress: the phase of a build; waits_for: sessions and prepared transactions that hold it up; trouble: why it does not get on. Shown by steward.progress.';

CREATE FUNCTION steward.list_indexes(
	OUT relation regclass,
	OUT index regclass,
	OUT verdict text,
	OUT reason text,
	OUT size_bytes bigint,
	OUT bloat double precision,
	OUT watched_since timestamptz,
	OUT uses bigint,
	OUT used_at timestamptz,
	OUT table_reads bigint,
	OUT table_writes bigint,
	OUT definition text
) RETURNS SETOF record
LANGUAGE c STABLE STRICT
SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'steward_list_indexes';

COMMENT ON FUNCTION steward.list_indexes() IS
'All indexes of this database, what they were used for and whether they are needed. verdict: needed (it was used within pg_steward.unused_after, or something else than speed depends on it), watched (nobody knows yet) or unused; reason: why. bloat: the share of it that a rebuild would win, 0 to 1, as measured last; NULL where that is not known. uses, used_at: since watched_since, as far as the steward saw it, which looks every pg_steward.round_interval; table_reads, table_writes: scans and written rows of the table since the last use. Shown by steward.indexes.';

CREATE PROCEDURE steward.maintain(
	dry_run boolean DEFAULT true,
	INOUT report text DEFAULT NULL,
	INOUT details jsonb DEFAULT NULL)
LANGUAGE c
AS 'MODULE_PATHNAME', 'steward_maintain';

COMMENT ON PROCEDURE steward.maintain(boolean, text, jsonb) IS
'A round of maintenance now: measures the bloat of indexes, looks for what is to be done about indexes and statistics, and reports. dry_run: changes nothing. Without it all maintenance that is proposed is carried out, one after the other, but what a person has to ask for by its id: unused indexes and duplicates go into quarantine, bloated ones are rebuilt, tables analysed, better statistics tried. report: for people; details: the same as jsonb, with sizes in bytes. Errors: 25001 inside a transaction block, 25006 on a standby.';

-- A string body: the journal's policy is that of who asks.

CREATE FUNCTION steward.changes_since(period interval)
RETURNS TABLE (at timestamptz, action bigint, change text, target text, relation text, asked_by text, took interval,
			   reason text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT j.at, a.id,
		   CASE WHEN j.to_status = 'failed' THEN a.kind || ' failed, all is as it was before'
				WHEN j.to_status = 'quarantined' THEN a.kind || ' begins, the planner does without the index'
				WHEN j.from_status = 'quarantined' THEN a.kind || ' given up, the index is used again'
				WHEN j.to_status = 'taken_back' THEN a.kind || ' taken back'
				WHEN j.from_status = 'reverting' THEN a.kind || ' could not be taken back'
				ELSE a.kind END,
		   a.target, a.relation::regclass::text,
		   CASE WHEN q.from_status = 'approved' THEN p.by_role
				WHEN q.worker_pid IS NULL THEN q.by_role
				ELSE 'pg_steward' END,
		   j.at - s.at,
		   coalesce(j.error, j.reason, a.evidence ->> 'advised_because', a.reason)
	FROM steward.journal AS j
	JOIN steward.actions AS a ON a.id = j.action
	LEFT JOIN LATERAL (SELECT n.id, n.by_role, n.worker_pid, n.from_status FROM steward.journal AS n
						WHERE n.action = j.action AND n.id < j.id AND n.to_status IN ('queued', 'revert_queued')
						ORDER BY n.id DESC LIMIT 1) AS q ON true
	LEFT JOIN LATERAL (SELECT n.by_role FROM steward.journal AS n
						WHERE n.action = j.action AND n.id < q.id AND n.to_status = 'approved' AND n.from_status <> 'queued'
						ORDER BY n.id DESC LIMIT 1) AS p ON true
	LEFT JOIN LATERAL (SELECT n.at FROM steward.journal AS n
						WHERE n.action = j.action AND n.id < j.id AND n.to_status IN ('running', 'reverting')
						  AND n.from_status <> n.to_status
						ORDER BY n.id DESC LIMIT 1) AS s ON true
	WHERE j.at > clock_timestamp() - period
	  AND ((j.from_status IN ('running', 'reverting') AND j.to_status IN ('quarantined', 'verifying', 'taken_back', 'failed'))
		   OR (j.from_status = 'running' AND j.to_status = 'kept')
		   OR (j.from_status = 'quarantined' AND j.to_status IN ('taken_back', 'proposed')))
	ORDER BY j.id DESC
$$;

COMMENT ON FUNCTION steward.changes_since(interval) IS
'"Was it you?": what the steward did to this database within that time, the newest first: created, dropped, rebuilt, analysed or taken back, by whom it was asked for (pg_steward: unasked), how long it took, and why. Empty: it was not the steward.';

CREATE PROCEDURE steward.cancel(id bigint)
LANGUAGE c
AS 'MODULE_PATHNAME', 'steward_cancel';

COMMENT ON PROCEDURE steward.cancel(bigint) IS
'Takes an action out of the queue, or ends the build that is running, removes what it left, and says what became of it. Errors: 25001 inside a transaction block, 42704 there is no action with this id, 55000 it is not at work, 25006 on a standby.';

CREATE PROCEDURE steward.tune(
	categories text[] DEFAULT NULL,
	dry_run boolean DEFAULT false,
	INOUT statements_analyzed bigint DEFAULT NULL,
	INOUT existing_indexes bigint DEFAULT NULL,
	INOUT bottlenecks bigint DEFAULT NULL,
	INOUT recommendations bigint DEFAULT NULL,
	INOUT applied bigint DEFAULT NULL,
	INOUT failed bigint DEFAULT NULL,
	INOUT mean_ms_before double precision DEFAULT NULL,
	INOUT mean_ms_after double precision DEFAULT NULL,
	INOUT improvement text DEFAULT NULL,
	INOUT report jsonb DEFAULT NULL)
LANGUAGE c
AS 'MODULE_PATHNAME', 'steward_tune';

COMMENT ON PROCEDURE steward.tune(text[], boolean, bigint, bigint, bigint, bigint, bigint, bigint, double precision, double precision, text, jsonb) IS
'The whole loop once: observe, advise, apply, measure. Returns the optimization report as a row and, in report, as jsonb. categories: which advisers (NULL: all; there are ''index'' and ''statistics''); what a person has to ask for by its id is left out, with a notice. dry_run: advise only. mean_ms_before, mean_ms_after: mean time per statement, in ms, of the statements the applied indexes serve, before and after, over what ran again within pg_steward.verify_wait; improvement says "pending" with the predicted gain where nothing ran again. Errors: 25001 inside a transaction block, 22023 an unknown category.';

CREATE FUNCTION steward.stop(reason text) RETURNS void
LANGUAGE c VOLATILE
SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'steward_stop';

COMMENT ON FUNCTION steward.stop(text) IS
'Ends everything the steward does, in every database of the cluster: running builds are cancelled and cleaned up. Survives a restart; steward.start() ends it.';

CREATE FUNCTION steward.start() RETURNS void
LANGUAGE c VOLATILE STRICT
SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'steward_start';

COMMENT ON FUNCTION steward.start() IS 'Lets the steward work again after steward.stop().';

-- The launcher learns of a new database when this commits.

CREATE FUNCTION steward.announce_database() RETURNS void
LANGUAGE c VOLATILE STRICT
SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'steward_announce_database';

COMMENT ON FUNCTION steward.announce_database() IS
'Tells the launcher, once the transaction commits, to look at this database at once; called by CREATE EXTENSION.';
