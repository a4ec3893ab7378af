
# Hazards 9 and 11: an action that is interrupted leaves nothing behind: cancelled, terminated,
# killed together with the server, or kept from its lock.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use StewardCluster;
use Test::More;

my $node = new_steward('interrupted', q{
restart_after_crash = on
pg_steward.lock_timeout = 60s
});
my $db = 'postgres';
my ($call, $holder, $worker);

$node->start;
make_item($node, $db);
await_steward($node, $db);

my $id = propose($node, $db);
my $index = $node->safe_psql($db, "SELECT target FROM steward.actions WHERE id = $id");

# start_held(CALL): the action at work, held back by somebody's old snapshot.
sub start_held
{
	my ($sql, $phase) = @_;

	$holder = hold_snapshot($node, $db);
	$call = background_call($node, $db, $sql);
	$worker = action_worker($node, $db, $phase || 'waiting for old snapshots');
	return;
}

sub journal_has
{
	my ($condition, $name) = @_;

	ok( $node->poll_query_until($db, "SELECT count(*) > 0 FROM steward.journal WHERE action = $id AND $condition"),
		$name);
	return;
}

# Somebody who waits for the table has it before the outcome can be looked at
start_held("CALL steward.apply($id)");

my $locker = $node->background_psql($db);

$locker->query_until(qr/begun/, "\\echo begun\nBEGIN;\nLOCK TABLE item;\n");
$node->poll_query_until($db, "SELECT count(*) = 1 FROM pg_locks WHERE relation = 'item'::regclass AND mode = 'AccessExclusiveLock' AND NOT granted");
$holder->query_safe('COMMIT');
$node->poll_query_until($db, "SELECT count(*) = 1 FROM pg_locks WHERE relation = 'item'::regclass AND mode = 'AccessExclusiveLock' AND granted");
ok($node->poll_query_until($db, "SELECT count(*) = 1 FROM pg_locks WHERE relation = 'item'::regclass AND NOT granted AND pid = $worker"),
	'a table that is locked is waited for');
is(status_of($node, $db, $id), 'running', 'and not taken for one that is gone');
$locker->query_safe('COMMIT');
$locker->quit;
await_status($node, $db, $id, 'verifying');
is_index($node, $db, $index, 'valid', 'the index that was built is found');
$call->{run}->finish;
$holder->quit;
$node->safe_psql($db, "CALL steward.revert($id)");

# Somebody's DDL waits for the table with a snapshot, for which the build would wait, too
$holder = $node->background_psql($db);
$holder->query_safe('BEGIN; UPDATE item SET a = a WHERE id = 1');
$call = background_call($node, $db, "CALL steward.apply($id)");
$worker = action_worker($node, $db, 'waiting for writers before build');

my $altering = background_call($node, $db, 'ALTER TABLE item SET (autovacuum_vacuum_scale_factor = 0.3)');

$node->poll_query_until($db, "SELECT count(*) = 1 FROM pg_locks WHERE relation = 'item'::regclass AND mode = 'ShareUpdateExclusiveLock' AND NOT granted");
$holder->query_safe('COMMIT');
$holder->quit;
$altering->{run}->finish;
is($altering->{err}, '', 'of a deadlock with somebody it is the build that gives way');
await_status($node, $db, $id, 'verifying');
is_index($node, $db, $index, 'valid', 'and is done once he is ready');
$call->{run}->finish;
$node->safe_psql($db, "CALL steward.revert($id)");

# Cancelled
start_held("CALL steward.apply($id)");
is_index($node, $db, $index, 'invalid', 'there is an index at work');
$node->safe_psql($db, "SELECT pg_cancel_backend($worker)");
await_status($node, $db, $id, 'failed');
is_index($node, $db, $index, 'absent', 'a cancelled build leaves no index, while the old snapshot is still there');
like(last_error($node, $db, $id), qr/^57014 canceling statement/, 'the journal tells the cancel');
$call->{run}->finish;
like($call->{err}, qr/ERROR:  57014: action $id failed\nDETAIL:  The reason is: canceling statement/, 'and so does the waiting call');
$holder->quit;

