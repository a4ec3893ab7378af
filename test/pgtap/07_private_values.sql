-- The predicate of a partial index tells a value of somebody's rows.  Only who
-- may read its column sees such advice, or gets it; nothing else that the
-- steward keeps says the value.  And advice on a partitioned table, which is
-- carried out step by step.
BEGIN;
SELECT plan(32);

CREATE ROLE tap_monitor;
CREATE ROLE tap_stats;
GRANT pg_monitor TO tap_monitor;
GRANT pg_read_all_stats TO tap_stats;
CREATE SCHEMA tap_private;
GRANT USAGE ON SCHEMA tap_private TO tap_monitor, tap_stats;
-- Of three values, each two hundredth row has the one that is looked for.
CREATE TABLE tap_private.job (id integer NOT NULL, state text NOT NULL, at timestamptz NOT NULL, pad text NOT NULL);
INSERT INTO tap_private.job SELECT i, CASE WHEN i % 200 = 0 THEN 'secretstate' WHEN i % 2 = 0 THEN 'done' ELSE 'gone' END,
                                   '2026-01-01'::timestamptz + i * 7919 % 30000 * interval '1 minute', repeat('p', 100)
  FROM generate_series(1, 30000) AS i;
CREATE TABLE tap_private.parted (id integer NOT NULL, k integer NOT NULL, pad text NOT NULL) PARTITION BY RANGE (id);
CREATE TABLE tap_private.parted_1 PARTITION OF tap_private.parted FOR VALUES FROM (0) TO (5000);
CREATE TABLE tap_private.parted_2 PARTITION OF tap_private.parted FOR VALUES FROM (5000) TO (10000);
INSERT INTO tap_private.parted SELECT i, i, repeat('p', 100) FROM generate_series(0, 9999) AS i;
ANALYZE tap_private.job, tap_private.parted;
SELECT quote_ident(n.nspname) AS pss FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace
 WHERE e.extname = 'pg_stat_statements' \gset
SELECT :pss.pg_stat_statements_reset() IS NULL AS reset \gset

SELECT 'SELECT * FROM tap_private.job WHERE state = ''secretstate'' ORDER BY at LIMIT 10' AS query \gset
\o /dev/null
SELECT :'query' FROM generate_series(1, 12) AS i \gexec
SELECT format('SELECT pad FROM tap_private.parted WHERE k = %s', i) FROM generate_series(1, 12) AS i \gexec
\o
SELECT steward.refresh() IS NULL AS refreshed \gset

-- What is stored
SELECT results_eq($$ SELECT ddl[1], status FROM steward.actions WHERE relation = 'tap_private.job'::regclass AND kind = 'create_index' $$,
	$$ VALUES ('CREATE INDEX CONCURRENTLY job_at_where_state_idx ON tap_private.job USING btree (at) WHERE (state = ''secretstate''::text)', 'proposed') $$,
	'the rows of a rare value get an index of their own');
SELECT id FROM steward.actions WHERE relation = 'tap_private.job'::regclass AND kind = 'create_index' \gset
SELECT results_eq(format('SELECT (arguments -> ''predicate'' ->> ''private'')::boolean, (arguments -> ''predicate'' ->> ''column'')::integer FROM steward.actions WHERE id = %s', :id),
	'VALUES (true, 2)', 'marked as one that tells a value of the column');
SELECT is((SELECT advice FROM steward.statements WHERE query LIKE 'SELECT * FROM tap\_private.job WHERE%'), 'would be served by tap_private.job_at_where_state_idx',
          'the statement says which index serves it');
SELECT is_empty($$ SELECT v FROM steward.verdicts AS v WHERE v::text LIKE '%secretstate%' $$, 'no verdict tells the value');
SELECT is_empty($$ SELECT j FROM steward.journal AS j WHERE j::text LIKE '%secretstate%' $$, 'nor does the journal');
SELECT is_empty($$ SELECT a.id FROM steward.actions AS a WHERE (a.evidence::text || a.expected::text || a.reason || a.target) LIKE '%secretstate%' $$,
                'nor does the evidence');

