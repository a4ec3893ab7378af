-- Who owns what, who may call what, and under which search_path: written out,
-- so that a new object or a forgotten REVOKE shows here.
BEGIN;
SELECT plan(15);

-- Nothing that acts is open to everybody.
SELECT results_eq(
	$$ SELECT p.proname::text COLLATE "default" FROM pg_proc AS p
	    WHERE p.pronamespace = 'steward'::regnamespace AND has_function_privilege('public', p.oid, 'EXECUTE')
	    ORDER BY p.proname COLLATE "C" $$,
	$$ VALUES ('calibrate'), ('list_statements'), ('recommend_cost_constants'), ('recommend_indexes'), ('status') $$,
	'PUBLIC may call what reads, and nothing else');

SELECT results_eq(
	$$ SELECT p.proname::text COLLATE "default" FROM pg_proc AS p
	    WHERE p.pronamespace = 'steward'::regnamespace AND has_function_privilege('pg_monitor', p.oid, 'EXECUTE')
	    ORDER BY p.proname COLLATE "C" $$,
	$$ VALUES ('calibrate'), ('changes_since'), ('explain_recommendation'), ('export_case'), ('list_indexes'), ('list_progress'), ('list_statements'), ('recommend_cost_constants'),
	          ('recommend_indexes'), ('simulate'), ('status') $$,
	'pg_monitor may also look at recommendations');

SELECT results_eq(
	$$ SELECT p.proname::text COLLATE "default" FROM pg_proc AS p
	    WHERE p.pronamespace = 'steward'::regnamespace AND has_function_privilege('steward_admin', p.oid, 'EXECUTE')
	    ORDER BY p.proname COLLATE "C" $$,
	$$ VALUES ('apply'), ('approve'), ('calibrate'), ('cancel'), ('changes_since'), ('dismiss'), ('exclude'), ('explain_recommendation'), ('export_case'), ('list_indexes'), ('list_progress'), ('list_statements'),
	          ('maintain'), ('recommend_cost_constants'), ('recommend_indexes'), ('refresh'), ('remove_exclusion'), ('revert'), ('revert_since'), ('simulate'), ('start'), ('status'), ('stop'), ('tune') $$,
	'steward_admin may call all but what CREATE EXTENSION alone calls');

SELECT is_empty(
	$$ SELECT p.proname FROM pg_proc AS p, (VALUES ('steward_planner'), ('steward_samples')) AS r (rolname)
	    WHERE p.pronamespace = 'steward'::regnamespace AND has_function_privilege(r.rolname, p.oid, 'EXECUTE')
	   EXCEPT
	   SELECT p.proname FROM pg_proc AS p
	    WHERE p.pronamespace = 'steward'::regnamespace AND has_function_privilege('public', p.oid, 'EXECUTE') $$,
	'steward_planner may do no more than PUBLIC, nor does steward_samples alone');

-- Tables are written through functions only.
SELECT is_empty(
	$$ SELECT r.rolname, c.relname, privilege
	     FROM pg_class AS c, (VALUES ('public'), ('steward_admin'), ('pg_monitor'), ('steward_planner'), ('steward_samples')) AS r (rolname),
	          unnest('{INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER}'::text[]) AS privilege
	    WHERE c.relnamespace = 'steward'::regnamespace AND c.relkind IN ('r', 'v')
	      AND has_table_privilege(r.rolname, c.oid, privilege) $$,
	'nobody but the owner writes the tables');

SELECT results_eq(
	$$ SELECT c.relname::text COLLATE "default" FROM pg_class AS c
	    WHERE c.relnamespace = 'steward'::regnamespace AND c.relkind IN ('r', 'v') AND has_table_privilege('public', c.oid, 'SELECT')
	    ORDER BY c.relname COLLATE "C" $$,
	$$ VALUES ('calibration'), ('statements') $$,
	'everybody reads the statements that the views show them, and nothing else');

