
# steward.stop(): everything ends within two seconds, nothing starts, and so
# it stays over a restart until steward.start().

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use StewardCluster;
use Test::More;

my $node = new_steward('stop', "pg_steward.workload_interval = 1s\n");
my $db = 'postgres';

sub await_waiting_warning
{
	my ($pattern, $name) = @_;

	like($node->safe_psql($db, "SELECT state || ' ' || message || ' ' || command FROM steward.status()"), $pattern, $name);
	return;
}

$node->start;
make_item($node, $db);
await_steward($node, $db);

my $id = propose($node, $db);
my $index = $node->safe_psql($db, "SELECT target FROM steward.actions WHERE id = $id");

refused($node, $db, "SELECT steward.stop('  ')", '22023', qr/the reason must not be empty/, 'stop without a reason');

# A running build is cancelled and cleaned up, and one in the queue stays there
my $holder = hold_snapshot($node, $db);
my $call = background_call($node, $db, "CALL steward.apply($id)");

action_worker($node, $db, 'waiting for old snapshots');

# By the server's clock: it does not count how fast psql starts
my $seconds = $node->safe_psql($db, qq{
SET statement_timeout = '${PostgreSQL::Test::Utils::timeout_default}s';
SELECT clock_timestamp() AS before \\gset
SELECT steward.stop('an incident') AS x \\gset
DO \$\$ BEGIN LOOP
	COMMIT;
	PERFORM pg_stat_clear_snapshot();
	EXIT WHEN NOT EXISTS (SELECT FROM pg_stat_activity WHERE backend_type LIKE 'pg_steward action%')
		AND EXISTS (SELECT FROM steward.actions WHERE id = $id AND status = 'failed');
	PERFORM pg_sleep(0.02);
END LOOP; END \$\$;
SELECT extract(epoch FROM clock_timestamp() - :'before');});

cmp_ok($seconds, '<', 2, 'a running build is cancelled within 2 seconds');
is_index($node, $db, $index, 'absent', 'and its index removed');
$call->{run}->finish;
like($call->{err}, qr/ERROR:  57014: action $id failed/, 'the waiting call ends');
like(last_error($node, $db, $id), qr/^57014 the steward was stopped by \S+: an incident$/, 'the journal says what ended it');
$holder->query_safe('COMMIT');
$holder->quit;

# Nothing starts
refused($node, $db, "CALL steward.apply($id)", '55000',
	qr/the steward is stopped.*stopped by \S+: an incident.*SELECT steward\.start\(\)/s, 'apply');
refused($node, $db, 'CALL steward.tune()', '55000', qr/the steward is stopped/, 'tune')
  if $node->safe_psql($db, "SELECT count(*) FROM steward.actions WHERE status IN ('proposed', 'approved')") > 0;
await_waiting_warning(qr/^WARN stopped by \S+: an incident SELECT steward\.start\(\);$/m, 'status() says so');

# An action that was in the queue stays there; the workload is not noted
$node->safe_psql($db, "UPDATE steward.actions SET status = 'queued' WHERE id = $id");

my $noted = $node->safe_psql($db, 'SELECT max(until) FROM steward.statement_history');
my $offset = -s $node->logfile;

$node->restart;
await_waiting_warning(qr/^WARN stopped by \S+: an incident/m, 'it survives a restart');
refused($node, $db, "CALL steward.apply($id)", '55000', qr/the steward is stopped/, 'apply after the restart');
$node->wait_for_log(qr/database system is ready to accept connections/, $offset);
is(status_of($node, $db, $id), 'queued', 'what was in the queue waits');
is($node->safe_psql($db, 'SELECT max(until) FROM steward.statement_history'), $noted, 'no workload is noted');

# Advice is still there for those who ask
is($node->safe_psql($db, q{SELECT count(*) FROM steward.recommend_indexes(ARRAY['SELECT * FROM item WHERE a = 1'])}),
	1, 'advice on queries is given all the same');

# And on it goes
$node->safe_psql($db, 'SELECT steward.start()');
await_status($node, $db, $id, 'verifying');
is_index($node, $db, $index, 'valid', 'after start() what waited is done');
unlike($node->safe_psql($db, 'SELECT message FROM steward.status()'), qr/stopped/, 'status() is content');
$node->restart;
unlike($node->safe_psql($db, 'SELECT message FROM steward.status()'), qr/stopped/, 'also after a restart');
await_steward($node, $db);
is($node->safe_psql($db, 'SELECT steward.start()'), '', 'start() again does no harm');

# What could not be removed before the server went down is removed though it is stopped
$node->safe_psql($db, "CALL steward.revert($id)");
$node->safe_psql($db, 'INSERT INTO item VALUES (1000000, 1, 1)');
$holder = $node->background_psql($db);
$holder->query_safe('BEGIN; UPDATE item SET b = 2 WHERE id = 1000000');
$node->safe_psql($db, "CALL steward.apply($id, wait => false)");
action_worker($node, $db, 'waiting for writers before build');
$node->safe_psql($db, q{SELECT steward.stop('another incident')});
$node->stop('immediate');
eval { $holder->quit; };
$node->start;
ok($node->poll_query_until($db, "SELECT status = 'failed' AND to_regclass('$index') IS NULL FROM steward.actions WHERE id = $id"),
	'an invalid index that a crash left is removed though it is stopped');
$node->safe_psql($db, 'SELECT steward.start()');

# Not for everybody
$node->safe_psql($db, 'CREATE ROLE nobody');
refused($node, $db, "SET ROLE nobody; SELECT steward.stop('mischief')", '42501', qr/permission denied/, 'stop by anybody');
$node->safe_psql($db, "GRANT steward_admin TO nobody; SET ROLE nobody; SELECT steward.stop('mine')");
await_waiting_warning(qr/^WARN stopped by nobody: mine/m, 'a member of steward_admin may, under his name');

$node->stop;
unlike(slurp_file($node->logfile), qr/terminated by signal|PANIC|TRAP/, 'no process crashed');
done_testing();
