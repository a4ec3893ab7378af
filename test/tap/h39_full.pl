
# Hazard 39: more indexes are to be dropped than can be in quarantine at a time.  Those
# without a place wait, with the reason, and are not dropped.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use StewardCluster;
use Test::More;

my $places = 256;
my $more = 3;
my $node = new_steward('full', "pg_steward.quarantine_time = 7d\npg_steward.max_workers = 4\n");
my $db = 'postgres';

sub count_of
{
	my ($status) = @_;

	return $node->safe_psql($db, "SELECT count(*) FROM steward.actions WHERE kind = 'drop_index' AND status = '$status'");
}

$node->start;
make_item($node, $db);
$node->safe_psql($db, "CREATE TABLE much AS SELECT i AS a FROM generate_series(1, 5000) AS i; DO \$\$ BEGIN FOR i IN 0 .. $places + $more LOOP EXECUTE 'CREATE INDEX much_' || i || ' ON much (a)'; END LOOP; END \$\$");
$node->safe_psql($db, 'VACUUM ANALYZE');
await_steward($node, $db);
$node->safe_psql($db, 'SELECT steward.refresh()');
is(count_of('proposed'), $places + $more, 'all but one are advised to be dropped');
$node->psql($db, q{DO $$ DECLARE id bigint; BEGIN FOR id IN SELECT a.id FROM steward.actions AS a WHERE a.kind = 'drop_index' AND a.status = 'proposed' LOOP PERFORM steward.approve(id); END LOOP; END $$});
$node->psql($db, "CALL steward.tune()");
is(count_of('quarantined'), $places, 'as many as there are places for are in quarantine');
is(count_of('approved'), $more, 'the others wait');

my $waiting = $node->safe_psql($db, q{SELECT id FROM steward.actions WHERE status = 'approved' ORDER BY id LIMIT 1});

is(last_error($node, $db, $waiting), '55000 as many indexes as can be are in quarantine already', 'and it is told why');
like($node->safe_psql($db, 'SET enable_seqscan = off; EXPLAIN (COSTS OFF) SELECT FROM much WHERE a = 7'), qr/Scan (using|on) much_\d+ /, 'the table has one that serves');

# Where one leaves the next comes
$node->safe_psql($db, q{DO $$ DECLARE id bigint; BEGIN SELECT a.id INTO id FROM steward.actions AS a WHERE a.status = 'quarantined' LIMIT 1; CALL steward.revert(id); END $$});
$node->safe_psql($db, "CALL steward.apply($waiting)");
is(status_of($node, $db, $waiting), 'quarantined', 'there is a place again');

$node->stop;
unlike(slurp_file($node->logfile), qr/terminated by signal|PANIC|TRAP/, 'no process crashed');
done_testing();
