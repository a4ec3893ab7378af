CREATE VIEW steward.statements AS
	SELECT userid, queryid, toplevel, query, calls, total_exec_time, mean_exec_time,
		   rows, shared_blks_hit, shared_blks_read, since, tables, reason, advice
	FROM steward.list_statements();

COMMENT ON VIEW steward.statements IS
'The observed workload of this database within pg_steward.workload_window: see steward.list_statements().';

CREATE VIEW steward.calibration AS
	SELECT userid, queryid, toplevel, query, calls, measured_ms, predicted_ms, error,
		   cost, predicted_by_cost_ms, error_by_cost, used
	FROM steward.calibrate();

COMMENT ON VIEW steward.calibration IS
'Measured time of each statement beside what its plan is predicted to take, by calibrated prices and by planner cost: see steward.calibrate().';

-- With the rights of who reads it, so that the policy on steward.actions holds.
CREATE VIEW steward.recommendations WITH (security_invoker = true) AS
	SELECT id, status, kind, array_to_string(ddl, E';\n') AS ddl, undo_ddl[1] AS undo_ddl,
		   relation::regclass AS relation,
		   (expected ->> 'size_bytes')::bigint AS size_bytes,
		   (expected ->> 'cost_before')::double precision AS cost_before,
		   (expected ->> 'cost_after')::double precision AS cost_after,
		   (expected ->> 'benefit')::double precision AS benefit,
		   (expected ->> 'saves_ms_per_hour')::double precision AS saves_ms_per_hour,
		   reason,
		   (SELECT j.error FROM steward.journal AS j WHERE j.action = actions.id ORDER BY j.id DESC LIMIT 1)
			 AS trouble,
		   observed ->> 'reason' AS verification,
		   created_at, updated_at
	FROM steward.actions
	WHERE status IN ('proposed', 'approved', 'withheld', 'queued', 'running', 'quarantined', 'verifying',
					 'revert_queued', 'reverting', 'failed')
	ORDER BY CASE status WHEN 'withheld' THEN 2 WHEN 'failed' THEN 1 ELSE 0 END, priority, (expected ->> 'benefit')::double precision DESC NULLS LAST, id;

COMMENT ON VIEW steward.recommendations IS
'Open actions, best first; failed and withheld ones last. trouble: why it was postponed, failed or cannot go on for now; NULL where nothing is wrong. verification: of an action that is done, what its statements'' times say so far. Details: steward.explain_recommendation(id).';

CREATE VIEW steward.progress AS
	SELECT action, kind, target, status, since, progress, waits_for, trouble
	FROM steward.list_progress();

COMMENT ON VIEW steward.progress IS
'What the steward is at in this database, and what waits for its turn: see steward.list_progress().';

CREATE VIEW steward.indexes AS
	SELECT relation, index, verdict, reason, size_bytes, bloat, watched_since, uses, used_at, table_reads, table_writes, definition
	FROM steward.list_indexes();

COMMENT ON VIEW steward.indexes IS
'All indexes of this database, what they were used for and whether they are needed: see steward.list_indexes().';

CREATE VIEW steward.rounds AS
	SELECT id, began_at, ended_at, report, details
	FROM steward.maintenance_rounds
	ORDER BY id DESC;

COMMENT ON VIEW steward.rounds IS
'The rounds of maintenance, the newest first, with the report of each: what was done since the round before, what waits, what was skipped and why, and what wants a look.';
