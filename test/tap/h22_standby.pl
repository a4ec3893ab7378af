
# Hazards 22 and 35: on a standby advice works, acting is refused, no worker runs; promoted, it
# is a server like any other.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use StewardCluster;
use Test::More;

my $primary = new_steward('primary', "pg_steward.workload_interval = 1s\npg_steward.max_replica_lag = 1MB\n", allows_streaming => 1);
my $standby = PostgreSQL::Test::Cluster->new('standby');
my $db = 'postgres';

$primary->start;
make_item($primary, $db);
await_steward($primary, $db);

my $id = propose($primary, $db);

$primary->backup('base');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
$standby->start;
$primary->wait_for_catchup($standby, 'replay', $primary->lsn('flush'));

# What needs the primary says so
foreach my $call (
	'SELECT steward.refresh()',
	"CALL steward.apply($id)",
	"CALL steward.revert($id)",
	'CALL steward.tune()',
	'CALL steward.maintain()',
	'CALL steward.revert_since(now())',
	"SELECT steward.approve($id)",
	"SELECT steward.dismiss($id, 'no')",
	"SELECT steward.exclude('public.%', 'no')",
	"SELECT steward.remove_exclusion('public.%')")
{
	refused($standby, $db, $call, '25006', qr/cannot act on a standby.*DETAIL.*HINT:  Run this on the primary/s, $call);
}

# What only reads, works
is( $standby->safe_psql($db, q{SELECT rank, action, relation, confirmed_by FROM
		steward.recommend_indexes(ARRAY['SELECT * FROM item WHERE a = $1'])}),
	'1|create|item|hypopg', 'advice on queries');
run_workload($standby, $db);
is($standby->safe_psql($db, "SELECT calls, tables FROM steward.statements WHERE query LIKE 'SELECT count(*) FROM item%'")
	  =~ /\|\{item\}$/ ? 'seen' : 'not seen', 'seen', "the standby's own workload");
like($standby->safe_psql($db, 'SELECT ddl FROM steward.recommend_indexes()'),
	qr/ ON public\.item USING btree \(a\)/, 'advice on it');
like($standby->safe_psql($db, "SELECT state || ' ' || message FROM steward.status()"),
	qr/^OK this is a standby: advice works here, acting is for the primary$/m, 'status() says where we are');
like($standby->safe_psql($db, "SELECT steward.explain_recommendation($id)"), qr/CREATE INDEX/, 'explain_recommendation()');
like($standby->safe_psql($db, "SELECT index_name FROM steward.simulate($id)"), qr/item/, 'simulate()');
is($standby->safe_psql($db, "SELECT count(*) FROM steward.recommendations WHERE kind = 'create_index'"), 1, 'the recommendations of the primary');

# No worker runs
is($standby->safe_psql($db, "SELECT count(*) FROM pg_stat_activity WHERE backend_type LIKE 'pg_steward%'"),
	0, 'no worker runs on a standby');

# A build waits for a standby that lags behind
$standby->safe_psql($db, 'SELECT pg_wal_replay_pause()');
$primary->safe_psql($db, "CREATE TABLE bulk AS SELECT repeat('x', 1000) FROM generate_series(1, 5000)");
refused($primary, $db, "CALL steward.apply($id)", '55000',
	qr/was postponed.*standby "standby" has [\d.]+ MB of WAL to replay, more than pg_steward\.max_replica_lag/s, 'a standby that lags');
is(status_of($primary, $db, $id), 'proposed', 'nothing was done');
$standby->safe_psql($db, 'SELECT pg_wal_replay_resume()');
$primary->wait_for_catchup($standby, 'replay', $primary->lsn('flush'));

# An index that the primary builds comes over
$primary->safe_psql($db, "CALL steward.apply($id)");
$primary->wait_for_catchup($standby, 'replay', $primary->lsn('flush'));
is(status_of($standby, $db, $id), 'verifying', 'what the primary does shows here');

# After promotion
$primary->stop;
$standby->promote;
ok( $standby->poll_query_until($db,
		"SELECT count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'pg_steward launcher'"),
	'after promotion the launcher starts');
await_steward($standby, $db);
$standby->safe_psql($db, "CALL steward.revert($id)");
is(status_of($standby, $db, $id), 'taken_back', 'and actions are carried out');

$standby->stop;
foreach my $node ($primary, $standby)
{
	unlike(slurp_file($node->logfile), qr/terminated by signal|PANIC|TRAP/, 'no process crashed on ' . $node->name);
}
done_testing();