# Cancelled by somebody on call, who is no superuser; who waits for it leaves before
$node->safe_psql($db, 'CREATE ROLE oncall IN ROLE steward_admin');
start_held("CALL steward.apply($id)");
$node->safe_psql($db, q{SELECT pg_cancel_backend(pid) FROM pg_stat_activity
	WHERE backend_type = 'client backend' AND query LIKE 'CALL steward.apply%' AND pid <> pg_backend_pid()});
$call->{run}->finish;
like($call->{err}, qr/ERROR:  57014: .*\nDETAIL:  Action $id goes on without you\.\nHINT:  CALL steward\.cancel\($id\); ends it/,
	'who cancels his call learns that the work goes on');
is(status_of($node, $db, $id), 'running', 'which it does');

my $shown = $node->safe_psql($db, q{SET ROLE oncall; SELECT state || ' ' || message || ' ' || command FROM steward.status()});

like($shown, qr/^NOW action $id, create_index public\.item_a_idx: running since .*, building index: waiting .* CALL steward\.cancel\($id\);$|^NOW action $id, .*waiting for old snapshots.* CALL steward\.cancel\($id\);$/m,
	'status() shows what runs');
like($shown, qr/^WHO the action waits for process \d+ \(.*, idle in transaction since .*\) SELECT pg_terminate_backend\(\d+\)/m,
	'and whom it waits for');
unlike($node->safe_psql($db, q{SET ROLE pg_read_all_settings; SELECT state FROM steward.status()}), qr/NOW|WHO/,
	'to those who may know');

my ($ret, $out, $err) = $node->psql($db, 'SET ROLE oncall', extra_params => [ '-c', 'SET ROLE oncall', '-c', "CALL steward.cancel($id)" ]);

like($err, qr/NOTICE:  action $id: its status is failed/, 'a member of steward_admin may cancel it');
is_index($node, $db, $index, 'absent', 'and nothing is left of it');
is(last_error($node, $db, $id), '57014 cancelled by oncall', 'the journal names who it was');
is($node->safe_psql($db, "SELECT status || ' ' || trouble FROM steward.recommendations WHERE id = $id"),
	'failed cancelled by oncall', 'and so do the recommendations');
refused($node, $db, "CALL steward.cancel($id)", '55000', qr/action $id is not at work.*"failed"/s, 'cancel of what is not at work');
$node->safe_psql($db, 'CREATE ROLE nobody');
refused($node, $db, "SET ROLE nobody; CALL steward.cancel($id)", '42501', qr/permission denied/, 'cancel by anybody');
$holder->quit;

# Taken out of the queue
$node->safe_psql($db, "UPDATE steward.actions SET status = 'queued', not_before = now() + interval '1 hour' WHERE id = $id");
$node->safe_psql($db, "CALL steward.cancel($id)");
is(status_of($node, $db, $id), 'proposed', 'what is in the queue is only proposed then');

# Terminated: the worker does not come to writing it down, the steward does
start_held("CALL steward.apply($id)");
$node->safe_psql($db, "SELECT pg_terminate_backend($worker)");
await_status($node, $db, $id, 'failed');
is_index($node, $db, $index, 'absent', 'a terminated build leaves no index');
journal_has(q{to_status = 'failed' AND (sqlstate = '57P01' OR error LIKE 'the worker or the server ended%')},
	'the journal tells that the worker ended');
$call->{run}->finish;
like($call->{err}, qr/ERROR:  .*action $id failed/, 'the waiting call ends');
$holder->quit;

# Killed, and the server with it
start_held("CALL steward.apply($id)");
my $started = $node->safe_psql($db, 'SELECT pg_postmaster_start_time()');
my $offset = -s $node->logfile;

kill 'KILL', $worker;
$call->{run}->finish;
$node->wait_for_log(qr/database system is ready to accept connections/, $offset);
$holder->{run}->finish;
ok( $node->poll_query_until($db, "SELECT status = 'failed' FROM steward.actions WHERE id = $id"),
	'after a crash the steward settles what was running');
is_index($node, $db, $index, 'absent', 'and removes the index that was left');
like(last_error($node, $db, $id), qr/^55000 the worker or the server ended during the work/, 'the journal tells why');

