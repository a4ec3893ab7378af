
# Hazard 23: people's statements wait for no lock of the steward's, whoever holds it;
# what cannot be sampled meanwhile is counted.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use StewardCluster;
use Test::More;

my $node = new_steward('hooks', q{
pg_steward.mode = off
pg_steward.sample_rate = 1
});
my $db = 'postgres';

sub dropped
{
	my ($count) = $node->safe_psql($db, q{SELECT message FROM steward.status() WHERE message LIKE '%with their values%'}) =~ /; (\d+) dropped/;

	return $count || 0;
}

$node->start;
make_item($node, $db);
$node->safe_psql($db, q{CREATE FUNCTION hold_lock(tranche text) RETURNS void LANGUAGE c STRICT AS '$libdir/steward_test'});

my $before = dropped();

foreach my $tranche ('pg_steward', 'pg_steward samples')
{
	my $holder = background_call($node, $db, "SELECT hold_lock('$tranche')");

	$node->poll_query_until($db, q{SELECT count(*) = 1 FROM pg_stat_activity WHERE query LIKE 'SELECT hold_lock%' AND wait_event_type = 'Extension'})
	  or BAIL_OUT('nobody holds the lock');
	# What waits for such a lock cannot be cancelled, so psql has to be.
	my ($ret, $out) = $node->psql($db, join('', map { "SELECT a FROM item WHERE id = $_;" } 1 .. 50) . 'INSERT INTO item VALUES (-1, 0, 0); DELETE FROM item WHERE id = -1;',
		timeout => $PostgreSQL::Test::Utils::timeout_default, timed_out => \my $timed_out);

	ok(!$timed_out && $ret == 0, "statements go on while somebody holds \"$tranche\"");
	is(scalar(split(/\n/, $out)), 50, 'all of them');
	$node->safe_psql($db, q{SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE 'SELECT hold_lock%'});
	$holder->{run}->finish;
}
cmp_ok(dropped() - $before, '>=', 50, 'what could not be sampled is counted');
cmp_ok(dropped() - $before, '<=', 70, 'and nothing else');

$node->stop;
done_testing();
