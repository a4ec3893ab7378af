
# Hazards 8 to 11: a build or a drop that is interrupted at any of its stages, in
# any way, ends with an index that agrees with its action, and with no other
# invalid one; what is invalid of somebody else is left alone.
#
# STEWARD_CASES_PART=K/N runs the K-th of each N cases.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Interrupt;
use StewardCluster;
use Test::More;

my $node = new_steward('stages', q{
restart_after_crash = on
statement_timeout = 3s
pg_steward.lock_timeout = 60s
});
my $db = 'postgres';
my $index = 'public.item_a_idx';
my $worker = worker_pid();
my $id;

my $waits_for_lock = "EXISTS (SELECT FROM pg_locks WHERE pid = $worker AND NOT granted AND relation = 'item'::regclass)";
my $write = q{INSERT INTO item VALUES (nextval('free_id'), 0, 0)};
my $read = 'SELECT count(*) FROM item WHERE id = 1';

sub phase
{
	return "EXISTS (SELECT FROM pg_stat_progress_create_index WHERE pid = $worker AND phase = '$_[0]')";
}

my $dropping = "EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('$index') AND NOT indisvalid AND indislive)"
  . " AND EXISTS (SELECT FROM pg_locks WHERE pid = $worker AND NOT granted)";
my $dead = "EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('$index') AND NOT indislive)"
  . " AND EXISTS (SELECT FROM pg_locks WHERE pid = $worker AND NOT granted)";

# Each stage: what holds it, what leads from there to it, and how it shows.
my @stages = (
	[ 'apply', 'its first lock', 'LOCK TABLE item IN SHARE UPDATE EXCLUSIVE MODE', undef, $waits_for_lock ],
	[ 'apply', 'writers before the build', $write, undef, phase('waiting for writers before build') ],
	[
		'apply', 'writers before the validation', $write, hold_later(phase('waiting for writers before build'), $write),
		phase('waiting for writers before validation')
	],
	[ 'apply', 'old snapshots', 'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SELECT 1', undef, phase('waiting for old snapshots') ],
	[ 'revert', 'its first lock', 'LOCK TABLE item IN SHARE UPDATE EXCLUSIVE MODE', undef, $waits_for_lock ],
	[ 'revert', 'readers that may use it', $read, undef, $dropping ],
	[ 'revert', 'readers that may still see it', $read, hold_later($dropping, $read), $dead ]);

# The action as the stage wants it, at rest.
sub prepare
{
	my ($call) = @_;
	my $status = status_of($node, $db, $id);
	my $applied = $status eq 'verifying' || $status eq 'kept';

	$node->safe_psql($db, "CALL steward.apply($id)") if $call eq 'revert' && !$applied;
	$node->safe_psql($db, "CALL steward.revert($id)") if $call eq 'apply' && $applied;
	return;
}

sub check_case
{
	my ($stage, $interruption) = @_;
	my ($call, undef, $held_by, $lead, $shows) = @$stage;

	prepare($call);
	hold($held_by);
	$node->safe_psql($db, "CALL steward.$call($id, wait => false)");
	$lead->() if $lead;
	await($shows);
	pass('it is there');
	$interruption->[1]->();
	release_all();
	ok($node->poll_query_until($db, "SELECT status NOT IN ('running', 'reverting') FROM steward.actions WHERE id = $id"), 'it comes to rest')
		or diag($node->safe_psql($db, 'SELECT state, message FROM steward.status()'));
	$node->safe_psql($db, 'SELECT steward.start()') if $interruption->[0] eq 'stopped';
	ok($node->poll_query_until($db, "SELECT status NOT IN ('queued', 'revert_queued', 'running', 'reverting') FROM steward.actions WHERE id = $id"),
		'and nothing is left in the queue');

	my $status = status_of($node, $db, $id);

	is_index($node, $db, $index, $status eq 'verifying' || $status eq 'kept' ? 'valid' : 'absent', "the action is $status, and its index");
	is($node->safe_psql($db, 'SELECT string_agg(indexrelid::regclass::text, $$ $$) FROM pg_index WHERE NOT indisvalid OR NOT indisready OR NOT indislive'),
		'item_of_others', 'no other invalid index is there but that of somebody else');
	return;
}

interrupt_on($node, $db);
$node->start;
make_item($node, $db);
await_steward($node, $db);
$id = propose($node, $db);
$node->safe_psql($db, "CREATE INDEX item_of_others ON item (b); UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'item_of_others'::regclass;
	CREATE SEQUENCE free_id START 1000000");

my ($part, $parts) = ($ENV{STEWARD_CASES_PART} || '1/1') =~ m{^(\d+)/(\d+)$};
my $number = 0;

foreach my $stage (@stages)
{
	foreach my $interruption (interruptions())
	{
		next if $number++ % $parts != $part - 1;
		subtest "$stage->[0], waiting for $stage->[1], $interruption->[0]" => sub { check_case($stage, $interruption) };
	}
}

# The server's statement_timeout is for people
prepare('apply');
hold('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SELECT 1');
$node->safe_psql($db, "CALL steward.apply($id, wait => false)");
await("SELECT clock_timestamp() - query_start > interval '3.5 s' FROM pg_stat_activity WHERE pid = $worker AND query LIKE 'CREATE INDEX%'");
is(status_of($node, $db, $id), 'running', 'a build goes on beyond statement_timeout');
release_all();
await_status($node, $db, $id, 'verifying');

$node->stop;
done_testing();
