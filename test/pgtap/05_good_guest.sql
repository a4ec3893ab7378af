-- Advice is a good guest in the session: it counts no statement, keeps no
-- lock, works read-only and under odd settings, and leaves everything as it
-- was, also where it fails.

-- Locks show only on a table that this transaction did not make itself.
CREATE TABLE public.tap_guest (id integer NOT NULL, k integer NOT NULL, pad text NOT NULL);
INSERT INTO public.tap_guest SELECT i, i % 500, repeat('p', 100) FROM generate_series(1, 5000) AS i;
CREATE VIEW public.tap_guest_view AS SELECT id, k FROM public.tap_guest;
ANALYZE public.tap_guest;

BEGIN;
SELECT plan(32);
SELECT quote_ident(n.nspname) AS hypo FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace WHERE e.extname = 'hypopg' \gset
SELECT quote_ident(n.nspname) AS pss FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace
 WHERE e.extname = 'pg_stat_statements' \gset

-- Locks
SELECT count(*) AS advised FROM steward.recommend_indexes(ARRAY['SELECT * FROM public.tap_guest_view WHERE id = $1',
                                                                'DELETE FROM public.tap_guest WHERE k = $1']) \gset
SELECT is(:advised, 2, 'two indexes are advised');
SELECT is_empty($$ SELECT mode FROM pg_locks WHERE pid = pg_backend_pid() AND relation IN ('public.tap_guest'::regclass, 'public.tap_guest_view'::regclass) $$,
                'and no lock is left on the tables of the queries');
SELECT throws_ok($$ SELECT * FROM steward.recommend_indexes(ARRAY['SELECT * FROM public.tap_guest WHERE id = $1', 'SELECT nosuch FROM public.tap_guest']) $$,
                 '42703', NULL, 'a query fails');
SELECT is_empty($$ SELECT mode FROM pg_locks WHERE pid = pg_backend_pid() AND relation = 'public.tap_guest'::regclass $$,
                'and no lock is left either');
