
# Hazard 36: what the steward remembers has a bound, in time and in size; what a
# person decided stays, and what may be needed again.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use StewardCluster;
use Test::More;

my $node = new_steward('storage', q{
pg_steward.mode = observe
pg_steward.max_storage = 8MB
pg_steward.workload_interval = 1s
pg_steward.workload_window = 3d
});
my $db = 'postgres';

$node->start;
make_item($node, $db);
await_steward($node, $db);

my $id = propose($node, $db);

# Actions that ended long ago, and just now; ids from 100 on
sub add_action
{
	my ($number, $status, $age, $size) = @_;

	# In one, else the action could be forgotten before the journal tells of it.
	$node->safe_psql($db, qq{
BEGIN;
INSERT INTO steward.actions (id, fingerprint, category, kind, status, relation, target, arguments, ddl, undo_ddl, reason, system_identifier, database, updated_at)
OVERRIDING SYSTEM VALUE
SELECT $number, 'f$number', category, kind, '$status', relation, target, arguments, ddl, undo_ddl, reason, system_identifier, database, now() - interval '$age'
  FROM steward.actions WHERE id = $id;
INSERT INTO steward.journal (action, to_status, by_role, error)
SELECT $number, '$status', 'somebody', (SELECT string_agg(md5(i::text), '') FROM generate_series(1, $size / 32) AS i);
COMMIT;
});
	return;
}

sub those_left
{
	return $node->safe_psql($db, q{SELECT string_agg(id::text, ' ' ORDER BY id) FROM steward.actions WHERE id >= 100});
}

my $number = 100;

add_action($number++, $_, '400 d', 320) foreach qw(obsolete failed kept taken_back dismissed verifying proposed);
add_action($number++, $_, '300 d', 320) foreach qw(obsolete failed kept taken_back);
ok($node->poll_query_until($db, 'SELECT count(*) = 7 FROM steward.actions WHERE id >= 100'), 'ended actions are forgotten after a year');
is(those_left(), '104 105 106 107 108 109 110', 'but not what was dismissed, and what has not ended');
is($node->safe_psql($db, 'SELECT count(*) FROM steward.journal WHERE action IN (SELECT generate_series(100, 103))'), 0, 'with what the journal says of them');

# The size: actions have half of it, of which the oldest go
add_action(200 + $_, 'kept', "@{[50 - $_]} d", 1000000) foreach 0 .. 9;
add_action(300, 'taken_back', '60 d', 1000000);
add_action(301, 'taken_back', '20 d', 1000000);
ok($node->poll_query_until($db, 'SELECT sum(pg_column_size(j.*)) <= 4 * 1024 * 1024 FROM steward.journal AS j'), 'half of pg_steward.max_storage is not exceeded');

my %left = map { $_ => 1 } split(/ /, those_left());

ok(!$left{300}, 'what was taken back long ago is forgotten, too');
ok($left{301}, 'but not while that keeps it from being advised again');
ok($left{209}, 'of the others the newest stay');
ok($left{104}, 'and what was dismissed');

# Intervals: the oldest go, and no more than what is too much
$node->safe_psql($db, q{INSERT INTO steward.statement_history
SELECT now() - i * interval '1 min', now() - (i + 1) * interval '1 min', 10, q, true, 1, 1, 1, 1, 1, 1
  FROM generate_series(1, 1000) AS i, generate_series(1, 100) AS q});
ok($node->poll_query_until($db, q{SELECT min(until) > now() - interval '900 min' FROM steward.statement_history WHERE userid = 10 AND queryid <= 100}),
	'old intervals are forgotten');
my $rows = $node->safe_psql($db, 'SELECT count(*) FROM steward.statement_history');
cmp_ok($rows, '<', 8 * 1024 * 1024 / 150, "$rows rows are left, which fit");
cmp_ok($rows, '>', 2 * 1024 * 1024 / 250, 'and no fewer than need be');
like(slurp_file($node->logfile), qr/the oldest intervals of the workload, and \d+ ended actions?, are forgotten: pg_steward.max_storage/, 'the log tells it');
like($node->safe_psql($db, q{SELECT message FROM steward.status() WHERE state = 'SEEN'}), qr/the steward's tables take .* 8.0 MB are pg_steward\.max_storage/,
	'status() tells how it stands');
is($node->safe_psql($db, q{SELECT count(*) FROM steward.status() WHERE state = 'WARN'}), 0, 'nothing is wrong');

$node->stop;
done_testing();
