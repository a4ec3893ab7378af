CREATE VIEW steward.statements AS
	SELECT userid, queryid, toplevel, query, calls, total_exec_time, mean_exec_time,
		   rows, shared_blks_hit, shared_blks_read, since, tables, reason
	FROM steward.list_statements();

COMMENT ON VIEW steward.statements IS
'The observed workload of this database within pg_steward.workload_window: see steward.list_statements().';

CREATE VIEW steward.recommendations AS
	SELECT id, status, kind, ddl[1] AS ddl, undo_ddl[1] AS undo_ddl,
		   relation::regclass AS relation,
		   (expected ->> 'size_bytes')::bigint AS size_bytes,
		   (expected ->> 'cost_before')::double precision AS cost_before,
		   (expected ->> 'cost_after')::double precision AS cost_after,
		   (expected ->> 'benefit')::double precision AS benefit,
		   (expected ->> 'saves_ms_per_hour')::double precision AS saves_ms_per_hour,
		   reason, created_at, updated_at
	FROM steward.actions
	WHERE status IN ('proposed', 'approved', 'withheld', 'queued', 'running', 'verifying',
					 'revert_queued', 'reverting')
	ORDER BY status = 'withheld', priority, (expected ->> 'benefit')::double precision DESC NULLS LAST, id;

COMMENT ON VIEW steward.recommendations IS
'Open actions, best first; withheld ones last, with their reason. Details: steward.explain_recommendation(id).';
