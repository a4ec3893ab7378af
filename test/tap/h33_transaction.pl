
# Hazard 33: a call that waits for a build, which would wait for it, is refused in a
# transaction; outside of one it waits without a snapshot, so the build does not.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use StewardCluster;
use Test::More;

my $node = new_steward('transaction');
my $db = 'postgres';

$node->start;
make_item($node, $db);
await_steward($node, $db);

my $id = propose($node, $db);

# Refused
foreach my $call ("apply($id)", "revert($id)", "cancel($id)", 'tune()', 'revert_since(now())')
{
	refused($node, $db, "BEGIN; CALL steward.$call", '25001', qr/transaction block.*DETAIL.*HINT/s, "$call inside BEGIN");
	# PL/pgSQL wants variables for what tune() returns.
	refused($node, $db, "DO \$\$ BEGIN CALL steward.$call; EXCEPTION WHEN division_by_zero THEN END \$\$", '25001', qr/transaction block/,
		"$call in a block with a handler") if $call ne 'tune()';
}
$node->safe_psql($db, "CREATE FUNCTION call_apply() RETURNS void LANGUAGE plpgsql AS 'BEGIN CALL steward.apply($id); END'");
refused($node, $db, 'SELECT call_apply()', '25001', qr/transaction block/, 'apply in a function');
is(journal_of($node, $db, $id), 'proposed', 'nothing of it touched the action');

# Waiting, in a session that would hold up the build if it had a snapshot
my $holder = hold_snapshot($node, $db);
my $call = background_call($node, $db, "CALL steward.apply($id)");

action_worker($node, $db, 'waiting for old snapshots');
# It looks at the action now and then, and has a snapshot for that moment.
ok($node->poll_query_until($db, q{SELECT count(*), count(backend_xmin), count(backend_xid) FROM pg_stat_activity WHERE query LIKE '%CALL steward.apply%' AND pid <> pg_backend_pid()},
	'1|0|0'), 'who waits has no snapshot');
$holder->query_safe('COMMIT');
$holder->quit;
$call->{run}->finish;
is(status_of($node, $db, $id), 'verifying', 'so the build ends, and so does the call');
is($node->safe_psql($db, "DO 'BEGIN CALL steward.revert($id); END'; SELECT status FROM steward.actions WHERE id = $id"), 'taken_back', 'a block without a handler may call it');

$node->stop;
done_testing();
