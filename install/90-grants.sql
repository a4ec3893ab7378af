-- Nothing that acts is open to PUBLIC.  Statistics are for pg_monitor, acting
-- is for steward_admin.  Nobody but the owner writes the tables directly.

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA steward FROM PUBLIC;
REVOKE ALL ON ALL PROCEDURES IN SCHEMA steward FROM PUBLIC;

GRANT USAGE ON SCHEMA steward TO PUBLIC;

GRANT EXECUTE ON FUNCTION steward.recommend_indexes(text[], regclass[], bigint, bigint, integer, text) TO PUBLIC;
GRANT EXECUTE ON FUNCTION steward.list_statements() TO PUBLIC;
GRANT EXECUTE ON FUNCTION steward.status() TO PUBLIC;
GRANT SELECT ON steward.statements TO PUBLIC;

GRANT SELECT ON steward.actions, steward.journal, steward.exclusions, steward.recommendations
	TO pg_monitor, steward_admin;
-- The predicate of a partial index may tell a value: such an action is seen by
-- those who may read its column.
ALTER TABLE steward.actions ENABLE ROW LEVEL SECURITY;
CREATE POLICY readers ON steward.actions FOR SELECT USING (
	NOT coalesce((arguments -> 'predicate' ->> 'private')::boolean, false)
	OR CASE WHEN arguments -> 'predicate' ->> 'column' = '0'
			THEN has_table_privilege(relation, 'SELECT')
			ELSE has_column_privilege(relation, (arguments -> 'predicate' ->> 'column')::smallint, 'SELECT') END);

GRANT EXECUTE ON FUNCTION steward.explain_recommendation(bigint) TO pg_monitor, steward_admin;
GRANT EXECUTE ON FUNCTION steward.simulate(bigint) TO pg_monitor, steward_admin;

GRANT EXECUTE ON FUNCTION steward.refresh() TO steward_admin;
GRANT EXECUTE ON FUNCTION steward.dismiss(bigint, text) TO steward_admin;
GRANT EXECUTE ON FUNCTION steward.exclude(text, text) TO steward_admin;
GRANT EXECUTE ON FUNCTION steward.remove_exclusion(text) TO steward_admin;
GRANT EXECUTE ON PROCEDURE steward.apply(bigint, boolean) TO steward_admin;
GRANT EXECUTE ON PROCEDURE steward.revert(bigint, boolean) TO steward_admin;
GRANT EXECUTE ON PROCEDURE steward.cancel(bigint) TO steward_admin;
GRANT EXECUTE ON PROCEDURE steward.tune(text[], boolean, bigint, bigint, bigint, bigint, bigint, bigint, double precision, double precision, text, jsonb) TO steward_admin;
GRANT EXECUTE ON FUNCTION steward.stop(text) TO steward_admin;
GRANT EXECUTE ON FUNCTION steward.start() TO steward_admin;

SELECT steward.announce_database();
