
# Hazard 34: where a synchronous standby is gone, the commits of people wait, but
# neither those of the steward, nor who shuts the server down.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use StewardCluster;
use Test::More;

my $node = new_steward('primary', "pg_steward.workload_interval = 1s\npg_steward.round_interval = 1s\n", allows_streaming => 1);
my $standby = PostgreSQL::Test::Cluster->new('standby');
my $db = 'postgres';

$node->start;
make_item($node, $db);
await_steward($node, $db);

my $id = propose($node, $db);

$node->backup('base');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;
$node->append_conf('postgresql.conf', "synchronous_standby_names = 'standby'\n");
$node->reload;
$node->poll_query_until($db, q{SELECT count(*) = 1 FROM pg_stat_replication WHERE sync_state = 'sync'});
$standby->stop;

# No commit of ours waits: neither of a round, nor of a build
my $moment = $node->safe_psql($db, 'SELECT clock_timestamp()');

ok($node->poll_query_until($db, "SELECT count(*) > 0 FROM steward.statement_history WHERE until > '$moment'"), 'the workload is noted');
foreach my $call ("apply($id)", "revert($id)", "apply($id)")
{
	my ($ret) = $node->psql($db, "SET synchronous_commit = local; CALL steward.$call");

	is($ret, 0, "$call ends");
}
is_index($node, $db, 'item_a_idx', 'valid', 'the index');

# Somebody else's does
my $commit = background_call($node, $db, 'CREATE TABLE waits ()');

$node->poll_query_until($db, q{SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event = 'SyncRep'}) or BAIL_OUT('nobody waits for the standby');
$moment = $node->safe_psql($db, 'SELECT clock_timestamp()');
ok($node->poll_query_until($db, "SELECT count(*) > 0 FROM steward.statement_history WHERE until > '$moment'"), 'the workload is noted while others wait');
is($node->safe_psql($db, q{SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND backend_type LIKE 'pg_steward%'}), 0, 'no worker waits');

# Who waits himself goes with the shutdown
$node->safe_psql($db, q{SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'});
eval { $commit->{run}->finish; };
ok($node->stop('fast'), 'the server shuts down');
unlike(slurp_file($node->logfile), qr/terminated by signal|PANIC|TRAP/, 'no process crashed');
done_testing();