-- Who sees it
SET LOCAL ROLE tap_monitor;
SELECT is_empty($$ SELECT id FROM steward.actions WHERE target = 'tap_private.job_at_where_state_idx' $$, 'pg_monitor does not see the action');
SELECT is_empty($$ SELECT id FROM steward.recommendations WHERE ddl LIKE '%job%' $$, 'nor the recommendation');
SELECT is_empty(format('SELECT id FROM steward.journal WHERE action = %s', :id), 'nor what became of it');
SELECT isnt_empty($$ SELECT id FROM steward.recommendations WHERE relation = 'tap_private.parted'::regclass AND kind = 'create_index' $$, 'but those that tell nothing');
SELECT is_empty($$ SELECT s FROM steward.status() AS s WHERE s::text LIKE '%secretstate%' $$, 'its status does not tell the value');
SELECT throws_ok(format('SELECT steward.explain_recommendation(%s)', :id), '42501', 'permission denied to see action ' || :id, 'there is no page of it');
SELECT throws_ok(format('SELECT steward.simulate(%s)', :id), '42501', 'permission denied to see action ' || :id, 'nor is it simulated');
RESET ROLE;
GRANT SELECT (id, at, pad) ON tap_private.job TO tap_monitor;
SET LOCAL ROLE tap_monitor;
SELECT is_empty($$ SELECT id FROM steward.actions WHERE target = 'tap_private.job_at_where_state_idx' $$, 'other columns are no help');
SELECT throws_ok(format('SELECT steward.explain_recommendation(%s)', :id), '42501', NULL, 'nor for the page');
RESET ROLE;
GRANT SELECT (state) ON tap_private.job TO tap_monitor;
SET LOCAL ROLE tap_monitor;
SELECT results_eq($$ SELECT ddl FROM steward.recommendations WHERE relation = 'tap_private.job'::regclass AND kind = 'create_index' $$,
	$$ VALUES ('CREATE INDEX CONCURRENTLY job_at_where_state_idx ON tap_private.job USING btree (at) WHERE (state = ''secretstate''::text)') $$,
	'who may read the column sees the recommendation');
SELECT isnt_empty(format('SELECT id FROM steward.actions WHERE id = %s', :id), 'and the action');
SELECT matches(steward.explain_recommendation(:id), 'secretstate', 'and its page');
SELECT lives_ok(format('SELECT steward.simulate(%s)', :id), 'and may simulate it');
SELECT public.hypopg_reset() IS NULL AS reset \gset
RESET ROLE;
REVOKE SELECT (state) ON tap_private.job FROM tap_monitor;
GRANT SELECT ON tap_private.job TO tap_monitor;
SET LOCAL ROLE tap_monitor;
SELECT isnt_empty(format('SELECT id FROM steward.actions WHERE id = %s', :id), 'so does who may read the whole table');
SELECT isnt_empty(format('SELECT id FROM steward.journal WHERE action = %s', :id), 'and what became of it');
RESET ROLE;
UPDATE steward.actions SET system_identifier = system_identifier + 1 WHERE id = :id;
SET LOCAL ROLE tap_monitor;
SELECT is_empty(format('SELECT id FROM steward.actions WHERE id = %s', :id), 'in a copy of the database nobody knows whose right it is');
RESET ROLE;
UPDATE steward.actions SET system_identifier = system_identifier - 1 WHERE id = :id;

-- Who gets it as advice
SELECT results_eq($$ SELECT ddl FROM steward.recommend_indexes() WHERE relation = 'tap_private.job'::regclass $$,
	$$ VALUES ('CREATE INDEX CONCURRENTLY job_at_where_state_idx ON tap_private.job USING btree (at) WHERE (state = ''secretstate''::text)') $$,
	'the observed workload for a superuser');
