
# Hazards 22 and 35: pg_upgrade takes a cluster with the steward along.  While it
# works no worker starts; afterwards decisions and history are there, and what was
# done elsewhere is not taken for this cluster's.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use StewardCluster;
use Test::More;

my $old = new_steward('old', "pg_steward.workload_interval = 1s\n");
my $new = new_steward('new', "pg_steward.workload_interval = 1s\n");
my $db = 'postgres';

$old->start;
make_item($old, $db);
await_steward($old, $db);
$old->safe_psql($db, "SELECT steward.exclude('public.archive%', 'is rarely read')");

my $id = propose($old, $db);

$old->safe_psql($db, "CALL steward.apply($id)");

my $journal = $old->safe_psql($db, "SELECT * FROM steward.journal WHERE action = $id ORDER BY id");

$old->stop;

my $bin = $old->config_data('--bindir');
my @logs = map { $_->data_dir . '/pg_steward_stopped' } $old, $new;

chdir $PostgreSQL::Test::Utils::tmp_check or BAIL_OUT('no folder to work in');
command_ok([ 'pg_upgrade', '--no-sync', '-d', $old->data_dir, '-D', $new->data_dir, '-b', $bin, '-B', $bin,
		'-s', $new->host, '-p', $old->port, '-P', $new->port ], 'pg_upgrade');
ok(!-e $_, 'it left nothing of ours') foreach @logs;

my $offset = -s $new->logfile || 0;

$new->start;
is_index($new, $db, 'item_a_idx', 'valid', 'the index came along');
is($new->safe_psql($db, 'SELECT pattern, reason FROM steward.exclusions'), 'public.archive%|is rarely read', 'what people decided is there');
is($new->safe_psql($db, "SELECT * FROM steward.journal WHERE action = $id ORDER BY id"), $journal, 'and the journal');
await_steward($new, $db);
refused($new, $db, "CALL steward.revert($id)", '55000', qr/made in another database or cluster/, 'an action of the old cluster');
run_workload($new, $db, query => q{SELECT count(*) FROM item WHERE b = %d AND pad = ''});
ok($new->poll_query_until($db, 'SELECT (steward.refresh()).statements > 0'), 'the steward works there');
is($new->safe_psql($db, q{SELECT count(*) FROM steward.status() WHERE state = 'WARN'}), 0, 'and has nothing to complain of')
  or diag($new->safe_psql($db, 'SELECT state, message FROM steward.status()'));

$new->stop;
unlike(slurp_file($new->logfile), qr/terminated by signal|PANIC|TRAP/, 'no process crashed');
done_testing();
