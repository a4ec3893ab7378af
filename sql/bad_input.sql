--
-- BAD_INPUT
-- Each mistake is an ERROR with its SQLSTATE, a DETAIL and a HINT; nothing is
-- done by halves, and the session goes on.
--
CREATE SCHEMA steward_bad_input;
SET search_path = steward_bad_input;
CREATE TABLE t (a integer NOT NULL, b integer NOT NULL, pad text NOT NULL);
INSERT INTO t SELECT i, i, repeat('p', 100) FROM generate_series(1, 5000) AS i;
ANALYZE t;

-- What a call raised: all that a client sees, but not the line of our code.
CREATE FUNCTION complaint(call text)
RETURNS TABLE (state text, message text, detail text, hint text)
LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE call;
	state := '00000';
	RETURN NEXT;
EXCEPTION
	WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT,
			detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
		RETURN NEXT;
END
$$;
CREATE FUNCTION complaint_about(query text)
RETURNS TABLE (state text, message text, detail text, hint text)
LANGUAGE sql AS $$ SELECT * FROM complaint(format('SELECT steward.recommend_indexes(ARRAY[%L])', query)) $$;

\pset format unaligned
\pset tuples_only on
\pset fieldsep '\n    '
\pset null '(null)'

-- Texts that are not one statement with a plan.
SELECT * FROM complaint_about('SELEC 1');
SELECT * FROM complaint_about('SELECT * FROM t WHERE');
SELECT * FROM complaint_about('SELECT ''unfinished');
SELECT * FROM complaint_about('SELECT 1; SELECT 2');
SELECT * FROM complaint_about('');
SELECT * FROM complaint_about(E' \n-- nothing but a comment');
SELECT * FROM complaint_about(';');
SELECT * FROM complaint_about('VACUUM t');
SELECT * FROM complaint_about('EXPLAIN SELECT * FROM t');
SELECT * FROM complaint_about('COPY t TO STDOUT');
SELECT * FROM complaint_about('BEGIN');
SELECT * FROM complaint_about('CALL steward.apply(1)');

-- Names that are not there.
SELECT * FROM complaint_about('SELECT * FROM nosuch');
SELECT * FROM complaint_about('SELECT nosuch FROM t');
SELECT state, message FROM complaint_about('SELECT nosuch(a) FROM t'); -- the hint is the server's
SELECT * FROM complaint_about('SELECT * FROM nosuchschema.t');

-- Parameters whose type nobody can tell.
SELECT * FROM complaint_about('SELECT * FROM t WHERE a = $2');
SELECT * FROM complaint_about('SELECT * FROM t WHERE $1 IS NULL');
SELECT * FROM complaint_about('SELECT concat($1, $2) FROM t');
SELECT * FROM complaint_about('SELECT * FROM t WHERE a = $0');
SELECT state, message FROM complaint_about('SELECT $1 * $2');

-- The second one of several is named.
SELECT * FROM complaint($$SELECT steward.recommend_indexes(ARRAY['SELECT 1', 'SELEC 2'])$$);

-- What planning raises is what EXPLAIN would raise.
SELECT * FROM complaint_about('SELECT * FROM t WHERE a = 1 / 0');

-- A list without queries, or with a NULL in it.
SELECT * FROM complaint('SELECT steward.recommend_indexes(ARRAY[]::text[])');
SELECT * FROM complaint($$SELECT steward.recommend_indexes(ARRAY['SELECT 1', NULL])$$);

-- Arguments out of range.
SELECT * FROM complaint($$SELECT steward.recommend_indexes(ARRAY['SELECT 1'], storage_budget => 0)$$);
SELECT * FROM complaint($$SELECT steward.recommend_indexes(ARRAY['SELECT 1'], storage_budget => -1048576)$$);
SELECT * FROM complaint($$SELECT steward.recommend_indexes(ARRAY['SELECT 1'], max_columns => 0)$$);
SELECT * FROM complaint($$SELECT steward.recommend_indexes(ARRAY['SELECT 1'], max_columns => 33)$$);
SELECT * FROM complaint($$SELECT steward.recommend_indexes(ARRAY['SELECT 1'], max_columns => 32)$$);
SELECT * FROM complaint($$SELECT steward.recommend_indexes(ARRAY['SELECT 1'], min_calls => -1)$$);
SELECT * FROM complaint($$SELECT steward.recommend_indexes(ARRAY['SELECT 1'], min_calls => 0)$$);
SELECT * FROM complaint($$SELECT steward.recommend_indexes(ARRAY['SELECT 1'], objective => 'speed')$$);
SELECT * FROM complaint($$SELECT steward.recommend_indexes(ARRAY['SELECT 1'], objective => '')$$);
SELECT * FROM complaint($$SELECT steward.recommend_indexes(ARRAY['SELECT 1'], objective => NULL)$$);
SELECT * FROM complaint($$SELECT steward.recommend_indexes(ARRAY['SELECT 1'], relations => '{}')$$);

