--
-- RIGHTS
-- What a role without rights is refused, with the server's own words, and what
-- it may do.
--
SET client_min_messages = warning;
DROP ROLE IF EXISTS regress_steward_reader, regress_steward_stranger;
RESET client_min_messages;
CREATE ROLE regress_steward_reader;
CREATE ROLE regress_steward_stranger;
CREATE SCHEMA steward_rights;
GRANT USAGE ON SCHEMA steward_rights TO PUBLIC;
GRANT USAGE ON SCHEMA steward_rights TO regress_steward_reader;
SET search_path = steward_rights;

CREATE TABLE open (a integer NOT NULL, b integer NOT NULL, pad text NOT NULL);
CREATE TABLE secret (a integer NOT NULL, b integer NOT NULL, pad text NOT NULL);
CREATE TABLE partly (a integer NOT NULL, b integer NOT NULL, pad text NOT NULL);
INSERT INTO open SELECT i, i, repeat('p', 100) FROM generate_series(1, 5000) AS i;
INSERT INTO secret SELECT * FROM open;
INSERT INTO partly SELECT * FROM open;
ANALYZE open, secret, partly;
CREATE VIEW window_on_secret AS SELECT a, pad FROM secret;
CREATE VIEW closed_window AS SELECT a FROM open;
GRANT SELECT ON open, window_on_secret TO regress_steward_reader;
GRANT SELECT (a) ON partly TO regress_steward_reader;

\set VERBOSITY terse
SET ROLE regress_steward_reader;

-- What the role may read, it gets advice on; a view gives its owner's rights.
SELECT ddl FROM steward.recommend_indexes(ARRAY['SELECT * FROM open WHERE a = $1']);
SELECT ddl FROM steward.recommend_indexes(ARRAY['SELECT * FROM window_on_secret WHERE a = $1']);
SELECT ddl FROM steward.recommend_indexes(ARRAY['SELECT a FROM partly WHERE a = $1']);

-- What it may not read, it gets none on, wherever the table stands in the query.
SELECT ddl FROM steward.recommend_indexes(ARRAY['SELECT * FROM secret WHERE a = $1']);
\echo :LAST_ERROR_SQLSTATE
SELECT ddl FROM steward.recommend_indexes(ARRAY['SELECT * FROM (SELECT * FROM secret WHERE a = $1) AS s']);
\echo :LAST_ERROR_SQLSTATE
SELECT ddl FROM steward.recommend_indexes(ARRAY['SELECT * FROM open WHERE EXISTS (SELECT FROM secret WHERE secret.a = open.b)']);
\echo :LAST_ERROR_SQLSTATE
SELECT ddl FROM steward.recommend_indexes(ARRAY['WITH s AS MATERIALIZED (SELECT * FROM secret WHERE a = $1) SELECT * FROM s']);
\echo :LAST_ERROR_SQLSTATE
SELECT ddl FROM steward.recommend_indexes(ARRAY['SELECT a FROM open UNION ALL SELECT a FROM secret WHERE a = $1']);
\echo :LAST_ERROR_SQLSTATE
SELECT ddl FROM steward.recommend_indexes(ARRAY['SELECT (SELECT max(b) FROM secret WHERE a = open.a) FROM open']);
\echo :LAST_ERROR_SQLSTATE
SELECT ddl FROM steward.recommend_indexes(ARRAY['SELECT a FROM closed_window WHERE a = $1']);
\echo :LAST_ERROR_SQLSTATE
SELECT ddl FROM steward.recommend_indexes(ARRAY['SELECT a FROM partly WHERE b = $1']);
\echo :LAST_ERROR_SQLSTATE
SELECT ddl FROM steward.recommend_indexes(ARRAY['UPDATE open SET b = 1 WHERE a = $1']);
\echo :LAST_ERROR_SQLSTATE
SELECT ddl FROM steward.recommend_indexes(ARRAY['DELETE FROM open WHERE a = $1']);
\echo :LAST_ERROR_SQLSTATE

-- What acts, and what was observed of others, is not for everybody.
SELECT * FROM steward.refresh();
\echo :LAST_ERROR_SQLSTATE
SELECT steward.dismiss(1, 'because');
SELECT steward.exclude('public.%', 'because');
SELECT steward.remove_exclusion('public.%');
SELECT steward.stop('because');
SELECT steward.start();
SELECT steward.simulate(1);
SELECT steward.explain_recommendation(1);
SELECT steward.announce_database();
CALL steward.apply(1);
CALL steward.revert(1);
CALL steward.tune();
SELECT * FROM steward.recommendations;
SELECT * FROM steward.actions;
SELECT * FROM steward.journal;
SELECT * FROM steward.exclusions;
SELECT * FROM steward.statement_counters;
SELECT * FROM steward.statement_history;
SET pg_steward.mode = off;
SET pg_steward.planning_timeout = 1;

-- What everybody may.
SELECT count(*) > 0 AS works FROM steward.status();
SELECT count(*) FILTER (WHERE state = 'DO') AS advice_shown FROM steward.status();
SELECT count(*) FROM steward.statements WHERE userid <> 'regress_steward_reader'::regrole;

-- A role that has no rights at all gets as far.
SET ROLE regress_steward_stranger;
SELECT ddl FROM steward.recommend_indexes(ARRAY['SELECT * FROM steward_rights.open WHERE a = $1']);
\echo :LAST_ERROR_SQLSTATE
SELECT count(*) FROM steward.recommend_indexes(ARRAY['SELECT 1']);
RESET ROLE;

-- Who may not read the rows may not learn them from the planner either: a
-- function that the planner would call to estimate is called with the role's
-- own rights, and row security stays on.
ALTER TABLE open ENABLE ROW LEVEL SECURITY;
CREATE POLICY few ON open TO regress_steward_reader USING (a < 100);
SET ROLE regress_steward_reader;
SELECT ddl FROM steward.recommend_indexes(ARRAY['SELECT * FROM open WHERE a = $1']);
RESET ROLE;

SET client_min_messages = warning;
DROP SCHEMA steward_rights CASCADE;
DROP ROLE regress_steward_reader, regress_steward_stranger;
