
# Tables whose rows are not frozen in time are told of long before the server stops writing.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use StewardCluster;
use Test::More;

my $node = new_steward('wraparound', "autovacuum_freeze_max_age = 100000\n");
my $db = 'postgres';

sub look
{
	my $report = $node->safe_psql($db, 'CALL steward.maintain(true)');

	return ($report, $node->safe_psql($db, 'SELECT steward.status()'));
}

$node->start;
make_item($node, $db);
await_steward($node, $db);

my $told = qr/public\.item: \d+ transactions since it was frozen, which is 0\.0 % of what the server allows before it stops writing: VACUUM \(FREEZE\) public\.item ends that, unless an old transaction, a prepared one or a replication slot holds it up/;
my ($report, $status) = look();

unlike($report, $told, 'a new table is not told of');

# Somebody's transaction keeps autovacuum, which comes whether it is on or off, from freezing
my $old = $node->background_psql($db);

$old->query_safe('BEGIN; CREATE TABLE mine (); SELECT 1');
$node->safe_psql($db, q{
CREATE TABLE written (i integer);
DO $$ BEGIN FOR i IN 1 .. 210000 LOOP BEGIN INSERT INTO written VALUES (i); EXCEPTION WHEN division_by_zero THEN NULL; END; END LOOP; END $$});
($report, $status) = look();
like($report, $told, 'the round tells of a table that is too old');
like($report, qr/and \d+ more tables like these/, 'and of the others in a line');
like($status, qr/public\.(item|written): \d+ transactions since it was frozen/, 'so does status()');

# What it says ends it
$old->query_safe('ROLLBACK');
$old->quit;
$node->safe_psql($db, 'VACUUM (FREEZE) public.item');
($report, $status) = look();
unlike($report, $told, 'frozen, it is not told of any more');
unlike($status, qr/public\.item: \d+ transactions/, 'nor by status()');

$node->stop;
unlike(slurp_file($node->logfile), qr/terminated by signal|PANIC|TRAP/, 'no process crashed');
done_testing();