-- An id that is not there, for each that takes one.
SELECT * FROM complaint('SELECT steward.explain_recommendation(-1)');
SELECT * FROM complaint('SELECT steward.simulate(-1)');
SELECT * FROM complaint($$SELECT steward.dismiss(-1, 'because')$$);
SELECT * FROM complaint($$SELECT steward.dismiss(9223372036854775807, 'because')$$);

-- The procedures refuse to run inside a function before they look at the id.
SELECT * FROM complaint('CALL steward.apply(-1)');
SELECT * FROM complaint('CALL steward.revert(-1)');
SELECT * FROM complaint('CALL steward.cancel(-1)');
SELECT * FROM complaint('CALL steward.tune()');
SELECT * FROM complaint('CALL steward.tune(dry_run => true)');

-- Words that say nothing.
SELECT * FROM complaint($$SELECT steward.dismiss(-1, '')$$);
SELECT * FROM complaint($$SELECT steward.dismiss(-1, E' \t\n')$$);
SELECT * FROM complaint($$SELECT steward.exclude('', 'because')$$);
SELECT * FROM complaint($$SELECT steward.exclude('public.%', '')$$);
SELECT * FROM complaint($$SELECT steward.stop('')$$);
SELECT * FROM complaint($$SELECT steward.approve(-1)$$);
SELECT * FROM complaint($$SELECT steward.approve(NULL)$$);
SELECT * FROM complaint($$SELECT steward.remove_exclusion('no such pattern')$$);

-- Settings.
SELECT * FROM complaint($$SET pg_steward.auto_actions = 'create_index, tidy'$$);
SELECT * FROM complaint('SET pg_steward.mode = sometimes');
SELECT * FROM complaint('SET pg_steward.min_calls = 0');
SELECT * FROM complaint('SET pg_steward.index_max_columns = 33');
SELECT * FROM complaint('SET pg_steward.what_if_sizes = guess');
SELECT * FROM complaint('SET pg_steward.nosuch = 1');
SELECT * FROM complaint('SET pg_steward.max_workers = 1');

-- What hypopg and pg_stat_statements are needed for stays.
SELECT state, message FROM complaint('DROP EXTENSION hypopg');
SELECT state, message FROM complaint('DROP EXTENSION pg_stat_statements');

-- NULL is no reason, no pattern, and no id.
SELECT * FROM complaint($$SELECT steward.stop(NULL)$$);
SELECT * FROM complaint($$SELECT steward.dismiss(NULL, 'because')$$);
SELECT * FROM complaint($$SELECT steward.dismiss(1, NULL)$$);
SELECT * FROM complaint($$SELECT steward.exclude(NULL, 'because')$$);
SELECT * FROM complaint($$SELECT steward.exclude('public.%', NULL)$$);
SELECT * FROM complaint($$SELECT steward.remove_exclusion(NULL)$$);

-- Those that only read do nothing with a NULL.
SELECT steward.explain_recommendation(NULL) IS NULL, (steward.simulate(NULL)).indexrelid IS NULL;
SELECT count(*) FROM steward.exclusions;

-- Nothing is queued, nothing hypothetical is left, and advice still works.
SELECT count(*) FROM steward.actions WHERE status IN ('queued', 'running');
SELECT count(*) FROM public.hypopg();

-- What somebody simulates would be part of each plan.
SELECT indexname IS NOT NULL FROM public.hypopg_create_index('CREATE INDEX ON t (a)');
SELECT * FROM complaint('SELECT steward.refresh()');
SELECT public.hypopg_reset();
SELECT ddl FROM steward.recommend_indexes(ARRAY['SELECT * FROM t WHERE a = $1']);

-- The same from the top level, where the procedures may run.
\set VERBOSITY terse
CALL steward.apply(-1);
\echo :LAST_ERROR_SQLSTATE
CALL steward.revert(-1);
\echo :LAST_ERROR_SQLSTATE
CALL steward.cancel(-1);
\echo :LAST_ERROR_SQLSTATE
CALL steward.apply(NULL);
\echo :LAST_ERROR_SQLSTATE
CALL steward.tune(ARRAY['speed'], dry_run => true);
\echo :LAST_ERROR_SQLSTATE
CALL steward.tune(ARRAY['index', NULL], dry_run => true);
\echo :LAST_ERROR_SQLSTATE
BEGIN;
CALL steward.apply(1);
\echo :LAST_ERROR_SQLSTATE
ROLLBACK;
BEGIN;
CALL steward.tune();
\echo :LAST_ERROR_SQLSTATE
ROLLBACK;
\set VERBOSITY default

-- Without hypopg, which takes pg_steward with it.
BEGIN;
SET LOCAL client_min_messages = warning;
DROP EXTENSION hypopg CASCADE;
SELECT to_regnamespace('steward') IS NULL, NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_steward');
ROLLBACK;
SELECT ddl FROM steward.recommend_indexes(ARRAY['SELECT * FROM t WHERE a = $1']);

SET client_min_messages = warning;
DROP SCHEMA steward_bad_input CASCADE;
