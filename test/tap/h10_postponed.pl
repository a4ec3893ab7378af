
# Hazards 10 and 12: what stands in the way of an action: it is postponed where waiting helps, and
# fails with the reason where it does not.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use StewardCluster;
use Test::More;

my $node = new_steward('postponed', q{
max_prepared_transactions = 5
pg_steward.old_transaction_limit = 1s
});
my $db = 'postgres';
my $round = 0;

$node->start;
make_item($node, $db);
await_steward($node, $db);

my $id = propose($node, $db);
my $index = $node->safe_psql($db, "SELECT target FROM steward.actions WHERE id = $id");

sub postponed
{
	my ($pattern, $name) = @_;

	refused($node, $db, "CALL steward.apply($id)", '55000',
		qr/action $id was postponed.*$pattern.*HINT:  Nothing was changed/s, $name);
	is(status_of($node, $db, $id), 'proposed', "$name: it is proposed again");
	is_index($node, $db, $index, 'absent', "$name: no index is there");
	return;
}

sub failed
{
	my ($pattern, $name) = @_;

	refused($node, $db, "CALL steward.apply($id)", '55000', qr/action $id failed.*$pattern/s, $name);
	is(status_of($node, $db, $id), 'failed', "$name: the action says so");
	like(last_error($node, $db, $id), $pattern, "$name: the journal too");
	return;
}

# An old transaction
my $holder = hold_snapshot($node, $db);

$node->poll_query_until($db, q{SELECT count(*) = 1 FROM pg_stat_activity
	WHERE state = 'idle in transaction' AND xact_start < clock_timestamp() - interval '1.1 s'});
postponed(qr/process \d+ \(idle in transaction\) has a transaction open for/, 'an old transaction');
$holder->query_safe('COMMIT');
$holder->quit;

# A prepared transaction
$node->safe_psql($db, q{BEGIN; INSERT INTO item VALUES (0, 0, 0, ''); PREPARE TRANSACTION 'forgotten'});
postponed(qr/transaction "forgotten".*is neither committed nor rolled back/, 'a prepared transaction');
$node->safe_psql($db, "ROLLBACK PREPARED 'forgotten'");

# No space
$node->append_conf('postgresql.conf', "pg_steward.min_free_space = 1000TB\n");
$node->reload;
postponed(qr/are free in ".*", .* are wanted: twice the index, and pg_steward.min_free_space/, 'too little space');
$node->append_conf('postgresql.conf', "pg_steward.min_free_space = 0\n");
$node->reload;
$node->safe_psql($db, "CALL steward.apply($id)");
is(status_of($node, $db, $id), 'verifying', 'once nothing is in the way, it is done');
is(journal_of($node, $db, $id), 'proposed' . ' queued proposed' x 3 . ' queued running verifying',
	'the journal tells it all');

# In the way of a revert
$holder = $node->background_psql($db);
$holder->query_safe('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM item');
$node->poll_query_until($db, q{SELECT count(*) = 1 FROM pg_stat_activity
	WHERE state = 'idle in transaction' AND xact_start < clock_timestamp() - interval '1.1 s'});
refused($node, $db, "CALL steward.revert($id)", '55000', qr/action $id was postponed.*has a transaction open/s,
	'revert with an old transaction');
is(status_of($node, $db, $id), 'verifying', 'what was applied stays applied');
is_index($node, $db, $index, 'valid', 'with its index');
$holder->query_safe('COMMIT');
$holder->quit;
$node->safe_psql($db, "CALL steward.revert($id)");

# The name is taken
$node->safe_psql($db, "CREATE TABLE $index ()");
failed(qr/a relation \S*item_a_idx exists already/, 'a name that is taken');
$node->safe_psql($db, "DROP TABLE $index");

# The column has another name, is gone, the table is in another schema
$node->safe_psql($db, 'ALTER TABLE item RENAME a TO renamed');
failed(qr/the table is not what it was/, 'a column that was renamed');
$node->safe_psql($db, 'ALTER TABLE item RENAME renamed TO a');
$node->safe_psql($db, 'CREATE SCHEMA elsewhere; ALTER TABLE item SET SCHEMA elsewhere');
failed(qr/the table is not what it was/, 'a table in another schema');
$node->safe_psql($db, 'ALTER TABLE elsewhere.item SET SCHEMA public');
$node->safe_psql($db, 'ALTER TABLE item RENAME TO renamed');
failed(qr/the table is not what it was/, 'a table that was renamed')
  if $node->safe_psql($db, "SELECT to_regclass('renamed') IS NULL") eq 't';
$node->safe_psql($db, 'ALTER TABLE renamed RENAME TO item');
$node->safe_psql($db, "CALL steward.apply($id)");
is(status_of($node, $db, $id), 'verifying', 'as it was, it can be done');

# What a person drops is not built again
$node->safe_psql($db, "DROP INDEX $index");
run_workload($node, $db);
$node->safe_psql($db, 'SELECT steward.refresh()');
is(status_of($node, $db, $id), 'dismissed', 'what a person dropped is dismissed');
like($node->safe_psql($db, "SELECT reason FROM steward.actions WHERE id = $id"),
	qr/dropped by somebody else/, 'with the reason');
run_workload($node, $db);
$node->safe_psql($db, 'SELECT steward.refresh()');
is($node->safe_psql($db, "SELECT count(*) FROM steward.recommendations WHERE ddl LIKE '% ON public.item USING btree (a)%'"),
	0, 'and not proposed again');

# Somebody reverts what a person dropped
$node->safe_psql($db, "UPDATE steward.actions SET status = 'kept' WHERE id = $id");
refused($node, $db, "CALL steward.revert($id)", '55000', qr/the index is not there any more/, 'revert of what is gone');

# A dump from another cluster
$node->safe_psql($db, "UPDATE steward.actions SET status = 'proposed', system_identifier = 1 WHERE id = $id");
failed(qr/made in another database or cluster/, 'an action of another cluster');
$node->safe_psql($db, "UPDATE steward.actions SET status = 'proposed', system_identifier =
	(SELECT system_identifier FROM pg_control_system()) WHERE id = $id");

# The table is gone
$node->safe_psql($db, 'DROP TABLE item');
failed(qr/the table is not there any more/, 'a table that was dropped');

$node->stop;
unlike(slurp_file($node->logfile), qr/terminated by signal|PANIC|TRAP/, 'no process crashed');
done_testing();
