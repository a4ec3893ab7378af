-- Planning runs other people's code: an immutable function is folded while the
-- plan is made.  So every statement is planned as the role that ran it, and
-- what a superuser ran as steward_planner, which may do nothing.
BEGIN;
SELECT plan(24);

CREATE ROLE tap_mallory;
CREATE SCHEMA tap_rights;
GRANT USAGE ON SCHEMA tap_rights TO PUBLIC;
GRANT CREATE ON SCHEMA tap_rights TO tap_mallory;
CREATE TABLE tap_rights.t (id integer NOT NULL, k integer NOT NULL, pad text NOT NULL);
INSERT INTO tap_rights.t SELECT i, i, repeat('p', 100) FROM generate_series(1, 5000) AS i;
ANALYZE tap_rights.t;
GRANT SELECT ON tap_rights.t TO tap_mallory;
SELECT quote_ident(n.nspname) AS pss FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace
 WHERE e.extname = 'pg_stat_statements' \gset

-- Whoever plans a call of this ends with an error that names the role.
SET LOCAL ROLE tap_mallory;
CREATE FUNCTION tap_rights.tell() RETURNS integer LANGUAGE plpgsql IMMUTABLE AS
	$$ BEGIN
		RAISE EXCEPTION 'I am %, superuser %', current_user, (SELECT rolsuper FROM pg_roles WHERE rolname = current_user);
	END $$;
-- An immutable function may call a volatile one, and these try to do something
-- with the rights of whoever plans.
CREATE FUNCTION tap_rights.do(command text) RETURNS integer LANGUAGE plpgsql VOLATILE AS
	$$ BEGIN EXECUTE command; RETURN 1; END $$;
CREATE FUNCTION tap_rights.grab() RETURNS integer LANGUAGE plpgsql IMMUTABLE AS
	$$ BEGIN RETURN tap_rights.do('ALTER ROLE tap_mallory SUPERUSER'); END $$;
CREATE FUNCTION tap_rights.write() RETURNS integer LANGUAGE plpgsql IMMUTABLE AS
	$$ BEGIN RETURN tap_rights.do('CREATE TABLE tap_rights.loot ()'); END $$;
CREATE FUNCTION tap_rights.become() RETURNS integer LANGUAGE plpgsql IMMUTABLE AS
	$$ BEGIN RETURN tap_rights.do('RESET ROLE') + tap_rights.do('ALTER ROLE tap_mallory SUPERUSER'); END $$;
CREATE FUNCTION tap_rights.unlock() RETURNS integer LANGUAGE plpgsql IMMUTABLE AS
	$$ BEGIN RETURN tap_rights.do('SET transaction_read_only = off') + tap_rights.do('CREATE TABLE tap_rights.loot ()'); END $$;
CREATE FUNCTION tap_rights.hang() RETURNS integer LANGUAGE plpgsql IMMUTABLE AS
	$$ BEGIN LOOP END LOOP; END $$;
RESET ROLE;

