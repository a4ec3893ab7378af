-- What things take on this server: learnt from measured times, shown beside
-- them, to those who may see the statements.
BEGIN;
SELECT plan(17);

CREATE SCHEMA tap_calibration;
CREATE TABLE tap_calibration.t AS
	SELECT i AS id, i % 1000 AS k, repeat('p', 200) AS pad FROM generate_series(1, 20000) AS i;
CREATE INDEX ON tap_calibration.t (id);
CREATE INDEX ON tap_calibration.t (k);
ANALYZE tap_calibration.t;
SELECT quote_ident(n.nspname) AS pss FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace
 WHERE e.extname = 'pg_stat_statements' \gset
SELECT :pss.pg_stat_statements_reset() IS NULL AS reset \gset

CREATE VIEW pg_temp.mine AS SELECT * FROM steward.calibration WHERE query LIKE '%FROM tap\_calibration.t%';

SELECT is_empty('SELECT * FROM mine', 'nothing was measured yet');
SELECT is_empty('SELECT 1 FROM steward.recommend_cost_constants() WHERE recommended IS NOT NULL OR price_ms IS NOT NULL',
                'so that nothing is known of prices');
SELECT set_eq('SELECT name FROM steward.recommend_cost_constants()',
              $$ SELECT name FROM pg_settings WHERE name IN ('seq_page_cost', 'random_page_cost', 'cpu_tuple_cost', 'cpu_index_tuple_cost',
                                                              'cpu_operator_cost', 'parallel_tuple_cost', 'parallel_setup_cost') $$,
              'each of the planner''s cost constants is shown');
SELECT is_empty('SELECT c.name FROM steward.recommend_cost_constants() AS c WHERE c.setting <> current_setting(c.name)::float8',
                'as this session has it');
SELECT is_empty('SELECT 1 FROM steward.recommend_cost_constants() WHERE reason IS NULL', 'each with the reason');

-- Scans, lookups, sorts and joins.
\o /dev/null
SELECT format('SELECT count(*) FROM tap_calibration.t WHERE pad > %L', i) FROM generate_series(1, 10) AS i \gexec
SELECT format('SELECT count(*) FROM tap_calibration.t WHERE id + k > %s AND id * 2 > k AND id / 2 < 100000', i) FROM generate_series(1, 10) AS i \gexec
SELECT format('SELECT id, pad FROM tap_calibration.t WHERE id = %s', i) FROM generate_series(1, 10) AS i \gexec
SELECT format('SELECT max(pad) FROM tap_calibration.t WHERE k = %s', i) FROM generate_series(1, 10) AS i \gexec
SELECT format('SELECT id FROM tap_calibration.t WHERE id < 15000 + %s ORDER BY pad, k DESC', i) FROM generate_series(1, 10) AS i \gexec
SELECT format('SELECT count(*) FROM tap_calibration.t AS a JOIN tap_calibration.t AS b ON b.id = a.k WHERE a.id > %s', i)
  FROM generate_series(1, 10) AS i \gexec
SELECT 1/NULLIF(i, i) FROM generate_series(1, 20) AS i;
\o

SELECT is((SELECT count(*) FROM mine), 6::bigint, 'each statement that was measured is there');
SELECT is_empty($$ SELECT 1 FROM steward.calibration WHERE query LIKE 'SELECT%generate\_series%' $$, 'but none that reads no table');
SELECT is_empty('SELECT 1 FROM mine WHERE calls <> 10 OR measured_ms <= 0 OR predicted_ms <= 0 OR cost <= 0', 'with its figures');
SELECT is_empty('SELECT 1 FROM mine WHERE abs(error - greatest(predicted_ms, measured_ms) / least(predicted_ms, measured_ms)) > 1e-6 * error',
                'the error is the factor between predicted and measured');
SELECT is_empty('SELECT 1 FROM mine WHERE abs(error_by_cost - greatest(predicted_by_cost_ms, measured_ms)
                                                              / least(predicted_by_cost_ms, measured_ms)) > 1e-6 * error_by_cost',
                'also that of planner cost');
SELECT ok((SELECT bool_and(c.used = (c.ours < c.costs))
             FROM (SELECT used, avg(ln(error)) OVER () AS ours, avg(ln(error_by_cost)) OVER () AS costs FROM steward.calibration) AS c),
          'it is used where it predicts better, and only there');
SELECT is((SELECT bool_and(price_ms > 0) FROM steward.recommend_cost_constants()), (SELECT NULLIF(bool_and(used), false) FROM mine),
          'then each price is known');

-- Reading it changes no setting and is no part of the workload.
SELECT is(current_setting('random_page_cost'), (SELECT reset_val FROM pg_settings WHERE name = 'random_page_cost'), 'no constant was changed');
SELECT is((SELECT round(setting::numeric, 6) FROM steward.recommend_cost_constants() WHERE name = 'random_page_cost'),
          round(current_setting('random_page_cost')::numeric, 6), 'for the planner neither');

-- What is recommended is a statement for this database, with its undo.
SELECT is_empty($$ SELECT name FROM steward.recommend_cost_constants()
                    WHERE (recommended IS NULL) <> (ddl IS NULL) OR (ddl IS NULL) <> (undo_ddl IS NULL)
                       OR ddl NOT LIKE format('ALTER DATABASE %I SET %I = %%', current_database(), name)
                       OR undo_ddl NOT LIKE format('ALTER DATABASE %I %%', current_database()) $$, 'each recommendation has its DDL and undo');

CREATE ROLE tap_calibration_other;
SET LOCAL ROLE tap_calibration_other;
SELECT is((SELECT count(*) FROM steward.calibration), 0::bigint, 'nobody sees what others run');
SELECT lives_ok('SELECT * FROM steward.recommend_cost_constants()', 'and nobody fails for that');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
