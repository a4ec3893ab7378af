
# Hazard 13: the index of a partitioned table is built on one partition after the
# other while people write, and attached.  Whatever interrupts it, the next worker
# goes on where it stopped, or nothing of it is left.
#
# STEWARD_CASES_PART=K/N runs the K-th of each N interruptions.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Interrupt;
use StewardCluster;
use Test::More;

my $node = new_steward('partitions', q{
restart_after_crash = on
pg_steward.mode = auto
pg_steward.auto_actions = ''
pg_steward.lock_timeout = 60s
pg_steward.lock_retries = 30
});
my $db = 'postgres';
my $index = q{"Shop"."Log_client_idx"};
my $worker = worker_pid();
my $id;

# How many indexes on client there are, and how many of them are valid and part of a larger one.
sub look
{
	return $node->safe_psql($db, q{
SELECT count(*), count(*) FILTER (WHERE indisvalid), count(inhparent)
  FROM pg_index LEFT JOIN pg_inherits ON inhrelid = indexrelid
 WHERE pg_get_indexdef(indexrelid) LIKE '% USING btree (client)'});
}

sub oid_of
{
	return $node->safe_psql($db, "SELECT to_regclass('$_[0]')::oid");
}

interrupt_on($node, $db);
$node->start;
$node->safe_psql($db, q{
SET client_min_messages = warning;
CREATE EXTENSION pg_steward CASCADE;
CREATE SCHEMA "Shop";
CREATE SCHEMA old;
CREATE TABLE "Shop"."Log" (id integer, at integer, client integer, pad text) PARTITION BY RANGE (at);
CREATE TABLE "Shop"."Log 1" PARTITION OF "Shop"."Log" FOR VALUES FROM (0) TO (30000);
CREATE TABLE old.log_2 (pad text, gone integer, client integer, at integer, id integer);
ALTER TABLE old.log_2 DROP gone;
ALTER TABLE "Shop"."Log" ATTACH PARTITION old.log_2 FOR VALUES FROM (30000) TO (60000);
CREATE TABLE "Shop".log_3 PARTITION OF "Shop"."Log" FOR VALUES FROM (60000) TO (90000) PARTITION BY LIST (client);
CREATE TABLE "Shop".log_3_odd PARTITION OF "Shop".log_3 FOR VALUES IN (1, 3, 5);
CREATE TABLE "Shop".log_3_rest PARTITION OF "Shop".log_3 DEFAULT;
INSERT INTO "Shop"."Log" SELECT i, i, i % 2000, repeat('x', 100) FROM generate_series(0, 89999) AS i;
CREATE TABLE "Shop"."Log 1_client_idx" ();
ANALYZE "Shop"."Log";
});
await_steward($node, $db);
run_workload($node, $db, query => 'SELECT id, pad FROM "Shop"."Log" WHERE client = %d');
$node->safe_psql($db, 'SELECT steward.refresh()');
$id = $node->safe_psql($db, q{SELECT id FROM steward.recommendations WHERE ddl LIKE '%("client"%' OR ddl LIKE '%(client)%'});

