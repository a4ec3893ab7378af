-- Nothing that acts is open to PUBLIC.  Statistics are for pg_monitor, acting
-- is for steward_admin.  Nobody but the owner writes the tables directly.

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA steward FROM PUBLIC;
REVOKE ALL ON ALL PROCEDURES IN SCHEMA steward FROM PUBLIC;

GRANT USAGE ON SCHEMA steward TO PUBLIC;

GRANT EXECUTE ON FUNCTION steward.recommend_indexes(text[], regclass[], bigint, bigint, integer, text) TO PUBLIC;
GRANT EXECUTE ON FUNCTION steward.list_statements() TO PUBLIC;
GRANT EXECUTE ON FUNCTION steward.status() TO PUBLIC;
GRANT EXECUTE ON FUNCTION steward.calibrate() TO PUBLIC;
GRANT EXECUTE ON FUNCTION steward.recommend_cost_constants() TO PUBLIC;
GRANT SELECT ON steward.statements, steward.calibration TO PUBLIC;

GRANT SELECT ON steward.actions, steward.journal, steward.exclusions, steward.recommendations, steward.progress,
	steward.indexes, steward.rounds
	TO pg_monitor, steward_admin;
-- The predicate of a partial index may tell a value: such an action, and what
-- became of it, is seen by those who may read its column.  In a database that
-- was copied from another one nobody knows whose column that is.
ALTER TABLE steward.actions ENABLE ROW LEVEL SECURITY;
CREATE POLICY readers ON steward.actions FOR SELECT USING (
	CASE WHEN NOT coalesce((arguments -> 'predicate' ->> 'private')::boolean, false) THEN true
		 WHEN database <> (SELECT oid FROM pg_database WHERE datname = current_database())
			  OR system_identifier <> (SELECT s.system_identifier FROM pg_control_system() AS s) THEN false
		 WHEN row_security_active(relation) THEN false
		 WHEN arguments -> 'predicate' ->> 'column' = '0' THEN has_table_privilege(relation, 'SELECT')
		 ELSE has_column_privilege(relation, (arguments -> 'predicate' ->> 'column')::smallint, 'SELECT') END);
ALTER TABLE steward.journal ENABLE ROW LEVEL SECURITY;
CREATE POLICY readers ON steward.journal FOR SELECT USING (
	EXISTS (SELECT FROM steward.actions AS a WHERE a.id = journal.action));

GRANT EXECUTE ON FUNCTION steward.explain_recommendation(bigint) TO pg_monitor, steward_admin;
GRANT EXECUTE ON FUNCTION steward.simulate(bigint) TO pg_monitor, steward_admin;
GRANT EXECUTE ON FUNCTION steward.export_case(bigint, boolean) TO pg_monitor, steward_admin;

GRANT EXECUTE ON FUNCTION steward.list_progress() TO pg_monitor, steward_admin;
GRANT EXECUTE ON FUNCTION steward.list_indexes() TO pg_monitor, steward_admin;
GRANT EXECUTE ON FUNCTION steward.changes_since(interval) TO pg_monitor, steward_admin;

GRANT EXECUTE ON FUNCTION steward.refresh() TO steward_admin;
GRANT EXECUTE ON PROCEDURE steward.maintain(boolean, text, jsonb) TO steward_admin;
GRANT EXECUTE ON FUNCTION steward.dismiss(bigint, text) TO steward_admin;
GRANT EXECUTE ON FUNCTION steward.exclude(text, text) TO steward_admin;
GRANT EXECUTE ON FUNCTION steward.remove_exclusion(text) TO steward_admin;
GRANT EXECUTE ON PROCEDURE steward.apply(bigint, boolean) TO steward_admin;
GRANT EXECUTE ON PROCEDURE steward.revert(bigint, boolean) TO steward_admin;
GRANT EXECUTE ON PROCEDURE steward.revert_since(timestamptz, boolean) TO steward_admin;
GRANT EXECUTE ON FUNCTION steward.approve(bigint) TO steward_admin;
GRANT EXECUTE ON PROCEDURE steward.cancel(bigint) TO steward_admin;
GRANT EXECUTE ON PROCEDURE steward.tune(text[], boolean, bigint, bigint, bigint, bigint, bigint, bigint, double precision, double precision, text, jsonb) TO steward_admin;
GRANT EXECUTE ON FUNCTION steward.stop(text) TO steward_admin;
GRANT EXECUTE ON FUNCTION steward.start() TO steward_admin;

SELECT steward.announce_database();
