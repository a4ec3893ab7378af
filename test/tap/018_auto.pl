
# Acting without being asked, and when: approval, the maintenance window, mode
# auto and its kinds, what holds it back, and taking all of it back.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use StewardCluster;
use Test::More;

my $node = new_steward('auto', q{
pg_steward.round_interval = 1s
pg_steward.mode = advise
pg_steward.auto_actions = 'create_index'
pg_steward.maintenance_window = ''
pg_steward.max_index_size = 10GB
});
my $db = 'postgres';

sub set_conf
{
	my ($name, $value) = @_;

	$node->adjust_conf('postgresql.conf', $name, "'$value'");
	$node->reload;
	return;
}

# A table that wants an index on a, its statement, and the advice.
sub make_table
{
	my ($table, $rows) = @_;

	$node->safe_psql($db, "CREATE TABLE $table (a integer, pad text);
		INSERT INTO $table SELECT i % 5000, repeat('x', 100) FROM generate_series(1, $rows) AS i; ANALYZE $table");
	run_workload($node, $db, query => "SELECT count(*) FROM $table WHERE a = %d");
	ok($node->poll_query_until($db, "SELECT count(*) = 1 FROM steward.actions WHERE relation = '$table'::regclass AND kind = 'create_index'"),
		"there is advice for $table");
	return $node->safe_psql($db, "SELECT id FROM steward.actions WHERE relation = '$table'::regclass AND kind = 'create_index'");
}

# Until a round that began after this moment has ended: each renews the open advice.
sub await_round
{
	my ($id) = @_;

	foreach (1, 2)
	{
		my $before = $node->safe_psql($db, "SELECT updated_at FROM steward.actions WHERE id = $id");

		$node->poll_query_until($db, "SELECT updated_at > '$before' FROM steward.actions WHERE id = $id") or BAIL_OUT('no round');
	}
	return;
}

sub column_of
{
	my ($id, $view, $column) = @_;

	return $node->safe_psql($db, "SELECT $column FROM steward.$view WHERE " . ($view eq 'recommendations' ? 'id' : 'action') . " = $id");
}

$node->start;
$node->safe_psql($db, 'SET client_min_messages = warning; CREATE EXTENSION pg_steward CASCADE');
await_steward($node, $db);

# What is written wrong is refused
foreach my $wrong ([ 'Sunday night', qr/HINT:  Write "\[DAYS\] HH:MM-HH:MM \[TIME ZONE\]"/ ],
	[ 'Sun 22:00-04:00 Europe/Nowhere', qr/DETAIL:  There is no time zone "Europe\/Nowhere"/ ])
{
	refused($node, $db, "ALTER SYSTEM SET pg_steward.maintenance_window = '$wrong->[0]'", '22023', $wrong->[1], $wrong->[0]);
}
refused($node, $db, 'CALL steward.revert_since(NULL)', '22023', qr/the moment must not be NULL/, 'revert_since(NULL)');

# Approved, it waits for the window
my $closed = $node->safe_psql($db, q{SELECT to_char(now() AT TIME ZONE 'UTC' + interval '10 hours', 'HH24:MI-')
	|| to_char(now() AT TIME ZONE 'UTC' + interval '12 hours', 'HH24:MI') || ' UTC'});

set_conf('pg_steward.maintenance_window', $closed);

my $id = make_table('approved', 30_000);

await_round($id);
is(status_of($node, $db, $id), 'proposed', 'mode advise builds nothing by itself');
$node->safe_psql($db, "SELECT steward.approve($id)");
is(status_of($node, $db, $id), 'approved', 'it is approved');
refused($node, $db, "SELECT steward.approve($id)", '55000', qr/cannot be approved.*maintenance_window/s, 'to approve it again');
$node->safe_psql($db, "CALL steward.cancel($id)");
is(status_of($node, $db, $id), 'proposed', 'an approval can be withdrawn');
$node->safe_psql($db, "SELECT steward.approve($id)");
await_round($id);
is(status_of($node, $db, $id), 'approved', 'outside of the window it waits');
set_conf('pg_steward.max_index_size', '1MB');
set_conf('pg_steward.maintenance_window', '');
await_status($node, $db, $id, 'verifying');
like($node->safe_psql($db, "SELECT change || ' ' || target || ' ' || asked_by FROM steward.changes_since('1 hour') WHERE action = $id AND asked_by <> 'pg_steward'"),
	qr/^create_index public.approved_a_idx \S+$/, 'changes_since() tells of it');

# An index that is too large is postponed, stays approved, and does not fill the journal
my $large = make_table('large', 200_000);

$node->safe_psql($db, "SELECT steward.approve($large)");
$node->poll_query_until($db, "SELECT trouble IS NOT NULL FROM steward.recommendations WHERE id = $large") or BAIL_OUT('never tried');
like(column_of($large, 'recommendations', 'trouble'), qr/would take about .* more than pg_steward.max_index_size/, 'an index can be too large');
is(status_of($node, $db, $large), 'approved', 'what is postponed stays approved');
await_round($large);
is(journal_of($node, $db, $large), 'proposed approved queued approved', 'it is not tried again at once');
set_conf('pg_steward.max_index_size', '10GB');
$node->safe_psql($db, "CALL steward.apply($large)");
is(status_of($node, $db, $large), 'verifying', 'a person may apply it meanwhile');

# Mode auto, for the kinds that are named
set_conf('pg_steward.mode', 'auto');
set_conf('pg_steward.auto_actions', 'drop_index');

my $unasked = make_table('unasked', 30_000);

await_round($unasked);
is(status_of($node, $db, $unasked), 'proposed', 'a kind that is not named is not done');
$node->safe_psql($db, 'CREATE INDEX twin ON unasked (pad); CREATE INDEX twin2 ON unasked (pad)');

my $find_twin = q{FROM steward.actions WHERE kind = 'drop_index' AND target ~ 'twin'};

$node->poll_query_until($db, "SELECT count(*) = 1 $find_twin AND status IN ('verifying', 'kept')")
	or diag($node->safe_psql($db, 'TABLE steward.recommendations'));

my $twin = $node->safe_psql($db, "SELECT id $find_twin");

like($node->safe_psql($db, "SELECT count(*) FROM pg_class WHERE relname LIKE 'twin%'"), qr/^1$/, 'one that is named is: the duplicate is dropped');

# What waited is done once its kind is named
set_conf('pg_steward.auto_actions', 'create_index');
await_status($node, $db, $unasked, 'verifying');
is($node->safe_psql($db, "SELECT asked_by FROM steward.changes_since('1 hour') WHERE action = $unasked"), 'pg_steward', 'by nobody but the steward');

# What is at work shows whom it waits for
set_conf('pg_steward.mode', 'advise');

my $slow = make_table('slow', 30_000);
my $holder = hold_snapshot($node, $db);

$node->safe_psql($db, "CALL steward.apply($slow, wait => false)");
ok($node->poll_query_until($db, "SELECT count(*) = 1 FROM steward.progress WHERE action = $slow AND waits_for ~ 'process \\d+'"), 'progress tells who holds it up')
	or diag($node->safe_psql($db, 'TABLE steward.progress'));
$holder->query_safe('COMMIT');
$holder->quit;
await_status($node, $db, $slow, 'verifying');
is($node->safe_psql($db, 'SELECT count(*) FROM steward.progress'), 0, 'and is empty when nothing is done');

# All of it is taken back, the newest first
my $moment = $node->safe_psql($db, "SELECT min(at) FROM steward.journal WHERE action = $unasked AND to_status = 'running'");

my $begun = make_table('begun', 30_000);

set_conf('pg_steward.mode', 'off');
$holder = hold_snapshot($node, $db);
$node->safe_psql($db, "CALL steward.apply($begun, wait => false)");
action_worker($node, $db, 'waiting for old snapshots');
$node->safe_psql($db, "CALL steward.revert_since('$moment')");
is(status_of($node, $db, $begun), 'failed', 'what had begun since is cancelled');
is_index($node, $db, 'public.begun_a_idx', 'absent', 'its index is gone');
$holder->query_safe('COMMIT');
$holder->quit;
is($node->safe_psql($db, "SELECT string_agg(status, ' ' ORDER BY id) FROM steward.actions WHERE id IN ($unasked, $slow)"),
	'taken_back taken_back', 'what was done since is taken back');
is_index($node, $db, 'public.unasked_a_idx', 'absent', 'its index is gone');
is(status_of($node, $db, $large), 'verifying', 'what was done before is not');
like($node->safe_psql($db, "SELECT string_agg(change, ',' ORDER BY at DESC) FROM steward.changes_since('1 hour') WHERE action IN ($unasked, $slow)"),
	qr/^create_index taken back,create_index taken back,create_index,create_index$/, 'changes_since() has both');
is($node->safe_psql($db, "SELECT count(*) FROM steward.changes_since('0')"), 0, 'and nothing for a time without changes');

$node->stop;
done_testing();
