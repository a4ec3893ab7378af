
# Hazard 26: planning runs user code.  Whatever an ordinary role plants into statements
# never runs with more than its own power, or that of the statement's role, and
# never as a superuser: not in the steward's rounds, not in refresh(), not in
# advice on given queries.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use StewardCluster;
use Test::More;

my $node = new_steward('planted', "pg_steward.round_interval = 1s\n");
my $db = 'postgres';
my $marker = PostgreSQL::Test::Utils::tempdir() . '/written';
my $offset;

# What the planted function tries; each attempt by itself, and all of it logged.
# It is volatile, since an immutable one could not even try.
my $attack = qq{
CREATE FUNCTION mallory.attack() RETURNS integer LANGUAGE plpgsql AS \$\$
BEGIN
	RAISE LOG 'planted function runs as % of %', current_user, session_user;
	BEGIN ALTER ROLE mallory SUPERUSER; EXCEPTION WHEN OTHERS THEN END;
	BEGIN COPY (SELECT 1) TO PROGRAM 'touch $marker'; EXCEPTION WHEN OTHERS THEN END;
	BEGIN INSERT INTO mallory.loot VALUES (current_user); EXCEPTION WHEN OTHERS THEN END;
	BEGIN SET transaction_read_only = off; INSERT INTO mallory.loot VALUES (current_user);
	EXCEPTION WHEN OTHERS THEN END;
	BEGIN RESET ROLE; RESET SESSION AUTHORIZATION; ALTER ROLE mallory SUPERUSER;
	EXCEPTION WHEN OTHERS THEN END;
	RETURN 5;
END \$\$};
my $evil = q{
CREATE OR REPLACE FUNCTION mallory.planted() RETURNS integer IMMUTABLE LANGUAGE plpgsql AS
	'BEGIN RETURN mallory.attack(); END'};
