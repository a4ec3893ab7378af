
# Verification: what helped is kept and what hurt is taken back by itself, with
# the figures; what made everything slower is blamed on nobody.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use StewardCluster;
use Test::More;

my $node = new_steward('verify', "max_parallel_workers_per_gather = 0\npg_steward.index_max_columns = 1\npg_steward.retry_after = 30d");
my $db = 'postgres';

# Runs a statement so often, with numbers for %d.
sub run_often
{
	my ($statement, $times) = @_;

	# What a new server process does first is not the statement's own.
	$node->safe_psql($db, join("\n", 'SELECT count(pad), min(id), pause() FROM helped WHERE id < 9;',
		'SELECT count(*), min(id), pause() FROM other WHERE id < 9;',
		'SELECT count(pad) FROM hurt WHERE grp <> grp;',
		map { $statement =~ s/%d/$_/r . ';' } 1 .. $times));
	return;
}

sub set_conf
{
	my ($name, $value) = @_;

	$node->adjust_conf('postgresql.conf', $name, $value);
	$node->reload;
	return;
}

# Works on until the action has that status.
sub work_until
{
	my ($id, $status, $work) = @_;
	my $give_up = time + $PostgreSQL::Test::Utils::timeout_default;

	do { $work->() } until status_of($node, $db, $id) eq $status || time > $give_up;
	is(status_of($node, $db, $id), $status, "the action becomes $status") or diag($node->safe_psql($db,
		"SELECT observed FROM steward.actions WHERE id = $id"));
	return;
}

# Applies what is advised for a table.
sub apply_for
{
	my ($table) = @_;

	$node->safe_psql($db, 'SELECT steward.refresh()');

	my $id = $node->safe_psql($db, "SELECT id FROM steward.actions WHERE relation = '$table'::regclass AND kind = 'create_index' AND status = 'proposed'");

	like($id, qr/^\d+$/, "an index is advised for $table") or BAIL_OUT("nothing to verify on $table");
	$node->safe_psql($db, "CALL steward.apply($id)");
	is(status_of($node, $db, $id), 'verifying', 'it is applied');
	return $id;
}

# Waits until the steward has gone through a round that began after this moment:
# what is advised in one shows that it has ended, and in the second that the
# one before it was whole.
sub await_round
{
	foreach my $table ('first_mark', 'second_mark')
	{
		run_often("SELECT count(*) FROM $table WHERE id = %d", 15);
		$node->poll_query_until($db, "SELECT count(*) > 0 FROM steward.actions WHERE relation = '$table'::regclass AND kind = 'create_index'")
			or BAIL_OUT('no round');
	}
	return;
}

sub measured
{
	my ($id, $field, $status) = @_;

	return $node->safe_psql($db, "SELECT measured ->> '$field' FROM steward.journal"
		. " WHERE action = $id AND to_status = '$status' AND measured ? 'verdict'");
}

$node->start;
$node->safe_psql($db, q{
SET client_min_messages = warning;
CREATE EXTENSION pg_steward CASCADE;
CREATE TABLE helped (id integer, a integer, pad text);
INSERT INTO helped SELECT i, i % 5000, repeat('p', 80) FROM generate_series(1, 70000) AS i;
CREATE TABLE hurt (at integer, grp integer, pad text);
INSERT INTO hurt
SELECT n, n / 10000, repeat('p', 80) FROM (SELECT i * 7919 % 100003 AS n FROM generate_series(1, 100000) AS i) AS s;
CREATE TABLE other (id integer, a integer);
INSERT INTO other SELECT i, i FROM generate_series(1, 20000) AS i;
CREATE TABLE first_mark AS SELECT i AS id, repeat('p', 80) AS pad FROM generate_series(1, 30000) AS i;
CREATE TABLE second_mark AS TABLE first_mark;
CREATE TABLE pause (seconds float8 NOT NULL);
INSERT INTO pause VALUES (0);
ANALYZE;
CREATE FUNCTION pause() RETURNS void LANGUAGE sql AS 'SELECT pg_sleep(seconds) FROM pause';
});
await_steward($node, $db);

# They take less than what the index is for, so that the pause is a greater share of them.
my @controls = ('SELECT count(*) FROM other', 'SELECT max(a), pause() FROM other', 'SELECT min(a), pause() FROM other',
	'SELECT sum(a), pause() FROM other', 'SELECT avg(a), pause() FROM other');

# What helps is kept; but not while all statements are slower than before.
run_often('SELECT count(pad), pause() FROM helped WHERE a = %d', 40);
run_often($_, 40) foreach @controls;

my $id = apply_for('helped');
my $work = sub { run_often('SELECT count(pad), pause() FROM helped WHERE a = %d', 20) };

