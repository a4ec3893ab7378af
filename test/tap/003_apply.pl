
# Applying and reverting: a background worker builds, the journal tells, and
# what cannot be done is refused with a reason.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use StewardCluster;
use Test::More;

my $node = new_steward('apply');
my $db = 'postgres';
my ($ret, $out, $err);

sub set_round_interval
{
	my ($interval) = @_;

	$node->adjust_conf('postgresql.conf', 'pg_steward.round_interval', $interval);
	$node->reload;
	return;
}

$node->start;
make_item($node, $db);
await_steward($node, $db);

my $id = propose($node, $db);
my $index = $node->safe_psql($db, "SELECT target FROM steward.actions WHERE id = $id");

# Refusals before anything is done
foreach my $call ('apply', 'revert')
{
	refused($node, $db, "CALL steward.$call(4711)", '42704', qr/there is no action 4711.*HINT/s, "$call of an unknown id");
	refused($node, $db, "CALL steward.$call(NULL)", '22023', qr/must not be NULL/, "$call of NULL");
}
refused($node, $db, "CALL steward.revert($id)", '55000', qr/cannot be reverted.*"proposed"/s, 'revert of what was not applied');
$node->safe_psql($db, 'CREATE ROLE nobody');
refused($node, $db, "SET ROLE nobody; CALL steward.apply($id)", '42501', qr/permission denied/, 'apply by anybody');
is(journal_of($node, $db, $id), 'proposed', 'nothing of it touched the action');