my $harmless = q{
CREATE OR REPLACE FUNCTION mallory.planted() RETURNS integer IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN 5; END'};

sub count_runs
{
	my ($log, $as) = @_;

	return scalar(() = $log =~ /planted function runs as $as of /g);
}

# Nothing came of it; and it did run, as those who may run it.
sub harmless_ok
{
	my ($name, $runner) = @_;
	my $superuser = $node->safe_psql($db, 'SELECT current_user');
	# Read once, since rounds go on.
	my $log = slurp_file($node->logfile, $offset);

	cmp_ok(count_runs($log, $runner), '>', 0, "$name: the planted function ran as $runner") if defined $runner;
	is(count_runs($log, $superuser), 0, "$name: never as the superuser");
	is(count_runs($log, '[a-z]\w*') - count_runs($log, 'mallory') - count_runs($log, 'steward_planner'), 0, "$name: nor as anybody else");
	is($node->safe_psql($db, "SELECT rolsuper FROM pg_roles WHERE rolname = 'mallory'"), 'f',
		"$name: mallory is no superuser");
	is($node->safe_psql($db, 'SELECT count(*) FROM mallory.loot'), 0, "$name: nothing was written");
	ok(!-e $marker, "$name: no program ran");
	unlink $marker;
	return;
}

# Waits for two whole rounds of the steward.
sub await_rounds
{
	for (1 .. 2)
	{
		my $since = $node->safe_psql($db, 'SELECT clock_timestamp()');

		$node->poll_query_until($db, "SELECT max(updated_at) > '$since' FROM steward.actions WHERE status = 'proposed' AND kind = 'create_index'")
		  or BAIL_OUT('the steward does no rounds');
	}
	return;
}

$node->start;
make_item($node, $db);
$node->safe_psql($db, q{
CREATE ROLE mallory;
CREATE SCHEMA mallory AUTHORIZATION mallory;
GRANT USAGE ON SCHEMA mallory TO PUBLIC;
GRANT SELECT ON item TO mallory;
SET ROLE mallory;
CREATE TABLE mallory.loot (by_whom text);
GRANT INSERT ON mallory.loot TO PUBLIC;
} . $attack);
await_steward($node, $db);

# (a) In statements of mallory's own
$offset = -s $node->logfile;
$node->safe_psql($db, "SET ROLE mallory; $harmless");
run_workload($node, $db, role => 'mallory', query => 'SELECT count(*) FROM item WHERE a = mallory.planted() AND id > %d');
run_workload($node, $db);
$node->safe_psql($db, "SET ROLE mallory; $evil");
$node->safe_psql($db, 'SELECT steward.refresh()');
await_rounds();
harmless_ok("mallory's own statement", 'mallory');
is($node->safe_psql($db, q{SELECT count(*) FROM steward.statements WHERE query LIKE '%planted()%' AND reason IS NOT NULL
		AND query LIKE 'SELECT%'}),
	0, 'the statement is analysed all the same');

# (b) In a superuser's statements
$offset = -s $node->logfile;
$node->safe_psql($db, "SET ROLE mallory; $harmless");
run_workload($node, $db, query => 'SELECT count(*) FROM item WHERE a = mallory.planted() AND b > %d');
$node->safe_psql($db, "SET ROLE mallory; $evil");
$node->safe_psql($db, 'SELECT steward.refresh()');
await_rounds();
harmless_ok("a superuser's statement", 'steward_planner');

# (c) In queries that a superuser asks about, and in the second opinion on them
$offset = -s $node->logfile;
$node->safe_psql($db, q{SELECT * FROM steward.recommend_indexes(ARRAY['SELECT * FROM item WHERE a = mallory.planted()'])});
harmless_ok("a superuser's question", 'steward_planner');

# (d) In literals, whose input functions run when the text is parsed: a domain
# inside of an array, a row or a range checks its constraint there.  A
# superuser's text is parsed with his rights, so these must not be read at all.
$offset = -s $node->logfile;
$node->safe_psql($db, "SET ROLE mallory; $harmless");
$node->safe_psql($db, q{
SET ROLE mallory;
CREATE FUNCTION mallory.check_it(integer) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT mallory.planted() > 0';
CREATE DOMAIN mallory.checked AS integer CHECK (mallory.check_it(VALUE));
CREATE TYPE mallory.pair AS (x mallory.checked, y integer);
CREATE TYPE mallory.span AS RANGE (subtype = mallory.checked);
CREATE DOMAIN mallory.several AS mallory.checked[];
CREATE FUNCTION mallory.second(mallory.pair) RETURNS integer IMMUTABLE LANGUAGE sql AS 'SELECT ($1).y';
CREATE TABLE mallory.pairs (p mallory.pair, l mallory.checked[]);
GRANT ALL ON mallory.pairs TO PUBLIC;
});
my @literals = (
	q{SELECT * FROM item WHERE a = ANY ('{1,2}'::mallory.checked[]::integer[])},
	q{SELECT * FROM item WHERE a = ('(1,2)'::mallory.pair).y},
	q{SELECT * FROM item WHERE a = '3'::mallory.checked},
	q{SELECT * FROM item WHERE a = (mallory.pair '(1,3)').y},
	q{SELECT * FROM item WHERE a = (CAST('(1,4)' AS mallory.pair)).y},
	q{SELECT * FROM item WHERE a = mallory.second('(1,5)')},
	q{SELECT * FROM item WHERE a::mallory.checked <@ '[1,6]'::mallory.span},
	q{SELECT * FROM item WHERE a::mallory.checked <@ '{[1,7]}'::mallory.span_multirange},
	q{SELECT * FROM item WHERE a = ('{8}'::mallory.several)[1]},
	q{SELECT * FROM item WHERE a = 9 AND ROW(1, 2)::mallory.pair IN ('(1,2)', '(1,3)')},
	q{SELECT * FROM item WHERE a = 10 AND (ARRAY['(1,2)', '(1,3)']::mallory.pair[])[1] IS NOT NULL},
	q{SELECT * FROM item WHERE a = 11 AND CASE WHEN b > 1 THEN '(1,2)' ELSE ROW(1, 3)::mallory.pair END IS NOT NULL},
	q{SELECT (SELECT ROW(1, 2)::mallory.pair UNION ALL SELECT '(1,3)' LIMIT 1) FROM item WHERE a = 12},
	q{WITH RECURSIVE w AS (SELECT a FROM item WHERE a = 13 UNION ALL SELECT a FROM w)
		CYCLE a SET looped TO mallory.pair '(1,2)' DEFAULT mallory.pair '(1,3)' USING path SELECT * FROM w},
	q{SELECT * FROM item, LATERAL unnest('{14}'::mallory.checked[]) AS u WHERE a = u},
	q{SELECT sum(b) OVER (ORDER BY '(1,2)'::mallory.pair) FROM item WHERE a = 15},
	q{SELECT count(*) FILTER (WHERE '(1,2)'::mallory.pair IS NOT NULL) FROM item WHERE a = 16 GROUP BY '(1,2)'::mallory.pair},
	q{INSERT INTO mallory.pairs VALUES ('(1,2)', '{1,2}'), ('(1,3)', '{3}')},
	q{INSERT INTO mallory.pairs SELECT '(1,2)', '{1,2}' FROM item WHERE a = 17},
	q{UPDATE mallory.pairs SET p = '(1,2)', l[1:2] = '{1,2}' WHERE l = '{4}'},
	q{DELETE FROM mallory.pairs WHERE p = '(1,2)'::mallory.pair});

push @literals, (
	q{SELECT * FROM item WHERE a = (SELECT x FROM JSON_TABLE('[{"x": 19}]', '$[*]' COLUMNS (x integer PATH '$.x' DEFAULT '7' ON EMPTY)) AS t)},
	q{SELECT * FROM item, JSON_TABLE('[{"x": 20}]', '$[*]' COLUMNS (x mallory.checked PATH '$.x')) AS t WHERE a = t.x},
	q{SELECT * FROM item WHERE a = JSON_VALUE('{"x": 21}', '$.x' RETURNING integer DEFAULT '5' ON EMPTY)},
	q{SELECT JSON_VALUE('{"x": 1}', '$.y' RETURNING mallory.checked DEFAULT '5' ON EMPTY) FROM item WHERE a = 22},
	q{SELECT JSON_QUERY('{"x": 1}', '$' RETURNING mallory.pair DEFAULT '(1,2)' ON EMPTY) FROM item WHERE a = 23},
	q{SELECT * FROM item WHERE a = 24 AND JSON_EXISTS('{"x": 1}', '$.x ? (@ > $limit)' PASSING '1' AS "limit")})
  if $node->pg_version >= 17;

# COPY keeps its literals in pg_stat_statements.
for (1 .. 12)
{
	$node->safe_psql($db, join(';', map { "COPY ($_) TO '/dev/null'" } grep { /^(SELECT|WITH)/ } @literals));
}
$node->safe_psql($db, "SET ROLE mallory; $evil");
foreach my $literal (@literals)
{
	my ($out, $err);

	$literal =~ s/'/''/g;
	$node->psql($db, "SELECT * FROM steward.recommend_indexes(ARRAY['$literal'])", stdout => \$out, stderr => \$err);
	unlike($err, qr/cannot be analysed/, "it is understood: $literal");
}
harmless_ok('a literal in a question');
$offset = -s $node->logfile;
$node->safe_psql($db, 'SELECT steward.refresh()');
$node->safe_psql($db, 'SELECT count(*) FROM steward.statements');
await_rounds();
harmless_ok('a literal in the workload');
is($node->safe_psql($db, q{SELECT count(*) FROM steward.statements WHERE query LIKE 'COPY (%' AND reason IS NOT NULL}), 0,
	'all of it is analysed');

# (e) mallory's own view of things runs nothing with power either
$offset = -s $node->logfile;
$node->safe_psql($db, q{SET ROLE mallory;
	SELECT count(*) FROM steward.recommend_indexes(ARRAY['SELECT * FROM item WHERE a = mallory.planted()']);
	SELECT count(*) FROM steward.statements; SELECT count(*) FROM steward.status();});
harmless_ok("mallory's own question", 'mallory');

# (f) An index would evaluate her function for each row: none is advised on it, nor on constants that she reads
$offset = -s $node->logfile;
$node->safe_psql($db, q{
SET ROLE mallory;
CREATE FUNCTION mallory.twice(integer) RETURNS integer IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN $1 * 2 + mallory.planted() * 0; END';
GRANT EXECUTE ON FUNCTION mallory.twice(integer) TO PUBLIC;
});
is($node->safe_psql($db, qq{SELECT count(*) FROM steward.recommend_indexes(ARRAY[$_])}), 0, "no index on hers: $_")
  foreach (q{'SELECT * FROM item WHERE mallory.twice(a) = 4'}, q{'SELECT * FROM item WHERE abs(mallory.twice(a)) = 4'},
	q{'SELECT * FROM item WHERE a + (''{1,2}''::mallory.checked[])[1] = 4'});
is($node->safe_psql($db, q{SELECT count(*) FROM steward.recommend_indexes(ARRAY['SELECT * FROM item WHERE a + 1 = 4'])}), 1,
	'but one on what is nobody\'s');
harmless_ok('an expression of hers');

# (g) Nor does it run when rows of her table are looked at: statistics and indexes on it call her function
$offset = -s $node->logfile;
$node->safe_psql($db, "SET ROLE mallory; $harmless");
$node->safe_psql($db, q{
SET ROLE mallory;
CREATE TABLE mallory.crop AS SELECT i AS id, i % 2000 AS a, i % 7 AS b, repeat('x', 100) AS pad FROM generate_series(1, 20000) AS i;
CREATE INDEX ON mallory.crop (b) WHERE b + mallory.planted() = 6;
CREATE STATISTICS mallory.on_crop ON (a + mallory.planted()), b FROM mallory.crop;
ANALYZE mallory.crop;
GRANT SELECT ON mallory.crop TO PUBLIC;
});
$node->safe_psql($db, join(';', ('SELECT count(*) FROM mallory.crop WHERE a + 1 = 5', 'SELECT count(*) FROM mallory.crop WHERE a = 5') x 12));
$node->safe_psql($db, "SET ROLE mallory; $evil");
is($node->safe_psql($db, q{SELECT count(*) FROM steward.recommend_indexes(ARRAY['SELECT * FROM mallory.crop WHERE a + 1 = 5', 'SELECT * FROM mallory.crop WHERE a = 5'])}),
	2, 'indexes are advised on her table');
$node->safe_psql($db, 'SELECT steward.refresh()');
await_rounds();
harmless_ok('rows of her table', 'mallory');

# Objects of hers that look like the server's
$offset = -s $node->logfile;
$node->safe_psql($db, q{
SET ROLE mallory;
CREATE FUNCTION mallory.shadow(text) RETURNS regclass LANGUAGE plpgsql AS $$
BEGIN RAISE LOG 'shadow runs as %', current_user; RETURN NULL; END $$;
CREATE FUNCTION mallory.to_regclass(text) RETURNS regclass LANGUAGE sql AS 'SELECT mallory.shadow($1)';
CREATE FUNCTION mallory.current_setting(text) RETURNS text LANGUAGE sql AS 'SELECT mallory.shadow($1)::text';
CREATE FUNCTION mallory.has_table_privilege(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT mallory.shadow($1) IS NULL';
CREATE FUNCTION mallory.text_equals(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT mallory.shadow($1) IS NULL';
CREATE FUNCTION mallory.oid_equals(oid, oid) RETURNS boolean LANGUAGE sql AS $$SELECT mallory.shadow('x') IS NULL$$;
CREATE OPERATOR mallory.= (LEFTARG = text, RIGHTARG = text, FUNCTION = mallory.text_equals);
CREATE OPERATOR mallory.= (LEFTARG = oid, RIGHTARG = oid, FUNCTION = mallory.oid_equals);
CREATE VIEW mallory.pg_database AS SELECT 0::oid AS oid, mallory.shadow('x')::name AS datname;
CREATE VIEW mallory.pg_index AS SELECT 0::oid AS indexrelid, mallory.shadow('x')::oid AS indrelid;
});
foreach my $who ('mallory', 'none')
{
	$node->safe_psql($db, qq{
SET ROLE $who;
SET search_path = mallory, pg_catalog, public;
SELECT pg_catalog.count(*) FROM steward.recommend_indexes(ARRAY['SELECT * FROM public.item WHERE b = 3 ORDER BY id']);
SELECT pg_catalog.count(*) FROM steward.recommend_indexes();
SELECT pg_catalog.count(*) FROM steward.statements;
SELECT pg_catalog.count(*) FROM steward.status();});
}
$node->safe_psql($db, q{SET search_path = mallory, pg_catalog, public;
	SELECT pg_catalog.count(*) FROM steward.refresh();
	SELECT steward.exclude('mallory.%', 'not ours'); SELECT steward.remove_exclusion('mallory.%');
	SELECT steward.explain_recommendation(pg_catalog.min(id)) FROM steward.actions;});
unlike(slurp_file($node->logfile, $offset), qr/shadow runs as [a-z]/,
	 'no function, operator or view on a search_path stands in for those of the server');

# In the predicate of an index, whose type has become another one since it was advised
$node->safe_psql($db, q{
SET ROLE mallory;
CREATE TYPE mallory.mood AS ENUM ('(1,2)', 'good');
CREATE TABLE mallory.task (id integer, a integer, mood mallory.mood);
INSERT INTO mallory.task SELECT i, i % 100000, 'good' FROM generate_series(1, 100000) AS i;
ANALYZE mallory.task;
});
run_workload($node, $db, role => 'mallory', query => 'SELECT count(*) FROM mallory.task WHERE a = %d');
$node->safe_psql($db, 'SELECT steward.refresh()');

my $partial = $node->safe_psql($db, q{SELECT id FROM steward.actions WHERE relation = 'mallory.task'::regclass AND kind = 'create_index' AND status = 'proposed'});

# No round writes the action anew.
$node->append_conf('postgresql.conf', "pg_steward.mode = observe\n");
$node->reload;
$node->poll_query_until($db, "SELECT current_setting('pg_steward.mode') = 'observe'");
await_steward($node, $db);
$node->safe_psql($db, qq{
UPDATE steward.actions SET arguments = arguments || jsonb_build_object('predicate',
	jsonb_build_object('sql', \$\$mood = '(1,2)'::mallory.mood\$\$, 'name', 'mood', 'column', 3, 'private', false)) WHERE id = $partial;
SET ROLE mallory;
ALTER TYPE mallory.mood RENAME TO was_mood;
CREATE TYPE mallory.mood AS (x mallory.checked, y integer);
});
$offset = -s $node->logfile;
refused($node, $db, "CALL steward.apply($partial)", '42883', qr/operator does not exist|does not allow it/, 'an index whose predicate has become another one');
harmless_ok('a constant in a predicate', 'mallory');
$node->append_conf('postgresql.conf', "pg_steward.mode = advise\n");
$node->reload;

# One that does not end is ended, and said to be so
$node->append_conf('postgresql.conf', "pg_steward.planning_timeout = 500ms\n");
$node->reload;
$node->poll_query_until($db, "SELECT current_setting('pg_steward.planning_timeout') = '500ms'")
  or BAIL_OUT('the setting does not change');
$node->safe_psql($db, q{
SET ROLE mallory;
CREATE FUNCTION mallory.endless() RETURNS integer IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN 7; END'});
run_workload($node, $db, role => 'mallory', query => 'SELECT count(*) FROM item WHERE b = mallory.endless() AND a > %d');
$node->safe_psql($db, q{
SET ROLE mallory;
CREATE OR REPLACE FUNCTION mallory.endless() RETURNS integer IMMUTABLE LANGUAGE plpgsql AS 'BEGIN LOOP END LOOP; END'});

my $started = time;
my $result = $node->safe_psql($db, 'SELECT not_analyzable, summary FROM steward.refresh()');

cmp_ok(time - $started, '<', 20, 'a function without end does not hold refresh() up');
like($result, qr/^[1-9]\d*\|.*not analysable/, 'its statement is counted as not analysable');
is($node->safe_psql($db, q{SELECT count(*) FROM steward.statements WHERE query LIKE 'SELECT%endless()%'
		AND reason = 'planning took longer than 500 ms'}),
	1, 'steward.statements names the reason');
refused($node, $db, q{SET ROLE mallory; SELECT * FROM steward.recommend_indexes(ARRAY['SELECT * FROM item WHERE b = mallory.endless()'])},
	'\w{5}', qr/planning took longer than 500 ms/, 'a question whose planning does not end');
is($node->safe_psql($db, "SELECT 1"), 1, 'the server is well');
ok( $node->poll_query_until($db, "SELECT count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'pg_steward'"),
	'and so is the steward');

$node->stop;
unlike(slurp_file($node->logfile), qr/terminated by signal|PANIC|TRAP/, 'no process crashed');
done_testing();
