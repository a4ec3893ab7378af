
# Hazards 8 to 11: a REINDEX that is interrupted at any of its stages, in any way,
# ends with an index that agrees with its action; of what it built besides nothing
# is left, and what is invalid of somebody else is left alone.
#
# STEWARD_CASES_PART=K/N runs the K-th of each N cases.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Interrupt;
use StewardCluster;
use Test::More;

my $node = new_steward('reindex', q{
restart_after_crash = on
pg_steward.mode = auto
pg_steward.auto_actions = 'create_index, drop_index, reindex_index'
pg_steward.lock_timeout = 60s
});
my $db = 'postgres';
my $worker = worker_pid();

sub phase
{
	return "EXISTS (SELECT FROM pg_stat_progress_create_index WHERE pid = $worker AND phase = '$_[0]')";
}

my $write = q{INSERT INTO item VALUES (nextval('free_id'), 0, 0)};
my $read = 'SELECT count(*) FROM item WHERE id = 1';

# Each stage: what holds it, what leads from there to it, and how it shows.
my @stages = (
	[ 'its first lock', 'LOCK TABLE item IN SHARE UPDATE EXCLUSIVE MODE', undef,
		"EXISTS (SELECT FROM pg_locks WHERE pid = $worker AND NOT granted AND relation = 'item'::regclass)" ],
	[ 'writers before the build', $write, undef, phase('waiting for writers before build') ],
	[ 'writers before the validation', $write, hold_later(phase('waiting for writers before build'), $write), phase('waiting for writers before validation') ],
	[ 'old snapshots', 'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SELECT 1', undef, phase('waiting for old snapshots') ],
	[ 'readers before the old one is dead', $read, undef, phase('waiting for readers before marking dead') ],
	[ 'readers before the old one goes', $read, hold_later(phase('waiting for readers before marking dead'), $read), phase('waiting for readers before dropping') ]);

sub check_case
{
	my ($stage, $interruption) = @_;
	my ($name, $held_by, $lead, $shows) = @$stage;
	my $swapped = $name =~ /^readers/;

	$node->safe_psql($db, q{UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'item_b'::regclass;
		DELETE FROM steward.journal WHERE to_status = 'failed'; -- so that it is advised again, however often
		UPDATE steward.journal SET at = at - interval '2 hours'; SELECT steward.refresh()});

	my $id = $node->safe_psql($db, q{SELECT id FROM steward.actions WHERE target = 'public.item_b' AND status = 'proposed'});
	my $oid = $node->safe_psql($db, q{SELECT 'item_b'::regclass::oid});

	hold($held_by);
	$node->safe_psql($db, "CALL steward.apply($id, wait => false)");
	$lead->() if $lead;
	await($shows);
	$interruption->[1]->();
	release_all();
	$node->safe_psql($db, 'SELECT steward.start()') if $interruption->[0] eq 'stopped';
	ok($node->poll_query_until($db, "SELECT status NOT IN ('queued', 'running') FROM steward.actions WHERE id = $id"), 'it comes to rest')
	  or diag($node->safe_psql($db, 'SELECT state, message FROM steward.status()'));

	my $status = status_of($node, $db, $id);

	# A person who ends it ends it for good; behind the swap the new index is there, whatever happens.
	is($status, $swapped ? 'kept' : 'failed', $swapped ? 'behind the swap it is done' : 'before the swap it is not')
	  if $swapped || $interruption->[0] =~ /cancel|stopped/;
	is($node->safe_psql($db, q{SELECT indisvalid, indexrelid <> } . $oid . q{ FROM pg_index WHERE indexrelid = 'item_b'::regclass}),
		$status eq 'kept' ? 't|t' : 'f|f', "the action is $status, and its index");
	is($node->safe_psql($db, q{SELECT string_agg(indexrelid::regclass::text, ' ' ORDER BY 1) FROM pg_index WHERE NOT indisvalid AND indexrelid <> 'item_b'::regclass}),
		'item_of_others_ccnew', 'no other invalid index is there but that of somebody else');
	return;
}

interrupt_on($node, $db);
$node->start;
make_item($node, $db);
await_steward($node, $db);
$node->safe_psql($db, "CREATE INDEX item_b ON item (b); CREATE INDEX item_of_others_ccnew ON item (pad);
	UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'item_of_others_ccnew'::regclass;
	CREATE SEQUENCE free_id START 1000000");

my ($part, $parts) = ($ENV{STEWARD_CASES_PART} || '1/1') =~ m{^(\d+)/(\d+)$};
my $number = 0;

foreach my $stage (@stages)
{
	foreach my $interruption (interruptions())
	{
		next if $number++ % $parts != $part - 1;
		subtest "waiting for $stage->[0], $interruption->[0]" => sub { check_case($stage, $interruption) };
	}
}
# What runs out of time behind the swap is not built once more
$node->append_conf('postgresql.conf', "pg_steward.lock_timeout = 300ms\npg_steward.lock_retries = 3");
$node->reload;
$node->safe_psql($db, q{UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'item_b'::regclass;
	DELETE FROM steward.journal WHERE to_status = 'failed';
	UPDATE steward.journal SET at = at - interval '2 hours'; SELECT steward.refresh()});

my $id = $node->safe_psql($db, q{SELECT id FROM steward.actions WHERE target = 'public.item_b' AND status = 'proposed'});

hold($read);
$node->safe_psql($db, "CALL steward.apply($id, wait => false)");
ok($node->poll_query_until($db, q{SELECT count(*) = 1 FROM pg_index WHERE indexrelid = to_regclass('item_b_ccold')}), 'a reader keeps the old index from being dropped');

my $built = $node->safe_psql($db, q{SELECT 'item_b'::regclass::oid});

ok($node->poll_query_until($db, "SELECT count(*) > 0 FROM steward.journal WHERE action = $id AND to_status = 'running' AND error LIKE 'a lock was not to be had%'"), 'which is told');
release_all();
ok($node->poll_query_until($db, "SELECT status = 'kept' FROM steward.actions WHERE id = $id"), 'once it is gone the action is done');
is($node->safe_psql($db, q{SELECT 'item_b'::regclass::oid, to_regclass('item_b_ccold') IS NULL}), "$built|t", 'with the index that was built at first');

is($node->safe_psql($db, q{SELECT count(*) FROM steward.journal WHERE action IN (SELECT id FROM steward.actions WHERE kind = 'reindex_index') AND to_status = 'queued' AND worker_pid IS NOT NULL}),
	0, 'an index that somebody else left is touched only where somebody asks for it');

$node->stop;
done_testing();
