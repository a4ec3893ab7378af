-- Seven tables of 100,000 rows for the measurement of what-if prices, and the
-- functions of test/module that it calls.
SET client_min_messages = warning;
CREATE EXTENSION pg_steward CASCADE;

CREATE FUNCTION what_if_cost(query text, indexes text[], OUT cost float8, OUT used int)
LANGUAGE c STRICT AS '$libdir/steward_test';

CREATE FUNCTION price_many(query text, indexes text[], times int, OUT planner_calls bigint, OUT seconds float8)
LANGUAGE c STRICT AS '$libdir/steward_test';

DO $$
BEGIN
	FOR t IN 1 .. 7 LOOP
		EXECUTE format('CREATE TABLE t%s (id int PRIMARY KEY, parent int, a int, b int, c int, d text,'
			' at timestamp)', t);
		EXECUTE format(
			'INSERT INTO t%s'
			' SELECT i, 1 + abs(hashint4(i * 7 + %1$s)) %% 100000, abs(hashint4(i * 11 + %1$s)) %% 100,'
			'        abs(hashint4(i * 13 + %1$s)) %% 10000, i %% 1000, ''text '' || i %% 500,'
			'        timestamp ''2024-01-01'' + i * interval ''1 minute'''
			'   FROM generate_series(1, 100000) AS i', t);
	END LOOP;
END $$;

VACUUM ANALYZE;
