-- The life of a piece of advice: found in the observed workload, kept under
-- one id and fingerprint, given up when it is no longer needed and taken up
-- again, and never again once it was turned down.
BEGIN;
SELECT plan(44);

CREATE SCHEMA tap_refresh;
CREATE TABLE tap_refresh.t (id integer NOT NULL, k integer NOT NULL, pad text NOT NULL);
CREATE TABLE tap_refresh.rare (id integer NOT NULL, pad text NOT NULL);
INSERT INTO tap_refresh.t SELECT i, i, repeat('p', 100) FROM generate_series(1, 5000) AS i;
INSERT INTO tap_refresh.rare SELECT i, repeat('p', 100) FROM generate_series(1, 5000) AS i;
ANALYZE tap_refresh.t, tap_refresh.rare;
SELECT quote_ident(n.nspname) AS pss FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace
 WHERE e.extname = 'pg_stat_statements' \gset
SELECT :pss.pg_stat_statements_reset() IS NULL AS reset \gset

CREATE VIEW pg_temp.mine AS
	SELECT a.* FROM steward.actions AS a WHERE a.ddl[1] LIKE '% ON tap\_refresh.%' OR a.ddl[1] LIKE '%INDEX CONCURRENTLY tap\_refresh.%';

-- Ten calls make a statement count; nine do not.
\o /dev/null
SELECT format('SELECT * FROM tap_refresh.t WHERE id = %s', i) FROM generate_series(1, 10) AS i \gexec
SELECT format('SELECT * FROM tap_refresh.rare WHERE id = %s', i) FROM generate_series(1, 9) AS i \gexec
SELECT 1/NULLIF(i, i) AS none FROM generate_series(1, 3) AS i;
\o
SELECT * FROM steward.refresh() \gset first_
SELECT is((SELECT count(*) FROM mine), 1::bigint, 'one piece of advice');
SELECT results_eq('SELECT status, kind, category, ddl[1], undo_ddl[1] FROM mine',
	$$ VALUES ('proposed', 'create_index', 'index',
	           'CREATE INDEX CONCURRENTLY t_id_idx ON tap_refresh.t USING btree (id)',
	           'DROP INDEX CONCURRENTLY tap_refresh.t_id_idx') $$, 'it is proposed with its DDL and undo');
SELECT cmp_ok(:first_proposed, '>=', 1, 'refresh counts it');
SELECT cmp_ok(:first_waiting, '>=', 1, 'and what waits for more calls');
SELECT is(:first_statements, :first_analyzed + :first_waiting + :first_not_analyzable, 'every statement is accounted for');
SELECT matches(:'first_summary'::text, 'statements? seen, \d+ analysed; \d+ at \d.* of 10 calls.* open', 'and says so in words');
SELECT is((SELECT relation FROM mine), 'tap_refresh.t'::regclass::oid, 'bound to the table');
SELECT is((SELECT database FROM mine), (SELECT oid FROM pg_database WHERE datname = current_database()), 'to the database');
SELECT is((SELECT system_identifier FROM mine), (SELECT system_identifier FROM pg_control_system()), 'and to the cluster');
SELECT ok((SELECT (expected ->> 'cost_after')::float8 < (expected ->> 'cost_before')::float8 AND (expected ->> 'benefit')::float8 > 0
                  AND (expected ->> 'size_bytes')::bigint > 8192 FROM mine), 'with what is expected of it');
SELECT is((SELECT evidence -> 'statements' -> 0 ->> 'query' FROM mine), 'SELECT * FROM tap_refresh.t WHERE id = $1',
          'and the statement that gains, without values');
SELECT is((SELECT (evidence -> 'statements' -> 0 ->> 'calls')::bigint FROM mine), 10::bigint, 'and its calls');
SELECT results_eq('SELECT from_status, to_status, by_role FROM steward.journal WHERE action = (SELECT id FROM mine)',
	$$ VALUES (NULL::text, 'proposed', session_user::text COLLATE "default") $$, 'the journal has its first step');

-- Refreshing renews what is known and renumbers nothing.
SELECT id, fingerprint, created_at FROM mine \gset
\o /dev/null
SELECT format('SELECT * FROM tap_refresh.t WHERE id = %s', i) FROM generate_series(1, 5) AS i \gexec
\o
SELECT lives_ok('SELECT steward.refresh()', 'refreshing again');
SELECT results_eq('SELECT id, fingerprint, created_at, status FROM mine',
	format('VALUES (%s::bigint, %L, %L::timestamptz, %L)', :id, :'fingerprint', :'created_at', 'proposed'), 'keeps id, fingerprint and birth');
