-- A page for a change request has all it promises; simulate shows the index in
-- the caller's own EXPLAIN, and leaves the caller's other hypothetical indexes
-- alone.
BEGIN;
SELECT plan(23);

CREATE SCHEMA tap_explain;
CREATE TABLE tap_explain.orders (id integer NOT NULL, customer integer NOT NULL, at timestamptz NOT NULL, pad text NOT NULL);
INSERT INTO tap_explain.orders SELECT i, i * 7919 % 1000, '2026-01-01'::timestamptz + i * interval '1 minute', repeat('p', 100)
  FROM generate_series(1, 20000) AS i;
ANALYZE tap_explain.orders;
SELECT quote_ident(n.nspname) AS hypo FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace WHERE e.extname = 'hypopg' \gset
SELECT quote_ident(n.nspname) AS pss FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace
 WHERE e.extname = 'pg_stat_statements' \gset
SELECT :pss.pg_stat_statements_reset() IS NULL AS reset \gset
\o /dev/null
SELECT format('SELECT * FROM tap_explain.orders WHERE customer = %s ORDER BY at DESC LIMIT 10', i) FROM generate_series(1, 12) AS i \gexec
\o
SELECT steward.refresh() IS NULL AS refreshed \gset
SELECT id FROM steward.recommendations WHERE ddl LIKE '%tap\_explain.orders%' \gset

CREATE TEMPORARY TABLE page AS SELECT steward.explain_recommendation(:id) AS text;
SELECT is((SELECT string_agg(m[1], ' ') FROM page, regexp_matches(text, '^([A-Z]+) +\S', 'gn') AS m),
          'DO UNDO WHY GAIN ORDER PRICE LOCKS CHECK NOT', 'every section, in order');
SELECT matches((SELECT text FROM page), format('^Action %s, create_index, proposed', :id), 'which action it is');
SELECT matches((SELECT text FROM page), 'DO +CREATE INDEX CONCURRENTLY orders_customer_at_idx ON tap_explain.orders USING btree \(customer, at\)', 'DO');
SELECT matches((SELECT text FROM page), 'UNDO +DROP INDEX CONCURRENTLY tap_explain.orders_customer_at_idx', 'UNDO');
SELECT matches((SELECT text FROM page), 'WHY +serves 1 statement', 'WHY');
SELECT matches((SELECT text FROM page), 'GAIN +[\d.]+ % of the workload, about [\d.]+ \S+ each hour', 'GAIN in time');
SELECT matches((SELECT text FROM page), '12 calls of [\d.]+ m?s -> [\d.]+ m?s expected, [\d.]+ % of all time: SELECT \* FROM tap_explain.orders WHERE customer = \$1',
               'and by statement, without a value');
SELECT matches((SELECT text FROM page), 'ORDER +customer \(compared for equality\), then at \(gives the wanted order\)', 'ORDER');
SELECT matches((SELECT text FROM page), 'PRICE +[\d.]+ kB on disk', 'PRICE');
SELECT matches((SELECT text FROM page), 'LOCKS +CREATE INDEX CONCURRENTLY takes SHARE UPDATE EXCLUSIVE', 'LOCKS');
SELECT ok((SELECT text LIKE '%steward.journal WHERE action = ' || :id || ';%' FROM page), 'CHECK');
SELECT matches((SELECT text FROM page), 'NOT +\S', 'NOT');

-- Hypothetical indexes of the caller's own are there before and after.
SELECT indexrelid AS own FROM :hypo.hypopg_create_index('CREATE INDEX ON tap_explain.orders (pad)') \gset
SELECT * FROM steward.simulate(:id) \gset simulated_
SELECT is((SELECT count(*) FROM :hypo.hypopg() WHERE indexrelid = :own), 1::bigint, 'simulate leaves the caller''s own one alone');
SELECT is((SELECT indexname FROM :hypo.hypopg() WHERE indexrelid = :simulated_indexrelid), :'simulated_index_name', 'and returns the name of the new one');

CREATE FUNCTION pg_temp.plan_of(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	line text;
	plan text := '';
BEGIN
	FOR line IN EXECUTE 'EXPLAIN ' || query LOOP
		plan := plan || line || E'\n';
	END LOOP;
	RETURN plan;
END $$;
SELECT ok(position(:'simulated_index_name' IN pg_temp.plan_of('SELECT * FROM tap_explain.orders WHERE customer = 5 ORDER BY at DESC LIMIT 10')) > 0,
          'the caller''s EXPLAIN shows it');
SELECT ok(:hypo.hypopg_drop_index(:simulated_indexrelid), 'it can be removed as the comment says');
SELECT ok(position('orders_customer_at' IN pg_temp.plan_of('SELECT * FROM tap_explain.orders WHERE customer = 5 ORDER BY at DESC LIMIT 10')) = 0,
          'and is gone from EXPLAIN then');

-- Advice does not touch them either; what is stored for everybody is not made beside them.
SELECT throws_ok('SELECT steward.refresh()', '55000', 'this session has hypothetical indexes', 'refreshing is refused');
SELECT is((SELECT count(*) FROM steward.recommend_indexes(ARRAY['SELECT * FROM tap_explain.orders WHERE customer = 5'])), 1::bigint, 'advice is given');
SELECT results_eq(format('SELECT indexrelid FROM %s.hypopg()', :'hypo'), format('VALUES (%s::oid)', :own), 'and the caller''s own one is all there is');
SELECT throws_ok($$ SELECT * FROM steward.recommend_indexes(ARRAY['SELECT * FROM tap_explain.orders WHERE customer = 5', 'nonsense']) $$, '42601', NULL,
                 'advice fails');
SELECT results_eq(format('SELECT indexrelid FROM %s.hypopg()', :'hypo'), format('VALUES (%s::oid)', :own), 'and it is still all there is');
SELECT lives_ok('SELECT count(*) FROM tap_explain.orders WHERE pad = ''p'' AND customer = 5', 'an ordinary query does not run into a hypothetical index');
SELECT :hypo.hypopg_reset() IS NULL AS reset \gset

SELECT * FROM finish();
ROLLBACK;
