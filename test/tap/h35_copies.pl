
# Hazard 35: what is dumped and restored, or copied, knows that it is another
# database: decisions travel, what was measured and done does not.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use StewardCluster;
use Test::More;

my $node = new_steward('copies', "pg_steward.workload_interval = 1s\n");
my $other = new_steward('elsewhere');
my $db = 'postgres';

$node->start;
make_item($node, $db);
await_steward($node, $db);
$node->safe_psql($db, "SELECT steward.exclude('public.archive%', 'is rarely read')");

my $id = propose($node, $db);

$node->safe_psql($db, "CALL steward.apply($id)");

# Dumped and restored, in another cluster
my $dump = "$PostgreSQL::Test::Utils::tmp_check/copies.dump";

$other->start;
command_ok([ 'pg_dump', '-Fc', '-d', $node->connstr($db), '-f', $dump ], 'pg_dump dumps it');
command_ok([ 'pg_restore', '--exit-on-error', '-d', $other->connstr($db), $dump ], 'pg_restore restores it');
is($other->safe_psql($db, 'SELECT pattern, reason FROM steward.exclusions'), 'public.archive%|is rarely read', 'what people decided is there');
# That a restored table was never analysed is advice of the new steward.
is($other->safe_psql($db, q{SELECT count(*) FROM steward.actions WHERE kind <> 'analyze'}), 0, 'nothing of the actions');
is($other->safe_psql($db, q{SELECT count(*) FROM steward.journal WHERE action NOT IN (SELECT id FROM steward.actions WHERE kind = 'analyze')}),
	0, 'nothing of the journal');
is_index($other, $db, 'item_a_idx', 'valid', 'the index came along, as one of the table');
$other->safe_psql($db, 'ANALYZE');
await_steward($other, $db);
run_workload($other, $db, query => 'SELECT count(*) FROM item WHERE b = %d AND pad = \'\'');
ok($other->poll_query_until($db, 'SELECT (steward.refresh()).statements > 0'), 'the steward works there');
is($other->safe_psql($db, "SELECT count(*) FROM steward.actions WHERE kind = 'create_index' AND target LIKE '%item_a_idx'"), 0, 'and takes the index for anybody\'s');

# Copied within the cluster, its actions are those of the original
$node->safe_psql('template1', "CREATE DATABASE twin TEMPLATE $db");
await_steward($node, 'twin');
is($node->safe_psql('twin', q{SELECT count(*) FROM steward.actions WHERE kind = 'create_index'}), 1, 'a copy has the history');
refused($node, 'twin', "CALL steward.revert($id)", '55000', qr/made in another database or cluster/, 'which is read-only there');
is_index($node, 'twin', 'item_a_idx', 'valid', 'its index is not touched');
$node->safe_psql($db, "CALL steward.revert($id)");
is(status_of($node, $db, $id), 'taken_back', 'while the original acts');

$_->stop foreach $node, $other;
done_testing();