SELECT is((SELECT (evidence -> 'statements' -> 0 ->> 'calls')::bigint FROM mine), 15::bigint, 'and renews the evidence');
SELECT is((SELECT count(*) FROM steward.journal WHERE action = :id), 1::bigint, 'what did not change is no step');

-- The advice is about a definition: on any server the same gives the same.
SELECT matches(:'fingerprint'::text, '^[0-9a-f]{64}$', 'the fingerprint is a hash');
SELECT is(:'fingerprint'::text, encode(sha256(convert_to('create_index tap_refresh.t btree (id)', 'UTF8')), 'hex'), 'of kind, table and definition');

-- Not needed any more: somebody made the index.
CREATE INDEX by_hand ON tap_refresh.t (id);
SELECT obsolete AS gone FROM steward.refresh() \gset
SELECT cmp_ok(:gone, '>=', 1, 'what is no longer needed is given up');
SELECT is((SELECT status FROM mine WHERE id = :id), 'obsolete', 'as obsolete');
SELECT is((SELECT count(*) FROM steward.recommendations WHERE id = :id), 0::bigint, 'and is not shown any more');
DROP INDEX tap_refresh.by_hand;
SELECT lives_ok('SELECT steward.refresh()', 'needed again');
SELECT is((SELECT status FROM mine WHERE id = :id), 'proposed', 'it is back under its old id');
SELECT results_eq(format('SELECT to_status FROM steward.journal WHERE action = %s ORDER BY id', :id),
	$$ VALUES ('proposed'), ('obsolete'), ('proposed') $$, 'and the journal has all steps');

-- An exclusion withdraws, and taking it back brings back.
SELECT lives_ok($$ SELECT steward.exclude('tap\_refresh.%', 'not these') $$, 'an exclusion');
SELECT is((SELECT status FROM mine WHERE id = :id), 'obsolete', 'withdraws at once what is open');
SELECT lives_ok('SELECT steward.refresh()', 'and after a refresh');
SELECT is((SELECT status FROM mine WHERE id = :id), 'obsolete', 'it stays withdrawn');
SELECT results_eq('SELECT pattern, reason, by_role FROM steward.exclusions',
	$$ VALUES ('tap\_refresh.%', 'not these', session_user::text COLLATE "default") $$, 'the exclusion says who and why');
SELECT steward.exclude('tap\_refresh.%', 'still not these') IS NULL AS again \gset
SELECT is((SELECT reason FROM steward.exclusions), 'still not these', 'a second one on the same pattern renews the reason');
SELECT steward.remove_exclusion('tap\_refresh.%') IS NULL AS removed \gset
SELECT steward.refresh() IS NULL AS refreshed \gset
SELECT is((SELECT status FROM mine WHERE id = :id), 'proposed', 'without it the advice is back');

-- Turned down for good.
SELECT steward.dismiss(:id, 'we know better') IS NULL AS dismissed \gset
SELECT is((SELECT status FROM mine WHERE id = :id), 'dismissed', 'dismissed');
SELECT is((SELECT reason FROM mine WHERE id = :id), 'dismissed: we know better', 'with the reason');
SELECT steward.refresh() IS NULL AS refreshed \gset
SELECT is((SELECT status FROM mine WHERE id = :id), 'dismissed', 'and a refresh does not bring it back');
SELECT throws_ok(format('SELECT steward.dismiss(%s, %L)', :id, 'again'), '55000', NULL, 'nor can it be dismissed twice');

-- An exact duplicate is advised to go, with its own undo.
CREATE INDEX twin_one ON tap_refresh.t (k);
CREATE INDEX twin_two ON tap_refresh.t (k);
SELECT steward.refresh() IS NULL AS refreshed \gset
SELECT results_eq($$ SELECT status, ddl[1], undo_ddl[1], reason FROM mine WHERE kind = 'drop_index' $$,
	$$ VALUES ('proposed', 'DROP INDEX CONCURRENTLY tap_refresh.twin_two', 'CREATE INDEX twin_two ON tap_refresh.t USING btree (k)',
	           'an exact duplicate of tap_refresh.twin_one') $$, 'an exact duplicate is advised to go');