CREATE FUNCTION pg_temp.message_of(query text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM steward.recommend_indexes(ARRAY[query]);
	RETURN 'no error';
EXCEPTION
	WHEN query_canceled OR OTHERS THEN RETURN SQLSTATE || ' ' || SQLERRM;
END $$;

SELECT is(pg_temp.message_of('SELECT * FROM tap_rights.t WHERE id = tap_rights.tell()'),
          'P0001 query 1 cannot be planned: I am steward_planner, superuser f', 'a superuser''s query is planned without power');
SELECT matches(pg_temp.message_of('SELECT * FROM tap_rights.t WHERE id = tap_rights.grab()'), 'cannot be planned: .*(read-only transaction|security-restricted operation)$', 'nobody becomes superuser');
SELECT matches(pg_temp.message_of('SELECT * FROM tap_rights.t WHERE id = tap_rights.become()'), 'cannot be planned: .*(read-only transaction|security-restricted operation)$', 'nor by changing the role first');
SELECT matches(pg_temp.message_of('SELECT * FROM tap_rights.t WHERE id = tap_rights.write()'), 'cannot be planned: .*(read-only transaction|security-restricted operation)$', 'nor is anything written');
SET LOCAL pg_steward.planning_timeout = '200ms';
SELECT matches(pg_temp.message_of('SELECT * FROM tap_rights.t WHERE id = tap_rights.hang()'), 'planning took longer than 200 ms', 'nor planned for ever');
RESET pg_steward.planning_timeout;
SELECT is((SELECT rolsuper FROM pg_roles WHERE rolname = 'tap_mallory'), false, 'all is as it was');
SELECT hasnt_table('tap_rights', 'loot', 'and nothing was made');

SET LOCAL ROLE tap_mallory;
SELECT is(pg_temp.message_of('SELECT * FROM tap_rights.t WHERE id = tap_rights.tell()'),
          'P0001 query 1 cannot be planned: I am tap_mallory, superuser f', 'one''s own query is planned as oneself');
SELECT matches(pg_temp.message_of('SELECT * FROM tap_rights.t WHERE id = tap_rights.write()'), 'cannot be planned: .*read-only transaction$', 'and nothing is written even with the right to');
SELECT matches(pg_temp.message_of('SELECT * FROM tap_rights.t WHERE id = tap_rights.unlock()'), 'cannot be planned: .*(read-only transaction|before any query)$', 'nor is the door unlocked');
RESET ROLE;

-- What is closed to everybody else is open to a superuser's query all the
-- same: only functions are called without power.
CREATE SCHEMA tap_closed;
CREATE TABLE tap_closed.t AS SELECT * FROM tap_rights.t;
ANALYZE tap_closed.t;
CREATE FUNCTION tap_closed.one() RETURNS integer LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN 1; END';
REVOKE ALL ON FUNCTION tap_closed.one() FROM PUBLIC;
CREATE FUNCTION pg_temp.hint_of(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	hint text;
BEGIN
	PERFORM steward.recommend_indexes(ARRAY[query]);
	RETURN 'no error';
EXCEPTION
	WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
		RETURN SQLSTATE || ' ' || hint;
END $$;
SELECT is((SELECT ddl || ' ' || confirmed_by FROM steward.recommend_indexes(ARRAY['SELECT * FROM tap_closed.t WHERE id = $1'])),
          'CREATE INDEX CONCURRENTLY t_id_idx ON tap_closed.t USING btree (id) hypopg', 'a superuser''s query on tables of a closed schema');
SELECT matches(pg_temp.hint_of('SELECT * FROM tap_closed.t WHERE id = tap_closed.one()'), '^42501 .*GRANT .*to it',
               'a function that is not for everybody is an error with the way out');
GRANT EXECUTE ON FUNCTION tap_closed.one() TO steward_planner;
SELECT is(pg_temp.hint_of('SELECT * FROM tap_closed.t WHERE id = tap_closed.one()'), 'no error', 'and open after what the hint says');

-- A function that the planner calls plans statements of its own: they see
-- nothing hypothetical, neither now nor later in the session, and are not
-- advised on.
CREATE TABLE tap_rights.config AS SELECT i AS k, i % 100 AS v, repeat('p', 100) AS pad FROM generate_series(1, 5000) AS i;
ANALYZE tap_rights.config;
GRANT SELECT ON tap_rights.config TO PUBLIC;
CREATE FUNCTION tap_rights.cutoff() RETURNS integer LANGUAGE plpgsql STABLE AS
	'BEGIN RETURN (SELECT min(v) + 4900 FROM tap_rights.config WHERE k = 5 AND v = 5); END';
CREATE FUNCTION tap_rights.start() RETURNS integer LANGUAGE plpgsql IMMUTABLE AS
	'BEGIN RETURN (SELECT min(v) + 4901 FROM tap_rights.config WHERE k = 6 AND v = 6); END';
SELECT is((SELECT string_agg(ddl || ' ' || confirmed_by, '; ') FROM steward.recommend_indexes(ARRAY[
              'SELECT * FROM tap_rights.t WHERE id > tap_rights.cutoff()', 'SELECT * FROM tap_rights.config WHERE k = $1'])),
          'CREATE INDEX CONCURRENTLY t_id_idx ON tap_rights.t USING btree (id) hypopg; CREATE INDEX CONCURRENTLY config_k_idx ON tap_rights.config USING btree (k) hypopg',
          'a stable function that reads a table');
SELECT is((SELECT string_agg(ddl, '; ' ORDER BY ddl) FROM steward.recommend_indexes(ARRAY[
              'SELECT * FROM tap_rights.t WHERE id > tap_rights.start()', 'SELECT * FROM tap_rights.config WHERE k = $1'])),
          'CREATE INDEX CONCURRENTLY config_k_idx ON tap_rights.config USING btree (k); CREATE INDEX CONCURRENTLY t_id_idx ON tap_rights.t USING btree (id)',
          'and an immutable one');
SELECT is(tap_rights.cutoff() + tap_rights.start(), 4905 + 4907, 'work in this session as before');
SELECT is((SELECT count(*) FROM steward.recommend_indexes(ARRAY['SELECT * FROM tap_rights.t WHERE id > tap_rights.cutoff()'])
            WHERE relation = 'tap_rights.config'::regclass), 0::bigint, 'what they read is not what the statement reads');

-- Somebody cancels while hypopg holds indexes for us: none stays.
CREATE FUNCTION tap_rights.linger() RETURNS integer LANGUAGE plpgsql IMMUTABLE AS
	$$ BEGIN IF EXISTS (SELECT FROM public.hypopg()) THEN LOOP END LOOP; END IF; RETURN 5; END $$;
SET LOCAL statement_timeout = '300ms';
SELECT is(pg_temp.message_of('SELECT * FROM tap_rights.t WHERE id = tap_rights.linger()'),
          '57014 canceling statement due to statement timeout', 'a cancel while hypopg is asked');
SET LOCAL statement_timeout = 0;
SELECT is((SELECT count(*) FROM public.hypopg()), 0::bigint, 'leaves nothing hypothetical');
SELECT is((SELECT k FROM tap_rights.t WHERE id = 17), 17, 'and plans are real again');

-- The observed workload: the superuser refreshes, and each statement is
-- planned as the role that ran it.  That role's function says so by letting
-- the plan be made for that role only.
SELECT :pss.pg_stat_statements_reset() IS NULL AS reset \gset
SET LOCAL ROLE tap_mallory;
CREATE FUNCTION tap_rights.mine_only() RETURNS integer LANGUAGE plpgsql IMMUTABLE AS
	$$ BEGIN IF current_user <> 'tap_mallory' THEN RAISE EXCEPTION 'I am %', current_user; END IF; RETURN 7; END $$;
\o /dev/null
SELECT format('SELECT k FROM tap_rights.t WHERE id = tap_rights.mine_only() + %s', i) FROM generate_series(1, 12) AS i \gexec
RESET ROLE;
\o
SET LOCAL ROLE tap_mallory;
SELECT is((SELECT ddl FROM steward.recommend_indexes() WHERE relation::text = 'tap_rights.t'),
          'CREATE INDEX CONCURRENTLY t_id_idx ON tap_rights.t USING btree (id)', 'its own advice');
RESET ROLE;
SELECT is((SELECT ddl FROM steward.recommend_indexes() WHERE relation::text = 'tap_rights.t'),
          'CREATE INDEX CONCURRENTLY t_id_idx ON tap_rights.t USING btree (id)', 'and the same from the superuser, planned as that role');
SELECT steward.refresh() IS NULL AS refreshed \gset
SELECT is((SELECT count(*) FROM steward.actions WHERE relation = 'tap_rights.t'::regclass AND kind = 'create_index' AND status = 'proposed'), 1::bigint, 'also when refreshing');
SELECT is(current_user::text, session_user::text, 'and whoever called is who they were');

SELECT * FROM finish();
ROLLBACK;