SELECT is_empty($$ SELECT * FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory' $$, 'no advisory lock is kept');

-- What pg_stat_statements counts is the call itself, and none of our planning.
SELECT :pss.pg_stat_statements_reset() IS NULL AS reset \gset
SELECT count(*) AS advised FROM steward.recommend_indexes(ARRAY['SELECT * FROM public.tap_guest WHERE id = $1']) \gset
SELECT is((SELECT count(*) FROM :pss.pg_stat_statements WHERE query LIKE '%FROM public.tap\_guest WHERE%' AND query NOT LIKE '%recommend%'), 0::bigint,
          'the analysed query is not counted');
SELECT is((SELECT count(*) FROM :pss.pg_stat_statements WHERE query ILIKE 'explain%'), 0::bigint, 'nor is an EXPLAIN of it');
SET LOCAL pg_stat_statements.track = 'all';
SET LOCAL pg_stat_statements.track_planning = on;
SELECT count(*) AS advised FROM steward.recommend_indexes(ARRAY['SELECT * FROM public.tap_guest WHERE k = $1']) \gset
SELECT is((SELECT count(*) FROM :pss.pg_stat_statements WHERE query LIKE '%FROM public.tap\_guest WHERE%' AND query NOT LIKE '%recommend%' AND query NOT ILIKE 'explain%'),
          0::bigint, 'nor its planning where nested statements and planning are tracked');
RESET pg_stat_statements.track;
RESET pg_stat_statements.track_planning;

-- hypopg is not left armed: an ordinary query that would use a hypothetical index still runs.
SELECT indexrelid FROM :hypo.hypopg_create_index('CREATE INDEX ON public.tap_guest (id)') \gset
SELECT throws_ok($$ SELECT * FROM steward.recommend_indexes(ARRAY['SELECT * FROM public.tap_guest WHERE id = 1', '']) $$, '42601', NULL, 'advice fails');
SELECT is((SELECT count(*) FROM public.tap_guest WHERE id = 7), 1::bigint, 'an ordinary query runs');
SELECT count(*) AS advised FROM steward.recommend_indexes(ARRAY['SELECT * FROM public.tap_guest WHERE id = 1']) \gset
SELECT count(*) AS found FROM public.tap_guest WHERE id = 7 \gset
SELECT is(:found, 1, 'so it does right after advice');
SELECT is((SELECT count(*) FROM :hypo.hypopg()), 1::bigint, 'and the session''s hypothetical index is still there');
SELECT :hypo.hypopg_reset() IS NULL AS reset \gset

-- A read-only transaction.  pg_prove has psql set a savepoint for each
-- statement, with whose end a transaction forgets that it was read-only.
\set ON_ERROR_ROLLBACK off
SAVEPOINT before;
SET TRANSACTION READ ONLY;
SELECT count(*) AS advised FROM steward.recommend_indexes(ARRAY['UPDATE public.tap_guest SET pad = $2 WHERE id = $1']) \gset
SELECT current_setting('transaction_read_only') AS read_only \gset
ROLLBACK TO SAVEPOINT before;
SELECT is(:advised, 1, 'advice works read-only, for a writing query too');
SELECT is(:'read_only'::text, 'on', 'and the transaction stays read-only');
SELECT count(*) AS advised FROM steward.recommend_indexes(ARRAY['SELECT * FROM public.tap_guest WHERE id = 1']) \gset
SELECT is(current_setting('transaction_read_only'), 'off', 'and one that writes stays one that writes');
SAVEPOINT before;
SET TRANSACTION READ ONLY;
SELECT lives_ok('SELECT * FROM steward.statements', 'so does reading the workload');
ROLLBACK TO SAVEPOINT before;

\set ON_ERROR_ROLLBACK on

-- A search_path without anything
SET LOCAL search_path = '';
SELECT ddl FROM steward.recommend_indexes(ARRAY['SELECT * FROM public.tap_guest WHERE id = 1']) \gset
SELECT count(*) AS seen FROM steward.statements \gset
SELECT current_setting('search_path') AS search_path \gset
SET LOCAL search_path TO DEFAULT;
SELECT is(:'ddl'::text, 'CREATE INDEX CONCURRENTLY tap_guest_id_idx ON public.tap_guest USING btree (id)', 'advice works without a search_path');
SELECT is(:'search_path'::text, '""', 'and leaves it so');
SELECT cmp_ok(:seen, '>', 0, 'so does the workload');

-- A search_path with traps: what it finds first must not be what we call.
CREATE SCHEMA tap_trap;
CREATE FUNCTION tap_trap.format(text, VARIADIC "any") RETURNS text LANGUAGE internal IMMUTABLE AS 'text_format';
CREATE FUNCTION tap_trap.format(text, text, text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE 'caught'; END $$;
CREATE FUNCTION tap_trap.format(text, name, name) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE 'caught'; END $$;
CREATE FUNCTION tap_trap.trap(name, text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'caught'; END $$;
CREATE OPERATOR tap_trap.= (LEFTARG = name, RIGHTARG = text, FUNCTION = tap_trap.trap);
CREATE VIEW tap_trap.pg_class AS SELECT 1 / (random() * 0)::integer AS oid;
CREATE VIEW tap_trap.pg_index AS SELECT 1 / (random() * 0)::integer AS indexrelid;
SET LOCAL search_path = tap_trap, pg_catalog, public;
SELECT count(*) AS advised FROM steward.recommend_indexes(ARRAY['SELECT * FROM public.tap_guest WHERE id = 1']) \gset
SET LOCAL search_path TO DEFAULT;
SELECT is(:advised, 1, 'a search_path that hides the catalog catches nobody');

-- Odd settings
CREATE FUNCTION pg_temp.advice_under(name text, value text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	PERFORM set_config(name, value, true);
	SELECT ddl || ' ' || coalesce(confirmed_by, 'withheld') || ' ' || (cost_after < cost_before) || ' ' || (benefit BETWEEN 0 AND 1) INTO answer
	  FROM steward.recommend_indexes(ARRAY['SELECT * FROM public.tap_guest WHERE id = 1']);
	PERFORM steward.refresh();
	PERFORM * FROM steward.statements;
	PERFORM * FROM steward.status();
	RETURN answer;
END $$;
SELECT is(pg_temp.advice_under(s.name, s.value),
          'CREATE INDEX CONCURRENTLY tap_guest_id_idx ON public.tap_guest USING btree (id) hypopg true true',
          s.name || ' = ' || s.value)
  FROM (VALUES ('DateStyle', 'SQL, DMY'), ('IntervalStyle', 'iso_8601'), ('TimeZone', 'Asia/Kolkata'), ('extra_float_digits', '-15'),
               ('bytea_output', 'escape'), ('quote_all_identifiers', 'off'), ('row_security', 'off'), ('default_transaction_read_only', 'on'),
               ('standard_conforming_strings', 'off'), ('backslash_quote', 'off'), ('default_transaction_isolation', 'serializable'),
               ('plan_cache_mode', 'force_generic_plan')) AS s (name, value);

SELECT * FROM finish();
ROLLBACK;

DROP VIEW public.tap_guest_view;
DROP TABLE public.tap_guest;
