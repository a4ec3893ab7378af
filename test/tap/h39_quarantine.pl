
# On every version.
#
# Hazards 16, 17 and 39: an unused index is not dropped before the planner of all
# sessions did without it for a while.  One that turns out to be needed comes back
# before that; one that nobody missed goes, and comes back as it was where somebody
# asks for it.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use StewardCluster;
use Test::More;
use Time::HiRes qw(usleep);

my $node = new_steward('quarantine', q{
pg_steward.workload_interval = 1s
pg_steward.round_interval = 1s
pg_steward.quarantine_time = 1d
pg_steward.old_transaction_limit = 1s
});
my $db = 'postgres';
my $space = PostgreSQL::Test::Utils::tempdir();

# An index that nobody used in forty days, in which its table was read and written; the advice to drop it.
sub make_idle
{
	my ($table, $more) = @_;

	$node->safe_psql($db, "CREATE TABLE $table AS SELECT i AS id, i % 1000 AS a, i AS b, repeat('x', 50) AS pad FROM generate_series(1, 20000) AS i;
		CREATE INDEX ${table}_a ON $table (a)" . ($more // '') . ";
		ANALYZE $table;
		SELECT pg_stat_force_next_flush();
		SELECT (steward.refresh()).summary;
		SET enable_indexscan = off; SET enable_bitmapscan = off; SET enable_indexonlyscan = off;
		SELECT count(*) FROM $table; INSERT INTO $table VALUES (0, 0, 0, '');
		SELECT pg_stat_force_next_flush();
		SELECT (steward.refresh()).summary;
		UPDATE steward.index_usage SET since = since - interval '40 days' WHERE relation = '$table'::regclass;
		SELECT (steward.refresh()).summary");

	my $id = $node->safe_psql($db, "SELECT id FROM steward.actions WHERE target = 'public.${table}_a' AND kind = 'drop_index' AND status = 'proposed'");

	like($id, qr/^\d+$/, "the index of $table is advised to go")
	  or diag($node->safe_psql($db, "SELECT index, verdict, reason FROM steward.indexes WHERE relation = '$table'::regclass; SELECT * FROM steward.actions"));
	return $id;
}

# The steward sees to it within a second or so.
sub await_planned
{
	my ($table, $wanted, $name) = @_;
	my $plan;

	for (my $tries = 0; $tries < 10 * $PostgreSQL::Test::Utils::timeout_default; $tries++)
	{
		$plan = $node->safe_psql($db, "EXPLAIN SELECT pad FROM $table WHERE a = 7");
		last if ($plan =~ /${table}_a/ ? 1 : 0) == $wanted;
		usleep(100_000);
	}
	($wanted ? \&like : \&unlike)->($plan, qr/${table}_a/, $name);
	return;
}

sub await_reached
{
	my ($id, $status, $name) = @_;

	ok($node->poll_query_until($db, "SELECT status = '$status' FROM steward.actions WHERE id = $id"), $name)
	  or diag($node->safe_psql($db, "SELECT status, reason, observed FROM steward.actions WHERE id = $id; SELECT to_status, error FROM steward.journal WHERE action = $id; SELECT state, message FROM steward.status()"));
	return;
}

$node->start;
make_item($node, $db);
await_steward($node, $db);
$node->safe_psql($db, "CREATE TABLESPACE away LOCATION '$space'");

# In quarantine
my $id = make_idle('idle', " WITH (fillfactor = 70) TABLESPACE away; COMMENT ON INDEX idle_a IS 'for the month''s end'; ALTER TABLE idle ALTER a SET STATISTICS 300");
my $definition = $node->safe_psql($db, q{SELECT pg_get_indexdef('idle_a'::regclass)});
my $session = $node->background_psql($db);

await_planned('idle', 1, 'before that the planner uses it');
$session->query_safe(q{SET plan_cache_mode = force_generic_plan; PREPARE cached AS SELECT pad FROM idle WHERE a = $1});
like($session->query_safe('EXPLAIN EXECUTE cached (7)'), qr/idle_a/, 'as does a prepared statement');
like($node->safe_psql($db, "SELECT steward.explain_recommendation($id)"), qr/it was not used in 40 days/, 'its page says why it is to go');
$node->safe_psql($db, "CALL steward.apply($id)");
is(status_of($node, $db, $id), 'quarantined', 'it is not dropped at once');
is_index($node, $db, 'idle_a', 'valid', 'it stays');
refused($node, $db, "CALL steward.apply($id)", '55000', qr/is in quarantine already.*in force for 1 minute of 1 day.*steward\.revert/s, 'asking for it twice does not cost the trial');
is(status_of($node, $db, $id), 'quarantined', 'it stays there');
like($node->safe_psql($db, 'CALL steward.maintain(true)'), qr/^In quarantine.*\n  #$id public\.idle_a.*: it was not used in 40 days.*; in force for 1 minute of 1 day$/m, 'the report tells how long it has been');
await_planned('idle', 0, 'but the planner of another session does without it');
unlike($session->query_safe('EXPLAIN EXECUTE cached (7)'), qr/idle_a/, 'and that of a prepared statement');
like($node->safe_psql($db, q{SELECT verdict || ': ' || reason FROM steward.indexes WHERE index = 'idle_a'::regclass}), qr/^unused: in quarantine, where the planner does without it/, 'steward.indexes says so');
refused($node, $db, "SELECT steward.dismiss($id, 'no')", '55000', qr/"quarantined".*pg_steward\.quarantine_time/s, 'dismissing it now');

# Over a restart and a crash
$session->quit;
foreach my $how ('fast', 'immediate')
{
	$node->stop($how);
	$node->start;
	ok($node->poll_query_until($db, q{SELECT reason LIKE 'in quarantine%' FROM steward.indexes WHERE index = 'idle_a'::regclass}), "after a stop ($how) it still is");
	await_planned('idle', 0, 'and the planner does without it');
	is(status_of($node, $db, $id), 'quarantined', 'as its action says');
}

# Stopped, started
$node->safe_psql($db, q{SELECT steward.stop('enough')});
await_planned('idle', 1, 'stop() ends it');
await_reached($id, 'proposed', 'and the action is a proposal again');
$node->safe_psql($db, 'SELECT steward.start()');

# A person ends it
$node->safe_psql($db, "UPDATE steward.index_usage SET since = since - interval '40 days', reads_unused = 1, writes_unused = 1; SELECT (steward.refresh()).summary; CALL steward.apply($id)");
is(status_of($node, $db, $id), 'quarantined', 'once more');
$node->safe_psql($db, "CALL steward.revert($id)");
is(status_of($node, $db, $id), 'taken_back', 'revert() ends it');
await_planned('idle', 1, 'so the planner uses it again');
$node->safe_psql($db, "UPDATE steward.index_usage SET since = since - interval '40 days', reads_unused = 1, writes_unused = 1; SELECT (steward.refresh()).summary");
is(status_of($node, $db, $id), 'taken_back', 'it is not advised again at once');

# One that turns out to be needed comes back within a round
my $needed = make_idle('needed');

$node->safe_psql($db, "CALL steward.apply($needed)");
is(status_of($node, $db, $needed), 'quarantined', 'another one');
await_planned('needed', 0, 'so that the planner does without it');
is($node->safe_psql($db, q{INSERT INTO needed VALUES (20001, 7, 0, 'new'); SET enable_seqscan = off; SELECT pad FROM needed WHERE a = 7 ORDER BY pad LIMIT 1}), 'new', 'results are right');
await_reached($needed, 'taken_back', 'a statement that would have used it ends that');
like($node->safe_psql($db, "SELECT reason FROM steward.actions WHERE id = $needed"), qr/missed in quarantine: a statement that ran meanwhile would have used it: SELECT pad FROM needed WHERE a = \$1 ORDER BY pad LIMIT \$2/, 'it is named');
await_planned('needed', 1, 'the planner uses it again');

# An index of a partition, which statements do not name
my $part = make_idle('part');

$node->safe_psql($db, 'CREATE TABLE whole (LIKE part) PARTITION BY RANGE (id); ALTER TABLE whole ATTACH PARTITION part FOR VALUES FROM (0) TO (100000)');
$node->safe_psql($db, "CALL steward.apply($part)");
await_planned('part', 0, 'that of a partition');
$node->safe_psql($db, 'SET enable_seqscan = off; SELECT pad FROM whole WHERE a = 7 ORDER BY pad LIMIT 1');
await_reached($part, 'taken_back', 'is missed by a statement on the whole table');

# Excluding its table ends it
my $shut = make_idle('shut');

$node->safe_psql($db, "CALL steward.apply($shut)");
await_planned('shut', 0, 'one more');
$node->safe_psql($db, q{SELECT steward.exclude('public.shut', 'a DBA looks after it')});
is(status_of($node, $db, $shut), 'obsolete', 'whose table is excluded');
await_planned('shut', 1, 'is used again');

# When the time is over
$node->safe_psql($db, "CALL steward.apply($id)");
is(status_of($node, $db, $id), 'quarantined', 'asked for again, it is tried again');
await_planned('idle', 0, 'so that the planner does without it');

my $reader = $node->background_psql($db);

$reader->query_safe('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM pg_class');
ok($node->poll_query_until($db, "SELECT observed ? 'quarantine_s' FROM steward.actions WHERE id = $id"), 'it is looked after');
$node->safe_psql($db, "UPDATE steward.actions SET observed = observed || '{\"quarantine_s\": 90000}' WHERE id = $id");
ok($node->poll_query_until($db, "SELECT count(*) > 0 FROM steward.journal WHERE action = $id AND from_status = 'queued' AND to_status = 'quarantined' AND error LIKE '%transaction%'"), 'its time is over, but a transaction would hold its end up');
await_planned('idle', 0, 'meanwhile the planner goes on doing without it');
$reader->query_safe('COMMIT');
$reader->quit;
$node->safe_psql($db, "UPDATE steward.actions SET not_before = NULL WHERE id = $id");
await_reached($id, 'verifying', 'one that nobody missed is dropped');
is_index($node, $db, 'idle_a', 'absent', 'it');
like(journal_of($node, $db, $id), qr/^proposed queued running quarantined proposed( obsolete proposed)? queued running quarantined taken_back queued running quarantined( queued quarantined)+ queued running verifying$/, 'its way');
$node->safe_psql($db, "CALL steward.revert($id)");
is($node->safe_psql($db, q{SELECT pg_get_indexdef('idle_a'::regclass)}), $definition, 'taken back it is as it was');
is($node->safe_psql($db, q{SELECT obj_description('idle_a'::regclass), (SELECT spcname FROM pg_tablespace AS t JOIN pg_class AS c ON c.reltablespace = t.oid WHERE c.oid = 'idle_a'::regclass), (SELECT attstattarget FROM pg_attribute WHERE attrelid = 'idle'::regclass AND attname = 'a')}),
	"for the month's end|away|300", 'with its comment, tablespace and statistics target');
await_planned('idle', 1, 'and used');

# Dropped with the extension
my $last = make_idle('last');

$node->safe_psql($db, "CALL steward.apply($last)");
await_planned('last', 0, 'in quarantine');
$node->safe_psql($db, 'DROP EXTENSION pg_steward');
ok($node->poll_query_until($db, "SELECT count(*) = 0 FROM pg_stat_activity WHERE backend_type = 'pg_steward'"), 'an extension that is dropped');
await_planned('last', 1, 'keeps nobody from using it');

$node->stop;
unlike(slurp_file($node->logfile), qr/terminated by signal|PANIC|TRAP/, 'no process crashed');
done_testing();