# All of it, by itself, since it was approved
$node->safe_psql($db, "SELECT steward.approve($id)");
is(status_of($node, $db, $id), 'approved', 'it may be approved');
$node->safe_psql($db, "CALL steward.apply($id)");
is(look(), '6|6|5', 'the index and those of its five partitions are valid, the latter attached');
is_index($node, $db, $index, 'valid', 'the index');
like($node->safe_psql($db, "SELECT obj_description('$index'::regclass)"), qr/^pg_steward #$id /, 'it says where it is from');
like($node->safe_psql($db, 'EXPLAIN SELECT id, pad FROM "Shop"."Log" WHERE client = 7'), qr/log_2_client_idx/, 'it is used');
$node->safe_psql($db, "CALL steward.revert($id)");
is(look(), '0|0|0', 'taken back, nothing is left of it');

# People go on writing
hold('LOCK TABLE ONLY old.log_2 IN ROW EXCLUSIVE MODE');
$node->safe_psql($db, "CALL steward.apply($id, wait => false)");
await(q{EXISTS (SELECT FROM pg_stat_progress_create_index WHERE relid = 'old.log_2'::regclass AND phase = 'waiting for writers before build')});
like($node->safe_psql($db, 'SELECT progress FROM steward.progress'), qr/old\.log_2: waiting for writers before build/, 'one sees how far it is');
is($node->safe_psql($db, q{SET lock_timeout = '2s'; INSERT INTO "Shop"."Log" VALUES (1, 1, 1, ''), (1, 40001, 1, ''), (1, 70001, 1, ''); SELECT 'written'}),
	'written', 'everywhere, while one partition is at its turn');

# Partitions come and go meanwhile
$node->safe_psql($db, q{CREATE TABLE "Shop".log_4 PARTITION OF "Shop"."Log" FOR VALUES FROM (90000) TO (120000) PARTITION BY RANGE (at);
CREATE TABLE "Shop".log_4_1 PARTITION OF "Shop".log_4 FOR VALUES FROM (90000) TO (99000)});
$node->safe_psql($db, q{ALTER TABLE "Shop"."Log" DETACH PARTITION "Shop"."Log 1"});
release_all();
await_status($node, $db, $id, 'verifying');
is(look(), '7|7|6', 'a new partition has its index, one that was detached has none');
$node->safe_psql($db, "CALL steward.revert($id)");
is(look(), '0|0|0', 'taken back, nothing is left of it');
$node->safe_psql($db, q{ALTER TABLE "Shop"."Log" ATTACH PARTITION "Shop"."Log 1" FOR VALUES FROM (0) TO (30000); DROP TABLE "Shop".log_4});

# Stages: what holds it, when, and how it shows
my $built = q{(SELECT count(*) FROM pg_index JOIN pg_class AS c ON c.oid = indrelid WHERE indisvalid AND c.relkind = 'r'
	AND pg_get_indexdef(indexrelid) LIKE '% USING btree (client)')};
my @stages = (
	[ 'a partition', q{INSERT INTO old.log_2 VALUES ('', 1, 40000, 1)}, undef,
		"EXISTS (SELECT FROM pg_stat_progress_create_index WHERE pid = $worker AND phase = 'waiting for writers before build')" ],
	[ 'the empty one', q{LOCK TABLE ONLY "Shop"."Log" IN ROW EXCLUSIVE MODE}, undef, "$built = 4 AND (SELECT query LIKE '%ONLY%' FROM pg_stat_activity WHERE pid = $worker)" ],
	[ 'an attachment', q{LOCK TABLE ONLY "Shop"."Log" IN ROW EXCLUSIVE MODE}, sub {
			await("$built = 4");
			hold(q{SELECT count(*) FROM old.log_2 WHERE client = 7});
			release_first();
		}, "$built = 4 AND (SELECT query LIKE '%ATTACH%log_2%' FROM pg_stat_activity WHERE pid = $worker)" ]);

sub check_case
{
	my ($stage, $interruption) = @_;
	my ($name, $held_by, $lead, $shows) = @$stage;

	hold($held_by);
	$node->safe_psql($db, "CALL steward.apply($id, wait => false)");
	$lead->() if $lead;
	await($shows);

	my $first = oid_of(q{"Shop"."Log 1_client_idx1"});

	isnt($first, '', 'the first partition has its index');
	$interruption->[1]->();
	release_all();
	$node->safe_psql($db, 'SELECT steward.start()') if $interruption->[0] eq 'stopped';
	ok($node->poll_query_until($db, "SELECT status NOT IN ('queued', 'running') FROM steward.actions WHERE id = $id"), 'it comes to rest')
		or diag($node->safe_psql($db, 'SELECT state, message FROM steward.status()'));
	if (!$interruption->[2])
	{
		is(status_of($node, $db, $id), 'verifying', 'it went on') or diag(journal_of($node, $db, $id), last_error($node, $db, $id));
		is(look(), '6|6|5', 'the whole index is there');
		is(oid_of(q{"Shop"."Log 1_client_idx1"}), $first, 'what was built was not built again');
		like($node->safe_psql($db, "SELECT obj_description('$index'::regclass)"), qr/^pg_steward #$id /, 'it says where it is from');
		$node->safe_psql($db, "CALL steward.revert($id)");
	}
	else
	{
		is(status_of($node, $db, $id), 'failed', 'it failed');
	}
	is(look(), '0|0|0', 'nothing is left of it');
	return;
}

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

# Somebody else takes the name meanwhile
hold(q{INSERT INTO "Shop"."Log" VALUES (1, 1, 1, '')});
$node->safe_psql($db, "CALL steward.apply($id, wait => false)");
await(q{EXISTS (SELECT FROM pg_stat_progress_create_index WHERE relid = '"Shop"."Log 1"'::regclass)});
$node->safe_psql($db, 'CREATE INDEX log_2_client_idx ON old.log_2 (client, id)');
release_all();
await_status($node, $db, $id, 'failed');
like(last_error($node, $db, $id), qr/^42P07 .*"log_2_client_idx" already exists/, 'the name was taken');
is(look(), '0|0|0', 'nothing is left of it');
is_index($node, $db, 'old.log_2_client_idx', 'valid', 'the one of somebody else');
$node->safe_psql($db, "CALL steward.apply($id)");
is(look(), '6|6|5', 'under another name it works');

# What came with a partition is not the steward's to drop
$node->safe_psql($db, q{CREATE TABLE brought (LIKE "Shop"."Log"); CREATE INDEX brought_idx ON brought (client);
	ALTER TABLE "Shop"."Log" ATTACH PARTITION brought FOR VALUES FROM (90000) TO (120000);
	CREATE TABLE made PARTITION OF "Shop"."Log" FOR VALUES FROM (120000) TO (150000)});
refused($node, $db, "CALL steward.revert($id)", '55000', qr/index \S*brought_idx, which came with its partition, became part of it/, 'taking it back');
$node->safe_psql($db, q{ALTER TABLE "Shop"."Log" DETACH PARTITION brought; DROP TABLE brought});

# Taking it back waits for nobody's transaction for long
my $offset = -s $node->logfile;

hold('SELECT count(*) FROM old.log_2');
$node->safe_psql($db, "CALL steward.revert($id, wait => false)");
$node->wait_for_log(qr/action $id: a lock was not to be had within .*; trying again/, $offset);
is($node->safe_psql($db, q{SET lock_timeout = '2s'; SELECT count(*) FROM "Shop"."Log" WHERE at = 5}), 1, 'so others can read the table');
release_all();
await_status($node, $db, $id, 'taken_back');
is(look(), '0|0|0', 'nothing is left of it');

# A lock that is not to be had throws away nothing: it goes on later
sub set_conf
{
	$node->adjust_conf('postgresql.conf', @_);
	$node->reload;
	return;
}

set_conf('pg_steward.lock_retries', '0');
hold(q{LOCK TABLE ONLY "Shop"."Log" IN ROW EXCLUSIVE MODE});
refused($node, $db, "CALL steward.apply($id)", '55000', qr/action $id goes on later.*paused: a lock was not to be had within/s, 'a build whose lock is not to be had');

my $first = oid_of(q{"Shop"."Log 1_client_idx1"});

isnt($first, '', 'what is built stays');
is($node->safe_psql($db, "SELECT status, trouble FROM steward.progress WHERE action = $id"), 'running|paused: a lock was not to be had within 300 ms: somebody else has it, or waits for it', 'one sees why');

# Meanwhile somebody makes one of the parts part of an index of his own, and another partition is locked
$node->safe_psql($db, q{CREATE INDEX rest_client ON "Shop".log_3 (client)});
release_all();
hold(q{LOCK TABLE "Shop"."Log 1" IN ACCESS EXCLUSIVE MODE});
$node->safe_psql($db, "UPDATE steward.actions SET not_before = NULL WHERE id = $id");
await(q{EXISTS (SELECT FROM pg_locks WHERE pid = } . $worker . q{ AND NOT granted AND relation = '"Shop"."Log 1"'::regclass)});
release_all();
await_status($node, $db, $id, 'verifying');
is(oid_of(q{"Shop"."Log 1_client_idx1"}), $first, 'what was built was not built again');
is_index($node, $db, $index, 'valid', 'the index');
$node->safe_psql($db, "CALL steward.revert($id)");
is_index($node, $db, '"Shop".rest_client', 'valid', 'that of somebody else');
is(look(), '3|3|2', 'only his is left, with what he took for it');
$node->safe_psql($db, 'DROP INDEX "Shop".rest_client');

# Cancelled while it is paused, nothing is left of it
hold(q{LOCK TABLE ONLY "Shop"."Log" IN ROW EXCLUSIVE MODE});
$node->psql($db, "CALL steward.apply($id)");
is(status_of($node, $db, $id), 'running', 'it is paused');
$node->safe_psql($db, "CALL steward.cancel($id)");
await_status($node, $db, $id, 'failed');
is(look(), '0|0|0', 'nothing is left of it');
release_all();

$node->stop;
done_testing();