# It is built
($ret, $out, $err) = $node->psql($db, "CALL steward.apply($id)");
is($ret, 0, 'apply succeeds') or diag($err);
like($err, qr/NOTICE:  action $id: done, its status is verifying/, 'and says so');
is_index($node, $db, $index, 'valid', 'the index is there and valid');
like($node->safe_psql($db, "SELECT obj_description('$index'::regclass, 'pg_class')"),
	qr/^pg_steward #$id \d{4}-\d\d-\d\d: serves 1 statement/, 'its comment says whose it is and why');
is(journal_of($node, $db, $id), 'proposed queued running verifying', 'the journal tells its way');
is($node->safe_psql($db, "SELECT count(*) FROM steward.journal WHERE action = $id AND to_status = 'running'
		AND worker_pid IS NOT NULL AND before_state ->> 'existed' = 'false'"),
	1, 'with the worker, and what was there before');
like($node->safe_psql($db, 'EXPLAIN SELECT count(*) FROM item WHERE a = 5'), qr/item_a_idx/, 'the planner uses it');

my $log = slurp_file($node->logfile);
like($log, qr/pg_steward: action $id starts: CREATE INDEX CONCURRENTLY/, 'one line in the log at its start');
like($log, qr/pg_steward: action $id ended: verifying/, 'one at its end');

# What is applied is not applied again, nor proposed
refused($node, $db, "CALL steward.apply($id)", '55000', qr/cannot be applied.*"verifying".*revert/s, 'apply of what is applied');
is($node->safe_psql($db, 'SELECT analyzed FROM steward.refresh()'), 0, 'times from before the index ask for nothing more');
run_workload($node, $db);
is($node->safe_psql($db, 'SELECT analyzed FROM steward.refresh()'), 1, 'those from after it may');
is($node->safe_psql($db, "SELECT count(*) FROM steward.actions WHERE kind = 'create_index' AND status = 'proposed'"), 0, 'it is not proposed again');
refused($node, $db, "SELECT steward.dismiss($id, 'no more')", '55000', qr/cannot be dismissed.*steward\.revert/s,
	'what is built is reverted, not dismissed');

# The steward keeps what helped.  While people work on, so that a moment in which
# the machine was slow does not decide.
set_round_interval('1s');
my $give_up = time + $PostgreSQL::Test::Utils::timeout_default;

do { run_workload($node, $db) } until status_of($node, $db, $id) eq 'kept' || time > $give_up;
is(status_of($node, $db, $id), 'kept', 'what helped is kept')
	or diag($node->safe_psql($db, "SELECT observed FROM steward.actions WHERE id = $id"));
# From here on no round may come between two steps.
set_round_interval('1d');
refused($node, $db, "CALL steward.apply($id)", '55000', qr/"kept"/, 'apply of what is kept');

# It is taken back
($ret, $out, $err) = $node->psql($db, "CALL steward.revert($id)");
is($ret, 0, 'revert succeeds') or diag($err);
is_index($node, $db, $index, 'absent', 'the index is gone');
is(status_of($node, $db, $id), 'taken_back', 'and the action says so');
like($node->safe_psql($db, "SELECT before_state ->> 'definition' FROM steward.journal
		WHERE action = $id AND to_status = 'reverting'"),
	qr/^CREATE INDEX item_a_idx ON public.item/, 'the journal keeps what was there');
refused($node, $db, "CALL steward.revert($id)", '55000', qr/"taken_back"/, 'revert once more');

# It may be wanted again; without waiting
is($node->safe_psql($db, "CALL steward.apply($id, wait => false)"), '', 'apply without waiting');
await_status($node, $db, $id, 'verifying');
is_index($node, $db, $index, 'valid', 'the index is there again');
$node->safe_psql($db, "CALL steward.revert($id)");

# The client goes away, the work goes on
my $holder = hold_snapshot($node, $db);
my $call = background_call($node, $db, "CALL steward.apply($id)");

action_worker($node, $db, 'waiting%');
$call->{run}->kill_kill;
is(status_of($node, $db, $id), 'running', 'the work goes on while the client is gone');
$holder->query_safe('COMMIT');
await_status($node, $db, $id, 'verifying');
is_index($node, $db, $index, 'valid', 'and is done without it');
ok( $node->poll_query_until($db, "SELECT count(*) = 0 FROM pg_stat_activity
		WHERE query LIKE 'CALL steward.apply%' AND pid <> pg_backend_pid()"),
	'its backend does not stay behind');
$node->safe_psql($db, "CALL steward.revert($id)");

# Progress is told while it waits
$holder->query_safe('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM pg_class');
$call = background_call($node, $db, "CALL steward.apply($id)");
pump_until($call->{run}, IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default),
	\$call->{err}, qr/NOTICE: .*action $id: waiting .*, waiting for process \d+/);
like($call->{err}, qr/NOTICE: .*action $id: waiting/, 'progress is told while it waits');
$holder->query_safe('COMMIT');
$call->{run}->finish;
like($call->{err}, qr/action $id: done/, 'and the end');
$holder->quit;
$node->safe_psql($db, "CALL steward.revert($id)");

# An index of that name that is somebody else's is not dropped
$node->safe_psql($db, "CALL steward.apply($id)");
$node->safe_psql($db, 'DROP INDEX item_a_idx; CREATE INDEX item_a_idx ON item (a, b)');
refused($node, $db, "CALL steward.revert($id)", '55000', qr/the index of this name is another one by now/, 'revert of what is another index');
is_index($node, $db, $index, 'valid', 'it stays');
$node->safe_psql($db, 'DROP INDEX item_a_idx');
($ret, $out, $err) = $node->psql($db, "CALL steward.revert($id)");
like($err, qr/action $id failed\nDETAIL:  The reason is: the index is not there any more/, 'revert of what somebody dropped fails');
unlike($err, qr/postponed|try again/i, 'and does not promise that it might do so later');
$node->safe_psql($db, 'CREATE INDEX item_a_idx ON item (a)');
$node->safe_psql($db, "CALL steward.revert($id)");

# What the database sets for people's sessions does not hinder a worker
$node->safe_psql('postgres', q{
ALTER DATABASE postgres SET default_transaction_read_only = on;
ALTER DATABASE postgres SET statement_timeout = '1ms';
ALTER DATABASE postgres SET quote_all_identifiers = on;
ALTER DATABASE postgres SET default_transaction_isolation = 'serializable'});
{
	# Ours do not have it from their beginning.
	local $ENV{PGOPTIONS} = '-c statement_timeout=0 -c default_transaction_read_only=off';

	$node->safe_psql($db, "CALL steward.apply($id)");
	is(status_of($node, $db, $id), 'verifying', "what the database sets for people's sessions does not hinder a worker");
	$node->safe_psql($db, "CALL steward.revert($id); ALTER DATABASE postgres RESET ALL");
}

# Where the work cannot even begin, the journal says why, and others have their turn
my $other = $node->safe_psql($db, q{
INSERT INTO steward.actions (fingerprint, category, kind, status, relation, target, arguments, ddl, undo_ddl, reason, system_identifier, database)
SELECT 'broken', 'index', 'create_index', 'queued', relation, 'public.broken_idx', '{"schema": 5}', '{}', '{}', 'broken', system_identifier, database
  FROM steward.actions LIMIT 1 RETURNING id});
ok( $node->poll_query_until($db, "SELECT count(*) = 1 FROM steward.journal WHERE action = $other AND sqlstate = 'XX000' AND error LIKE '%key%'"),
	'an action whose arguments are broken says so');
$node->safe_psql($db, "CALL steward.apply($id)");
is(status_of($node, $db, $id), 'verifying', 'and another one is done meanwhile');
$node->safe_psql($db, "CALL steward.revert($id); DELETE FROM steward.actions WHERE id = $other");

# Dismissed is dismissed; withheld is withheld
$node->safe_psql($db, "SELECT steward.dismiss($id, 'not this one')");
run_workload($node, $db);
$node->safe_psql($db, 'SELECT steward.refresh()');
is(status_of($node, $db, $id), 'dismissed', 'what was dismissed is not proposed again');
$node->safe_psql($db, "CALL steward.apply($id)");
is_index($node, $db, $index, 'valid', 'but whoever wants it after all may apply it');
$node->safe_psql($db, "CALL steward.revert($id)");
$node->safe_psql($db, "UPDATE steward.actions SET status = 'withheld' WHERE id = $id");
refused($node, $db, "CALL steward.apply($id)", '55000', qr/"withheld".*explain_recommendation/s, 'apply of what is withheld');

# An exact duplicate is dropped, and built again as it was
$node->safe_psql($db, q{
CREATE INDEX first ON item (b DESC, a) WITH (fillfactor = 70);
CREATE INDEX second ON item (b DESC, a) WITH (fillfactor = 70);
COMMENT ON INDEX second IS 'a person''s comment';
});
run_workload($node, $db, query => 'SELECT count(*) FROM item WHERE b = 1 AND a > 1990 AND id <> %d');
$node->safe_psql($db, 'SELECT steward.refresh()');

my ($drop, $target) = split /\|/,
  $node->safe_psql($db, "SELECT id, target FROM steward.actions WHERE kind = 'drop_index' AND status = 'proposed'");

like($target || '', qr/^public\.(first|second)$/, 'the drop of one duplicate is proposed');

my $describe = qq{SELECT pg_get_indexdef('$target'::regclass), obj_description('$target'::regclass, 'pg_class')};
my $definition = $node->safe_psql($db, $describe);

$node->safe_psql($db, "CALL steward.apply($drop)");
is($node->safe_psql($db, "SELECT string_agg(indexrelid::regclass::text, ' ') FROM pg_index
		WHERE indexrelid::regclass::text IN ('first', 'second')"),
	$target eq 'public.first' ? 'second' : 'first', 'one of them is gone, and only one');
$node->safe_psql($db, "CALL steward.revert($drop)");
is($node->safe_psql($db, $describe), $definition, 'revert builds the same definition, with its comment');
is(status_of($node, $db, $drop), 'taken_back', 'and says so');

# An index on an expression: found again, analysed, taken back, and built once more
$node->safe_psql($db, 'DROP INDEX IF EXISTS first, second');
run_workload($node, $db, query => "SELECT count(*) FROM item WHERE upper(pad || a) = 'X%d'");
$node->safe_psql($db, 'SELECT steward.refresh()');

my ($expression, $named) = split /\|/, $node->safe_psql($db, q{SELECT id, target FROM steward.actions
	WHERE status = 'proposed' AND ddl[1] LIKE '%USING btree (upper((pad || (a)::text)))%'});

ok($expression, 'an expression is proposed') or BAIL_OUT('no proposal of an index on an expression');
$node->safe_psql($db, "CALL steward.apply($expression)");
is(status_of($node, $db, $expression), 'verifying', 'it is built');
is_index($node, $db, $named, 'valid', 'and found to be the one that was meant');
is($node->safe_psql($db, "SELECT count(*) FROM pg_statistic WHERE starelid = '$named'::regclass"), 1, 'with statistics of the expression');
$node->safe_psql($db, 'SELECT pg_stat_statements_reset()');
run_workload($node, $db, query => "SELECT count(*) FROM item WHERE upper(pad || a) = 'X%d'");
is($node->safe_psql($db, q{SELECT count(*) FROM steward.recommend_indexes() WHERE ddl LIKE '%upper%'}), 0, 'it is not advised again');
$node->safe_psql($db, "CALL steward.revert($expression)");
is_index($node, $db, $named, 'absent', 'it is taken back');
$node->safe_psql($db, "CREATE INDEX $1 ON item (lower(pad || a))") if $named =~ /\.(.*)/;
refused($node, $db, "CALL steward.apply($expression)", '55000', qr/exists already/, 'where the name is taken by another expression');
is_index($node, $db, $named, 'valid', 'that one stays');
$node->safe_psql($db, "UPDATE steward.actions SET status = 'verifying' WHERE id = $expression");
refused($node, $db, "CALL steward.revert($expression)", '55000', qr/another one by now/, 'nor is it taken back for ours');
$node->safe_psql($db, "DROP INDEX $named");

# A duplicate no more
$node->safe_psql($db, q{
CREATE INDEX first ON item (b DESC, a) WITH (fillfactor = 70);
CREATE INDEX second ON item (b DESC, a) WITH (fillfactor = 70);
});
$node->safe_psql($db, "UPDATE steward.actions SET status = 'proposed', arguments = arguments || jsonb_build_object('index', to_regclass('$target')::oid::bigint) WHERE id = $drop; DROP INDEX "
	  . ($target eq 'public.first' ? 'second' : 'first'));
refused($node, $db, "CALL steward.apply($drop)", '55000', qr/no duplicate any more/, 'drop of what is no duplicate any more');
is(status_of($node, $db, $drop), 'failed', 'failed, with the reason');
is_index($node, $db, $target, 'valid', 'the only one of its kind stays');

$node->stop;
unlike(slurp_file($node->logfile), qr/terminated by signal|PANIC|TRAP/, 'no process crashed');
done_testing();