SELECT throws_ok(format('SELECT steward.simulate(%s)', (SELECT id FROM mine WHERE kind = 'drop_index')), '0A000', NULL,
                 'which cannot be simulated');

-- One that another one begins with, too: nobody needs it who has the other.
CREATE INDEX wide ON tap_refresh.t (k, id);
SELECT steward.refresh() IS NULL AS refreshed \gset
SELECT results_eq($$ SELECT ddl[1], undo_ddl[1], reason FROM mine WHERE kind = 'drop_index' AND status = 'proposed' ORDER BY id $$,
	$$ VALUES ('DROP INDEX CONCURRENTLY tap_refresh.twin_two', 'CREATE INDEX twin_two ON tap_refresh.t USING btree (k)',
	           'an exact duplicate of tap_refresh.twin_one'),
	          ('DROP INDEX CONCURRENTLY tap_refresh.twin_one', 'CREATE INDEX twin_one ON tap_refresh.t USING btree (k)',
	           'covered by tap_refresh.wide, which begins with the same columns; no analysed statement would be dearer by a tenth without it') $$,
	'an index that another one covers is advised to go, and told apart');
DROP INDEX tap_refresh.wide;
CREATE INDEX wide ON tap_refresh.t (k DESC, id);
SELECT steward.refresh() IS NULL AS refreshed \gset
SELECT is_empty($$ SELECT id FROM mine WHERE kind = 'drop_index' AND status = 'proposed' AND reason LIKE 'covered%' $$, 'but not by one in another order');

-- What saves next to nothing of all the time that was measured is not worth an index, whatever it saves of its statement.
CREATE TABLE tap_refresh.quick AS SELECT i AS id, repeat('p', 100) AS pad FROM generate_series(1, 1000) AS i;
ANALYZE tap_refresh.quick;
SELECT :pss.pg_stat_statements_reset() IS NULL AS reset \gset
\o /dev/null
SELECT format('SELECT * FROM tap_refresh.quick WHERE id = %s', i) FROM generate_series(1, 12) AS i \gexec
\o
SELECT steward.refresh() IS NULL AS refreshed \gset
SELECT isnt_empty($$ SELECT id FROM mine WHERE ddl[1] LIKE '%quick_id_idx%' AND status = 'proposed' $$, 'a quick statement is worth an index');
SELECT pg_sleep(3) IS NULL AS slept \gset
SELECT steward.refresh() IS NULL AS refreshed \gset
SELECT is_empty($$ SELECT id FROM mine WHERE ddl[1] LIKE '%quick_id_idx%' AND status = 'proposed' $$, 'but not beside one that takes nearly all the time');

-- What is written all the time and read now and then gets no index, and says why.
CREATE TABLE tap_refresh.ledger AS SELECT i AS id, repeat('p', 100) AS pad FROM generate_series(1, 1000) AS i;
ANALYZE tap_refresh.ledger;
SELECT :pss.pg_stat_statements_reset() IS NULL AS reset \gset
\o /dev/null
SELECT format('SELECT pad FROM tap_refresh.ledger WHERE id = %s', i) FROM generate_series(1, 12) AS i \gexec
\o
SELECT steward.refresh() IS NULL AS refreshed \gset
SELECT isnt_empty($$ SELECT id FROM mine WHERE ddl[1] LIKE '%ledger_id_idx%' AND status = 'proposed' $$, 'a table that is read gets an index');
SELECT format('INSERT INTO tap_refresh.ledger SELECT i, %s FROM generate_series(1, 10000) AS i', i) FROM generate_series(1, 12) AS i \gexec
SELECT steward.refresh() IS NULL AS refreshed \gset
SELECT results_eq($$ SELECT (SELECT count(*) FROM mine WHERE ddl[1] LIKE '%ledger_id_idx%' AND status = 'proposed'), substring(advice FROM 'but the rows.*')
	  FROM steward.statements WHERE query LIKE 'SELECT pad FROM tap\_refresh.ledger%' $$,
	$$ VALUES (0::bigint, 'but the rows that are written would cost as much more: it is read too rarely') $$, 'but not one that is written much more');

SELECT * FROM finish();
ROLLBACK;