# A crash when the index was done already, but nobody had written it down
$node->safe_psql($db, "CALL steward.apply($id)");
$node->safe_psql($db, "UPDATE steward.actions SET status = 'running' WHERE id = $id");
await_status($node, $db, $id, 'verifying');
is_index($node, $db, $index, 'valid', 'what was done is found to be done');

# A cancelled revert leaves what it was to drop, or has it dropped; nothing in between
$holder = $node->background_psql($db);
$holder->query_safe('BEGIN; SELECT count(*) FROM item');
$call = background_call($node, $db, "CALL steward.revert($id)");
$node->poll_query_until($db, q{SELECT count(*) = 1 FROM pg_stat_activity
	WHERE backend_type LIKE 'pg_steward action%' AND wait_event_type = 'Lock'});
$node->safe_psql($db, q{SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE backend_type LIKE 'pg_steward action%'});
$holder->query_safe('COMMIT');
$holder->quit;
ok( $node->poll_query_until($db, "SELECT status IN ('verifying', 'taken_back') FROM steward.actions WHERE id = $id"),
	'a cancelled revert ends');
is( $node->safe_psql($db, qq{SELECT status || ' ' || coalesce((SELECT indisvalid FROM pg_index
		WHERE indexrelid = to_regclass('$index')), false) FROM steward.actions WHERE id = $id}),
	status_of($node, $db, $id) eq 'verifying' ? 'verifying true' : 'taken_back false',
	'and status and index agree');
$call->{run}->finish;
$node->psql($db, "CALL steward.revert($id)") if status_of($node, $db, $id) eq 'verifying';
is_index($node, $db, $index, 'absent', 'nothing is left of it');

# A lock that cannot be had: tried again so often, then failed
$node->append_conf('postgresql.conf', "pg_steward.lock_timeout = 100ms\npg_steward.lock_retries = 1\n");
$node->reload;
$holder = $node->background_psql($db);
$holder->query_safe('BEGIN; LOCK TABLE item IN ROW EXCLUSIVE MODE');
$offset = -s $node->logfile;
refused($node, $db, "CALL steward.apply($id)", '55P03', qr/action $id failed.*a lock was not to be had within/s,
	'a build that gets no lock');
is(status_of($node, $db, $id), 'running', 'it is at work until the index that is left can be removed');
refused($node, $db, "CALL steward.apply($id)", '55000', qr/action $id cannot be applied.*at work/s, 'and not to be applied meanwhile');

my $log = slurp_file($node->logfile, $offset);

is(scalar(() = $log =~ /waits for it; trying again/g), 1, 'after pg_steward.lock_retries tries');
is(scalar(() = $log =~ /action $id starts: /g), 1, 'of one start');
$holder->query_safe('COMMIT');
$holder->quit;
await_status($node, $db, $id, 'failed');
is_index($node, $db, $index, 'absent', 'no invalid index stays once the lock is free');
like(last_error($node, $db, $id), qr/^55P03 a lock was not to be had within/, 'the journal still tells why');
like($node->safe_psql($db, "SELECT steward.explain_recommendation($id)"), qr/^NOW    It failed: a lock was not to be had within/m, 'so does its page');
cmp_ok($node->safe_psql($db, "SELECT count(*) FROM steward.journal WHERE action = $id AND from_status = to_status AND worker_pid IS NOT NULL"),
	'<=', 1, 'and does not repeat itself');
$node->safe_psql($db, "CALL steward.apply($id)");
is(status_of($node, $db, $id), 'verifying', 'what failed can be applied again');
is_index($node, $db, $index, 'valid', 'and is there');

# Nobody else's invalid index is touched
$node->safe_psql($db, "CALL steward.revert($id)");
$node->safe_psql($db, "CREATE INDEX item_a_idx ON item (a); UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'item_a_idx'::regclass");
refused($node, $db, "CALL steward.apply($id)", '55000', qr/a relation public.item_a_idx exists already/, 'a name that is taken');
is_index($node, $db, $index, 'invalid', "somebody else's invalid index stays");

$node->stop;
done_testing();