SET LOCAL ROLE tap_stats;
SELECT results_eq($$ SELECT ddl FROM steward.recommend_indexes() WHERE relation = 'tap_private.job'::regclass $$,
	$$ VALUES ('CREATE INDEX CONCURRENTLY job_state_at_idx ON tap_private.job USING btree (state, at)') $$,
	'for who may read the statistics only, an index of all rows');
SELECT is_empty($$ SELECT r FROM steward.recommend_indexes() AS r WHERE r::text LIKE '%secretstate%' $$, 'which does not tell the value');
RESET ROLE;
GRANT SELECT (state) ON tap_private.job TO tap_stats;
SET LOCAL ROLE tap_stats;
SELECT isnt_empty($$ SELECT ddl FROM steward.recommend_indexes() WHERE ddl LIKE '%secretstate%' $$, 'with the right to the column it tells');
RESET ROLE;

-- A value that says nothing of anybody is for all to see.
CREATE TABLE tap_private.flagged AS SELECT id, at, pad, id % 200 = 0 AS open FROM tap_private.job;
ANALYZE tap_private.flagged;
\o /dev/null
SELECT 'SELECT * FROM tap_private.flagged WHERE open ORDER BY at LIMIT 10' FROM generate_series(1, 12) AS i \gexec
\o
SELECT steward.refresh() IS NULL AS refreshed \gset
SET LOCAL ROLE tap_monitor;
SELECT results_eq($$ SELECT ddl FROM steward.recommendations WHERE relation = 'tap_private.flagged'::regclass AND kind = 'create_index' $$,
	$$ VALUES ('CREATE INDEX CONCURRENTLY flagged_at_where_open_idx ON tap_private.flagged USING btree (at) WHERE (open)') $$,
	'a condition that compares nothing is seen without any right');
RESET ROLE;

-- A partitioned table: one step after the other
SELECT id, target, ddl, undo_ddl FROM steward.actions WHERE relation = 'tap_private.parted'::regclass AND kind = 'create_index' AND status = 'proposed' \gset parted_
SELECT set_eq(format('SELECT unnest(%L::text[])', :'parted_ddl'), ARRAY[
	'CREATE INDEX parted_k_idx ON ONLY tap_private.parted USING btree (k)',
	'CREATE INDEX CONCURRENTLY parted_1_k_idx ON tap_private.parted_1 USING btree (k)',
	'CREATE INDEX CONCURRENTLY parted_2_k_idx ON tap_private.parted_2 USING btree (k)',
	'ALTER INDEX tap_private.parted_k_idx ATTACH PARTITION tap_private.parted_1_k_idx',
	'ALTER INDEX tap_private.parted_k_idx ATTACH PARTITION tap_private.parted_2_k_idx'], 'the steps build one partition''s index after the other');
SELECT throws_ok(format('SELECT steward.simulate(%s)', :parted_id), '0A000', NULL, 'hypopg cannot simulate it');
SELECT matches(steward.explain_recommendation(:parted_id), 'LOCKS +CREATE INDEX CONCURRENTLY takes SHARE UPDATE EXCLUSIVE on one partition at a time', 'its page tells its locks');
-- In this order they do what they say, but that nothing is concurrent within a transaction.
SELECT replace(step, ' CONCURRENTLY', '') FROM unnest(:'parted_ddl'::text[]) AS step \gexec
SELECT ok((SELECT indisvalid FROM pg_index WHERE indexrelid = :'parted_target'::regclass), 'after the steps the index is valid');
SELECT replace(step, ' CONCURRENTLY', '') FROM unnest(:'parted_undo_ddl'::text[]) AS step \gexec
SELECT is_empty($$ SELECT indexrelid FROM pg_index WHERE indrelid IN ('tap_private.parted'::regclass, 'tap_private.parted_1'::regclass) $$,
                'after those that undo it nothing is left');

SELECT * FROM finish();
ROLLBACK;
