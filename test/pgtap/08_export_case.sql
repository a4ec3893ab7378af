-- steward.export_case(): what a case holds, for whom, and that no value of
-- anybody's rows is in it but for who was trusted with them.
BEGIN;
SELECT plan(32);

CREATE ROLE tap_monitor IN ROLE pg_monitor;
CREATE ROLE tap_samples IN ROLE pg_monitor, steward_samples;
CREATE ROLE tap_admin IN ROLE steward_admin;
CREATE ROLE tap_user;
CREATE SCHEMA tap_case;
GRANT USAGE ON SCHEMA tap_case TO tap_admin, tap_user;
CREATE TABLE tap_case.job (id integer NOT NULL, state text NOT NULL, owner text NOT NULL, at timestamptz NOT NULL, pad text NOT NULL);
INSERT INTO tap_case.job SELECT i, CASE WHEN i % 200 = 0 THEN 'secretstate' WHEN i % 2 = 0 THEN 'done' ELSE 'gone' END,
                                'secretowner' || i % 100, '2026-01-01'::timestamptz + i * 7919 % 30000 * interval '1 minute', repeat('p', 100)
  FROM generate_series(1, 30000) AS i;
CREATE INDEX job_part ON tap_case.job (id) WHERE owner = 'secretindexed';
CREATE TABLE tap_case.other (id integer NOT NULL, pad text NOT NULL);
INSERT INTO tap_case.other SELECT i, repeat('p', 100) FROM generate_series(1, 10000) AS i;
CREATE TABLE tap_case.small AS SELECT i AS id FROM generate_series(1, 10) AS i;
ANALYZE tap_case.job, tap_case.other, tap_case.small;
GRANT SELECT ON tap_case.other TO tap_admin;
SELECT quote_ident(n.nspname) AS pss FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace
 WHERE e.extname = 'pg_stat_statements' \gset
SELECT :pss.pg_stat_statements_reset() IS NULL AS reset \gset

\o /dev/null
SELECT 'SELECT * FROM tap_case.job WHERE state = ''secretstate'' ORDER BY at LIMIT 10' FROM generate_series(1, 12) AS i \gexec
SELECT format('SELECT pad FROM tap_case.job WHERE lower(owner || ''secretsuffix'') = ''secretowner%s''', i) FROM generate_series(1, 12) AS i \gexec
SELECT 'SELECT j.pad FROM tap_case.job AS j JOIN tap_case.small AS s ON s.id = j.id WHERE j.owner = ''secretbound''' FROM generate_series(1, 12) AS i \gexec
SET LOCAL ROLE tap_admin;
SELECT format('SELECT pad FROM tap_case.other WHERE id = %s', 730000 + i) FROM generate_series(1, 12) AS i \gexec
RESET ROLE;
PREPARE bound(integer, text) AS SELECT id FROM tap_case.job WHERE id = $1 AND pad <> $2;
SELECT 'EXECUTE bound(919191, ''secretparameter'')' FROM generate_series(1, 12) AS i \gexec
\o
SELECT steward.refresh() IS NULL AS refreshed \gset
SELECT id FROM steward.actions WHERE target = 'tap_case.job_at_where_state_idx' \gset
SELECT id AS other_id FROM steward.actions WHERE relation = 'tap_case.other'::regclass AND kind = 'create_index' \gset

-- What it holds
SELECT steward.export_case() AS whole \gset
SELECT is(:'whole'::jsonb ->> 'format', '1', 'a case says in which format it is');
SELECT is(:'whole'::jsonb ->> 'server_version', current_setting('server_version'), 'of which server');
SELECT is(:'whole'::jsonb ->> 'steward_version', (SELECT extversion FROM pg_extension WHERE extname = 'pg_steward'), 'and of which pg_steward');
SELECT set_has($$ SELECT jsonb_object_keys(steward.export_case()) $$,
	$$ VALUES ('statements'), ('variants'), ('catalog'), ('candidates'), ('priced'), ('problem'), ('answers'), ('selection'), ('advice') $$,
	'it holds what was seen, asked and decided');
SELECT ok((SELECT bool_and(answer -> 'price' ? 'cost') FROM jsonb_array_elements(:'whole'::jsonb -> 'answers') AS answer), 'each answer has a cost');
SELECT is((SELECT count(*) FROM jsonb_array_elements(:'whole'::jsonb -> 'advice')), (SELECT count(*) FROM steward.recommend_indexes()),
          'its advice is that of recommend_indexes()');
SELECT ok((SELECT count(*) > 0 FROM jsonb_array_elements(:'whole'::jsonb -> 'statements') AS s WHERE s -> 'statement' ->> 'text' LIKE '%tap\_case.other WHERE id = $1'),
          'the whole workload has statements on every table');