SELECT bag_eq(
	$$ SELECT r.rolname, c.relname::text COLLATE "default"
	     FROM pg_class AS c, (VALUES ('steward_admin'), ('pg_monitor')) AS r (rolname)
	    WHERE c.relnamespace = 'steward'::regnamespace AND c.relkind IN ('r', 'v') AND has_table_privilege(r.rolname, c.oid, 'SELECT') $$,
	$$ SELECT r, t FROM unnest('{steward_admin,pg_monitor}'::text[]) AS r,
	                    unnest('{actions,calibration,exclusions,indexes,journal,progress,recommendations,rounds,statements}'::text[]) AS t $$,
	'steward_admin and pg_monitor read the same, the noted counters aside');

SELECT is_empty(
	$$ SELECT nspname FROM pg_namespace, (VALUES ('public'), ('steward_admin'), ('pg_monitor')) AS r (rolname)
	    WHERE nspname = 'steward' AND has_schema_privilege(r.rolname, oid, 'CREATE') $$,
	'nobody but the owner creates anything in the schema');

-- search_path: names in a query text are the caller's, and procedures that
-- commit cannot have a setting of their own; every other function fixes it.
SELECT results_eq(
	$$ SELECT p.proname::text COLLATE "default" FROM pg_proc AS p
	    WHERE p.pronamespace = 'steward'::regnamespace
	      AND NOT coalesce('search_path=pg_catalog, pg_temp' = ANY (p.proconfig), false)
	    ORDER BY p.proname COLLATE "C" $$,
	$$ VALUES ('apply'), ('cancel'), ('maintain'), ('recommend_indexes'), ('revert'), ('revert_since'), ('tune') $$,
	'search_path is fixed everywhere but there');

SELECT is_empty(
	$$ SELECT proname FROM pg_proc WHERE pronamespace = 'steward'::regnamespace AND prosecdef $$,
	'no function is SECURITY DEFINER: the code takes the rights that it needs for as long as it needs them');

-- A publication FOR ALL TABLES must not make updates of ours fail.
SELECT is_empty(
	$$ SELECT c.relname FROM pg_class AS c
	    WHERE c.relnamespace = 'steward'::regnamespace AND c.relkind = 'r'
	      AND NOT EXISTS (SELECT FROM pg_index WHERE indrelid = c.oid AND indisprimary) $$,
	'every table has a primary key');

-- What a person meets in psql says what it is.
SELECT is_empty(
	$$ SELECT proname::text FROM pg_proc AS p
	    WHERE pronamespace = 'steward'::regnamespace AND coalesce(obj_description(p.oid, 'pg_proc'), '') = ''
	   UNION ALL
	   SELECT relname::text FROM pg_class AS c
	    WHERE relnamespace = 'steward'::regnamespace AND relkind IN ('r', 'v') AND coalesce(obj_description(c.oid, 'pg_class'), '') = ''
	   UNION ALL
	   SELECT nspname::text FROM pg_namespace AS n WHERE nspname = 'steward' AND coalesce(obj_description(n.oid, 'pg_namespace'), '') = ''
	   UNION ALL
	   SELECT rolname::text FROM pg_roles AS r
	    WHERE rolname LIKE 'steward\_%' AND coalesce(shobj_description(r.oid, 'pg_authid'), '') = '' $$,
	'every function, table, view and role has a comment');

SELECT is_empty(
	$$ SELECT rolname FROM pg_roles
	    WHERE rolname IN ('steward_admin', 'steward_planner', 'steward_samples')
	      AND (rolcanlogin OR rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls) $$,
	'our roles can neither log in nor have any attribute');

SELECT is_empty(
	$$ SELECT roleid::regrole, member::regrole FROM pg_auth_members WHERE member IN ('steward_admin'::regrole, 'steward_planner'::regrole, 'steward_samples'::regrole) $$,
	'our roles are members of nothing');

SELECT is(
	(SELECT count(*) FROM pg_class AS c JOIN pg_extension AS e ON e.extname = 'pg_steward'
	  WHERE c.relnamespace = 'steward'::regnamespace AND c.relowner <> e.extowner), 0::bigint,
	'all belongs to the owner of the extension');

SELECT * FROM finish();
ROLLBACK;
