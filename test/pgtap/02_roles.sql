-- Each kind of role at work: steward_admin refreshes, dismisses and excludes,
-- but writes no table; pg_monitor reads; anybody else sees their own
-- statements and gets advice under their own rights and search_path.
BEGIN;
SELECT plan(24);

CREATE ROLE tap_admin IN ROLE steward_admin;
CREATE ROLE tap_monitor IN ROLE pg_monitor;
CREATE ROLE tap_user;
CREATE SCHEMA tap_roles;
CREATE SCHEMA tap_own AUTHORIZATION tap_user;
GRANT USAGE ON SCHEMA tap_roles TO tap_user;
CREATE TABLE tap_roles.orders (id integer NOT NULL, pad text NOT NULL);
INSERT INTO tap_roles.orders SELECT i, repeat('p', 100) FROM generate_series(1, 5000) AS i;
GRANT SELECT ON tap_roles.orders TO tap_user;
CREATE TABLE tap_own.orders AS SELECT * FROM tap_roles.orders;
ALTER TABLE tap_own.orders OWNER TO tap_user;
ANALYZE tap_roles.orders, tap_own.orders;
SELECT quote_ident(n.nspname) AS pss FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace
 WHERE e.extname = 'pg_stat_statements' \gset
SELECT :pss.pg_stat_statements_reset() IS NULL AS reset \gset

-- Statements count at the top level only, and each as its own role.
\o /dev/null
SELECT format('SELECT * FROM tap_roles.orders WHERE id = %s', i) FROM generate_series(1, 12) AS i \gexec
SET LOCAL ROLE tap_user;
SELECT format('SELECT pad FROM tap_own.orders WHERE id = %s', i) FROM generate_series(1, 12) AS i \gexec
RESET ROLE;
\o

-- steward_admin
SET LOCAL ROLE tap_admin;
SELECT lives_ok('SELECT steward.refresh()', 'steward_admin refreshes');
SELECT ok((SELECT count(*) = 2 FROM steward.recommendations WHERE ddl LIKE '%tap\_%.orders%'),
          'and the advice covers what every role ran');
SELECT lives_ok($$ SELECT steward.explain_recommendation(id) FROM steward.recommendations LIMIT 1 $$, 'reads a page of it');
SELECT lives_ok($$ SELECT steward.exclude('tap_none.%', 'test') $$, 'excludes');
SELECT lives_ok($$ SELECT steward.remove_exclusion('tap_none.%') $$, 'takes it back');
SELECT lives_ok($$ SELECT steward.dismiss(id, 'test') FROM steward.recommendations WHERE ddl LIKE '%tap\_own.orders%' $$, 'dismisses');
SELECT results_eq(
	$$ SELECT by_role FROM steward.journal WHERE to_status = 'dismissed' ORDER BY id DESC LIMIT 1 $$,
	$$ VALUES ('tap_admin') $$, 'and the journal names who it was');
SELECT throws_ok($$ UPDATE steward.actions SET status = 'proposed' $$, '42501', NULL, 'but does not write the actions');
SELECT throws_ok($$ DELETE FROM steward.journal $$, '42501', NULL, 'nor the journal');
SELECT throws_ok($$ INSERT INTO steward.exclusions VALUES ('x', 'x', 'x') $$, '42501', NULL, 'nor the exclusions');
SELECT throws_ok($$ SELECT * FROM steward.statement_counters $$, '42501', NULL, 'nor reads the noted counters of others');
RESET ROLE;

-- pg_monitor
SET LOCAL ROLE tap_monitor;
SELECT cmp_ok((SELECT count(DISTINCT userid) FROM steward.statements WHERE query LIKE '%tap\_%.orders WHERE id = $1'), '=', 2::bigint,
              'pg_monitor sees the statements of every role');
SELECT lives_ok('SELECT * FROM steward.recommendations', 'and the recommendations');
SELECT cmp_ok((SELECT count(*) FROM steward.journal), '>', 0::bigint, 'and the journal');
SELECT throws_ok('SELECT steward.refresh()', '42501', NULL, 'but does not refresh');
SELECT throws_ok($$ SELECT steward.dismiss(1, 'x') $$, '42501', NULL, 'nor decide');
SELECT throws_ok($$ SELECT steward.stop('x') $$, '42501', NULL, 'nor stop');
RESET ROLE;

-- Anybody else
SET LOCAL ROLE tap_user;
SELECT results_eq(
	$$ SELECT query, calls, tables::text, reason FROM steward.statements WHERE query LIKE '%tap\_%.orders WHERE%' $$,
	$$ VALUES ('SELECT pad FROM tap_own.orders WHERE id = $1', 12::bigint, '{tap_own.orders}', NULL::text) $$,
	'an ordinary role sees its own statements only, with calls and tables');
SELECT is((SELECT count(*) FROM steward.statements WHERE userid <> 'tap_user'::regrole), 0::bigint, 'and no other''s');
SELECT results_eq(
	$$ SELECT relation::regclass::text FROM steward.recommend_indexes() WHERE relation::text LIKE 'tap\_%' $$,
	$$ VALUES ('tap_own.orders') $$,
	'the observed workload that it gets advice on is its own');
SET LOCAL search_path = tap_own, public;
SELECT is((SELECT relation::oid FROM steward.recommend_indexes(ARRAY['SELECT * FROM orders WHERE id = $1'])), 'tap_own.orders'::regclass::oid,
          'names in a given query are looked up in the caller''s search_path');
SET LOCAL search_path = tap_roles, public;
SELECT is((SELECT relation::oid FROM steward.recommend_indexes(ARRAY['SELECT * FROM orders WHERE id = $1'])), 'tap_roles.orders'::regclass::oid,
          'whatever it is at the moment');
SELECT throws_ok($$ SELECT * FROM steward.recommend_indexes(ARRAY['DELETE FROM tap_roles.orders WHERE id = 1']) $$, '42501', NULL,
                 'and the caller''s rights count');
SET LOCAL search_path TO DEFAULT;
SELECT is((SELECT count(*) FROM steward.status() WHERE state IN ('DO', 'DID')), 0::bigint, 'status() shows it neither advice nor deeds');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