SELECT ok(NOT :'whole'::jsonb ? 'action', 'and is about no action');

SELECT steward.export_case(:id) AS part \gset
SELECT is(:'part'::jsonb -> 'action', format('{"id": %s, "kind": "create_index", "status": "proposed", "target": "tap_case.job_at_where_state_idx"}', :id)::jsonb,
          'a case of an action says of which');
SELECT results_eq(format('SELECT DISTINCT r ->> ''name'' FROM jsonb_array_elements(%L::jsonb -> ''catalog'') AS r ORDER BY 1', :'part'),
	$$ VALUES ('job'), ('small') $$, 'it holds the tables of its statements');
SELECT is((SELECT count(*) FROM jsonb_array_elements(:'part'::jsonb -> 'statements')), 4::bigint,
          'and all statements on these');

-- What is redacted
SELECT is(:'whole'::jsonb ->> 'redacted', 'true', 'it says that values are left out');
SELECT unalike(:'whole'::text, '%secret%', 'no constant of a statement, an expression, a condition or an index is in it, nor a common value');
SELECT unalike(:'part'::text, '%secret%', 'nor in that of an action');
SELECT unalike(:'whole'::text, '%919191%', 'nor a bind value');
SELECT ok((SELECT count(*) > 0 FROM jsonb_array_elements(:'part'::jsonb -> 'advice') AS a WHERE a ->> 'ddl' LIKE '%WHERE (state = ''redacted %''::text)'),
          'the DDL says where there was one');

-- Who may have the values
SELECT ok((SELECT c::text LIKE '%state = ''secretstate''%' AND c::text LIKE '%secretsuffix%' AND c::text LIKE '%secretindexed%' FROM steward.export_case(NULL, true) AS c),
          'a superuser may have them: of statements, conditions and expressions, and of indexes');
SELECT ok((SELECT c::text LIKE '%secretparameter%' AND c::text LIKE '%919191%' FROM steward.export_case(NULL, true) AS c), 'and bind values');
SELECT is(steward.export_case(:id, true) ->> 'redacted', 'false', 'the case says so');
SET LOCAL ROLE tap_monitor;
SELECT throws_ok('SELECT steward.export_case(NULL, true)', '42501', 'permission denied to export values', 'pg_monitor may not');
SELECT unalike(steward.export_case()::text, '%secret%', 'but have a case without them');
SELECT throws_ok(format('SELECT steward.export_case(%s)', :id), '42501', NULL, 'not of an action that it may not see');
RESET ROLE;
SET LOCAL ROLE tap_samples;
SELECT ok((SELECT c::text ~ 'secretowner\d' AND c::text LIKE '%secretparameter%' FROM steward.export_case(include_values => true) AS c),
          'members of steward_samples may');
RESET ROLE;

-- Whose statements
SET LOCAL ROLE tap_admin;
SELECT results_eq($$ SELECT DISTINCT r ->> 'quoted' FROM jsonb_array_elements(steward.export_case() -> 'catalog') AS r
                      WHERE r ->> 'schema' = 'tap_case' $$, $$ VALUES ('tap_case.other') $$,
	'without pg_read_all_stats a case has the caller''s own statements');
SELECT throws_ok('SELECT steward.export_case(NULL, true)', '42501', NULL, 'and values for steward_samples alone');
RESET ROLE;
SET LOCAL ROLE tap_user;
SELECT throws_ok('SELECT steward.export_case()', '42501', 'permission denied for function export_case', 'others may not call it');
RESET ROLE;

-- Arguments
SELECT throws_ok('SELECT steward.export_case(-1)', '42704', NULL, 'an id that nothing has');
SELECT is(steward.export_case(NULL, NULL) ->> 'redacted', 'true', 'NULL for include_values includes none');
SELECT is(steward.export_case(:other_id) #>> '{catalog,0,name}', 'other', 'each action has its own case');
UPDATE steward.actions SET system_identifier = system_identifier + 1 WHERE id = :other_id;
SELECT throws_ok(format('SELECT steward.export_case(%s)', :other_id), '55000', NULL, 'an action of a database that this one was copied from');
UPDATE steward.actions SET system_identifier = system_identifier - 1 WHERE id = :other_id;
DROP TABLE tap_case.other;
SELECT ok(NOT steward.export_case(:other_id) ? 'catalog', 'of a table that is gone nothing is known any more');
SELECT is((SELECT count(*) FROM pg_roles WHERE rolname = 'steward_samples' AND NOT rolcanlogin), 1::bigint, 'steward_samples is a group');

SELECT * FROM finish();
ROLLBACK;