$node->safe_psql($db, 'UPDATE pause SET seconds = 0.01');
set_conf('pg_steward.round_interval', '1s');
run_often($_, 15) foreach @controls;
$work->() for 1 .. 3;
await_round();
is(status_of($node, $db, $id), 'verifying', 'what makes everything slower leads to no verdict');
$node->safe_psql($db, 'UPDATE pause SET seconds = 0');
work_until($id, 'kept', sub { run_often('SELECT count(pad), pause() FROM helped WHERE a = %d', 500) });
cmp_ok(measured($id, 'mean_ms_after', 'kept'), '<', measured($id, 'mean_ms_before', 'kept'), 'with its times before and after');
cmp_ok(measured($id, 'saved_ms', 'kept'), '>', 0, 'and what it saved');
cmp_ok(measured($id, 'controls', 'kept'), '>=', 4, 'beside statements on other tables');
like(slurp_file($node->logfile), qr/action $id is kept: the statements that it serves became faster/, 'the log says so');
set_conf('pg_steward.round_interval', '1d');

# What hurts is taken back.  The planner takes groups to be spread over all times,
# and so one row of the last group to be found soon; it is behind all others.
run_often('SELECT pad FROM hurt WHERE grp = 9 ORDER BY at LIMIT 1', 40);

$id = apply_for('hurt');

my $index = $node->safe_psql($db, "SELECT target FROM steward.actions WHERE id = $id");

is_index($node, $db, $index, 'valid', 'the index is there');
set_conf('pg_steward.round_interval', '1s');
work_until($id, 'taken_back', sub { run_often('SELECT pad FROM hurt WHERE grp = 9 ORDER BY at LIMIT 1', 20) });
is_index($node, $db, $index, 'absent', 'the index is gone');
is(measured($id, 'verdict', 'revert_queued'), 'taken back', 'the journal has the verdict');
like(measured($id, 'reason', 'revert_queued'), qr/became slower/, 'why');
cmp_ok(measured($id, 'saved_ms', 'revert_queued'), '<', 0, 'and what was lost');
like(slurp_file($node->logfile), qr/action $id is to be taken back: the statements that it should serve became slower/, 'so does the log');

# It is not tried again at once, though the statement goes on
run_often('SELECT pad FROM hurt WHERE grp = 9 ORDER BY at LIMIT 1', 40);
$node->safe_psql($db, 'SELECT steward.refresh()');
is(status_of($node, $db, $id), 'taken_back', 'it is not advised again');
set_conf('pg_steward.retry_after', '0');
$node->poll_query_until($db, "SELECT (steward.refresh()).proposed >= 0 AND status IN ('proposed', 'withheld') FROM steward.actions WHERE id = $id")
	or fail('not advised again');
pass('after pg_steward.retry_after it is');
set_conf('pg_steward.retry_after', '30d');

# An index that was dropped comes back when a statement on its table becomes slower, which is
# planted here: the other index does the same.
set_conf('pg_steward.round_interval', '1d');
$node->safe_psql($db, q{
CREATE TABLE twice (a integer, pad text);
INSERT INTO twice SELECT i, repeat('p', 80) FROM generate_series(1, 20000) AS i;
CREATE INDEX one ON twice (a);
CREATE INDEX two ON twice (a);
COMMENT ON INDEX one IS 'the first';
COMMENT ON INDEX two IS 'the second';
VACUUM ANALYZE twice;
CREATE TABLE brake (seconds float8 NOT NULL);
INSERT INTO brake VALUES (0.001);
CREATE FUNCTION brake() RETURNS void LANGUAGE sql AS 'SELECT pg_sleep(seconds) FROM brake';
});
run_often('SELECT count(pad), brake() FROM twice WHERE a = %d', 40);
$node->safe_psql($db, 'SELECT steward.refresh()');
$id = $node->safe_psql($db, "SELECT id FROM steward.actions WHERE relation = 'twice'::regclass AND kind = 'drop_index'");
$index = $node->safe_psql($db, "SELECT target FROM steward.actions WHERE id = $id");

my $about = "SELECT pg_get_indexdef(i) || obj_description(i, 'pg_class') FROM to_regclass('$index') AS i";
my $was = $node->safe_psql($db, $about);

$node->safe_psql($db, "CALL steward.apply($id)");
is_index($node, $db, $index, 'absent', 'a duplicate is dropped');
$node->safe_psql($db, 'UPDATE brake SET seconds = 0.01');
set_conf('pg_steward.round_interval', '1s');
work_until($id, 'taken_back', sub { run_often('SELECT count(pad), brake() FROM twice WHERE a = %d', 20) });
is($node->safe_psql($db, $about), $was, 'it is back, as it was, with its comment');
like(measured($id, 'reason', 'revert_queued'), qr/1 statement became slower without it/, 'and the journal says why');

$node->stop;
done_testing();
