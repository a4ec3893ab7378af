
# Hazards 21 and 37: where no worker slot is free the steward says so and goes on,
# what waits is done once there is one, and rounds that no longer succeed are told.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use StewardCluster;
use Test::More;

my $node = new_steward('slots', "max_logical_replication_workers = 0\npg_steward.max_workers = 3\n");
my $db = 'postgres';

sub await_status_line
{
	my ($pattern, $name) = @_;

	ok($node->poll_query_until($db, "SELECT count(*) = 1 FROM steward.status() WHERE state || ' ' || message || ' -- ' || command LIKE '$pattern'"), $name)
		or diag($node->safe_psql($db, 'SELECT state, message, command FROM steward.status()'));
	return;
}

$node->start;
make_item($node, $db);
$node->safe_psql($db, 'CREATE DATABASE other');
$node->safe_psql('other', 'SET client_min_messages = warning; CREATE EXTENSION pg_steward CASCADE;');

# No slot for a steward
$node->adjust_conf('postgresql.conf', 'max_worker_processes', '1');
$node->restart;
$node->wait_for_log(qr/WARNING:.*no background worker slot is free for database ".*"; raise max_worker_processes/);
await_status_line('WARN % no background worker slot was free -- raise max_worker_processes%', 'status() says that no worker slot was free');

# One for one of two databases: the other is told, its turn comes
$node->adjust_conf('postgresql.conf', 'max_worker_processes', '2');
$node->restart;
await_steward($node, $db);
await_status_line('WARN % no background worker slot was free -- %', 'status() says that one is missing');

# None for an action
$node->safe_psql($db, 'DROP DATABASE other');
$node->restart;
await_steward($node, $db);

my $id = propose($node, $db);
my $offset = -s $node->logfile;

$node->safe_psql($db, "CALL steward.apply($id, wait => false)");
$node->wait_for_log(qr/no background worker slot is free for an action; raise max_worker_processes/, $offset);
await_status_line('WARN no background worker slot is free for an action; raise max_worker_processes -- %', 'status() says that an action has no worker');
is(status_of($node, $db, $id), 'queued', 'the action waits');

# None at all
$node->adjust_conf('postgresql.conf', 'max_worker_processes', '0');
$node->restart;
await_status_line('WARN the launcher does not run; is max_worker_processes large enough? -- raise max_worker_processes, then restart',
	'status() says that the launcher does not run');

# Enough again: what waited is done
$node->adjust_conf('postgresql.conf', 'max_worker_processes', '16');
$node->restart;
await_status($node, $db, $id, 'verifying');
await_status_line('SEEN 1 action done, whose effect is being measured -- %', 'status() says what is being measured');

# Builds at the same time in no more databases than pg_steward.max_workers
my %builds = ($db => $id);

$node->adjust_conf('postgresql.conf', 'pg_steward.max_workers', '2');
$node->reload;
$node->safe_psql($db, "CALL steward.revert($id)");
foreach my $database ('one', 'two')
{
	$node->safe_psql($db, "CREATE DATABASE $database");
	make_item($node, $database);
}
$builds{$_} = propose($node, $_) foreach 'one', 'two';

my %holders = map { $_ => hold_snapshot($node, $_) } keys %builds;

$node->safe_psql($_, "CALL steward.apply($builds{$_}, wait => false)") foreach sort keys %builds;

my $at_work = q{SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'pg_steward action'};

ok($node->poll_query_until($db, q{SELECT count(*) = 2 FROM pg_stat_progress_create_index WHERE phase = 'waiting for old snapshots'}), 'two databases build');

my ($waiting) = grep { status_of($node, $_, $builds{$_}) eq 'queued' } sort keys %builds;

ok(defined $waiting, 'the third waits');
$holders{$waiting}->query_safe('COMMIT');
is($node->safe_psql($db, $at_work), 2, 'for its turn, not for a snapshot');
foreach my $database (grep { $_ ne $waiting } sort keys %builds)
{
	$holders{$database}->query_safe('COMMIT');
	await_status($node, $database, $builds{$database}, 'verifying');
	cmp_ok($node->safe_psql($db, $at_work), '<=', 2, 'never more than two at once');
}
await_status($node, $waiting, $builds{$waiting}, 'verifying');
$_->quit foreach values %holders;
foreach my $database ('one', 'two')
{
	$node->safe_psql($db, "DROP DATABASE $database");
}

# Rounds that fail: after three intervals it is no chance any more
$node->adjust_conf('postgresql.conf', 'pg_steward.round_interval', '1s');
$node->safe_psql($db, 'ALTER TABLE steward.verdicts RENAME TO verdicts_away');
$node->reload;
await_status_line('WARN the last round that succeeded is older than three times pg_steward.round_interval: % -- SELECT summary FROM steward.refresh();%',
	'status() says that rounds do not succeed');
await_status_line('WARN could not renew the advice: % -- it tries again by itself%', 'and why');
$node->safe_psql($db, 'ALTER TABLE steward.verdicts_away RENAME TO verdicts');
ok($node->poll_query_until($db, q{SELECT count(*) = 0 FROM steward.status() WHERE state = 'WARN'}), 'when they do again, all is well')
	or diag($node->safe_psql($db, 'SELECT state, message, command FROM steward.status()'));

$node->stop;
unlike(slurp_file($node->logfile), qr/terminated by signal/, 'no process crashed');
done_testing();
