
# Hazard 19: no allocation of ours that fails, wherever it is, costs more than our own
# piece of work: the N-th operator new throws std::bad_alloc, for N from the
# first to the last of each function, and once more with all after it failing.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use StewardCluster;
use Test::More;

my $node = new_steward('memory', "log_statement = none\n");
my $db = 'postgres';
my $library = PostgreSQL::Test::Utils::tempdir() . '/fail_allocation.so';
my $source = __FILE__ =~ s/[^\/]*$/fail_allocation.cpp/r;

system_or_bail($ENV{CXX} || 'c++', '-std=c++17', '-O1', '-fPIC', '-shared', '-o', $library, $source);
{
	local $ENV{LD_PRELOAD} = $library;
	$node->start;
}
$node->safe_psql($db, q{CREATE FUNCTION fail_allocation(pid integer, n bigint) RETURNS bigint
	LANGUAGE c AS '$libdir/steward_test';
	CREATE FUNCTION allocations_left() RETURNS bigint LANGUAGE c AS '$libdir/steward_test'});
make_item($node, $db);
await_steward($node, $db);

my $id = propose($node, $db);
my $index = $node->safe_psql($db, "SELECT target FROM steward.actions WHERE id = $id");
my $started = $node->safe_psql($db, 'SELECT pg_postmaster_start_time()');

# The actions agree with the indexes.
my $consistent = qq{SELECT CASE WHEN status IN ('verifying', 'kept', 'revert_queued')
		THEN coalesce((SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('$index')), false)
		ELSE to_regclass('$index') IS NULL END FROM steward.actions WHERE id = $id};

# Waits outside of a snapshot until nothing is at work.
my $await_rest = qq{DO \$\$ BEGIN LOOP COMMIT;
	EXIT WHEN NOT EXISTS (SELECT FROM steward.actions WHERE status IN ('queued', 'running', 'revert_queued', 'reverting'))
		AND NOT EXISTS (SELECT FROM pg_stat_activity WHERE backend_type LIKE 'pg_steward action%');
	PERFORM pg_stat_clear_snapshot(); COMMIT; PERFORM pg_sleep(0.02); END LOOP; END \$\$};

# Which N of so many: all of the first, then ever fewer.
sub sample
{
	my ($total, $dense) = @_;
	my @n = 1 .. ($total < $dense ? $total : $dense);
	my $n = $dense;

	while (($n = int($n * 1.12) + 1) <= $total)
	{
		push @n, $n;
	}
	return @n;
}

# sweep(NAME, SQL, DENSE, BEFORE, AFTER): SQL under every failing allocation, in
# one session.  BEFORE and AFTER run around each, undisturbed.
sub sweep
{
	my ($name, $sql, $dense, $before, $after) = @_;
	my $measure = join("\n", $before, "SELECT fail_allocation(pg_backend_pid(), 1000000) AS x \\gset", "$sql;",
		"SELECT 1000000 - fail_allocation(0, 0) AS total \\gset", '\echo total :total', $after);
	my ($ret, $out, $err) = $node->psql($db, $measure, on_error_stop => 0);
	my ($total) = $out =~ /^total (\d+)$/m;
	my ($script, $rc, %seen) = ('', 0);

	cmp_ok($total || 0, '>', 5, "$name: allocates") or return;
	foreach my $n (sample($total, $dense))
	{
		foreach my $failing ($n, -$n)
		{
			$script .= join("\n", $before, "SELECT fail_allocation(pg_backend_pid(), $failing) AS x \\gset", "$sql;",
				"\\echo result $failing :SQLSTATE :LAST_ERROR_MESSAGE",
				'SELECT fail_allocation(0, 0) AS left \gset',
				"SELECT count(*) = 20000 AS usable FROM item \\gset",
				"\\echo usable :usable", $after) . "\n";
		}
	}
	($rc, $out, $err) = $node->psql($db, "$script\n\\echo finished\n", on_error_stop => 0);
	like($out, qr/^finished$/m, "$name: the session lives through all of it") or diag($out, $err);
	$seen{$_}++ foreach $out =~ /^result -?\d+ (\w{5})/mg;

	my @strange = grep { !/^(00000|53200|55000|42704)$/ } keys %seen;

	is("@strange", '', "$name: each ends well or in an ERROR of memory") or diag(grep { /result/ } split /^/, $out);
	cmp_ok($seen{53200} || 0, '>', 0, "$name: out of memory is reported as such");
	unlike($out, qr/^usable [^t]/m, "$name: the session is usable after each");
	note("$name: $total allocations, ", join(', ', map { "$_: $seen{$_}" } sort keys %seen));
	return;
}

sub alive
{
	my ($name) = @_;

	is($node->safe_psql($db, 'SELECT pg_postmaster_start_time()'), $started, "$name: the server ran all the while");
	is($node->safe_psql($db, $consistent), 't', "$name: actions and indexes agree");
	return;
}

# What a failing allocation shall not disturb
my $keep = "UPDATE steward.actions SET status = 'proposed' WHERE id = $id AND status <> 'proposed';";

foreach my $case (
	[ 'recommend_indexes(queries)', q{SELECT * FROM steward.recommend_indexes(ARRAY['SELECT * FROM item WHERE a = $1 ORDER BY id', 'SELECT * FROM item AS i JOIN item AS j ON i.a = j.b WHERE j.id = 5'])}, 100 ],
	[ 'recommend_indexes()', 'SELECT * FROM steward.recommend_indexes()', 60 ],
	[ 'statements', 'SELECT * FROM steward.statements', 60 ],
	[ 'status()', 'SELECT * FROM steward.status()', 100 ],
	[ 'refresh()', 'SELECT * FROM steward.refresh()', 40 ],
	[ 'explain_recommendation()', "SELECT steward.explain_recommendation($id)", 100 ],
	[ 'simulate()', "SELECT * FROM steward.simulate($id)", 100, '', 'SELECT hypopg_reset() AS x \gset' ],
	[ 'dismiss()', "SELECT steward.dismiss($id, 'for lack of memory')", 100, $keep, $keep ],
	[ 'exclude()', "SELECT steward.exclude('nothing.%', 'for lack of memory')", 100 ],
	[ 'tune(dry_run)', 'CALL steward.tune(dry_run => true)', 20 ],
	[ 'stop() and start()', "SELECT steward.stop('for lack of memory'), steward.start()", 100, '', "SELECT steward.start() AS x \\gset" ])
{
	my ($name, $sql, $dense, $before, $after) = @$case;

	sweep($name, $sql, $dense, $before || '', $after || '');
	alive($name);
}

# The advice is renewed all the same
run_workload($node, $db);
$node->safe_psql($db, $keep . ' SELECT steward.refresh()');
is(status_of($node, $db, $id), 'proposed', 'the advice stands');

# Acting
sweep('apply()', "CALL steward.apply($id)", 25, "$await_rest;\n$keep DROP INDEX IF EXISTS $index;", "$await_rest;");
alive('apply()');
$node->safe_psql($db, "$keep DROP INDEX IF EXISTS $index;");
$node->safe_psql($db, "CALL steward.apply($id)");
sweep('revert()', "CALL steward.revert($id)", 15,
	"$await_rest;\nUPDATE steward.actions SET status = 'verifying' WHERE id = $id;\nCREATE INDEX IF NOT EXISTS item_a_idx ON item (a);",
	"$await_rest;");
$node->safe_psql($db, $await_rest);
alive('revert()');

# The action worker: whatever it comes to, it is settled
my %outcome;
my $fired = 0;

foreach my $n (1 .. 10, 15, 30, 60, 100, 150, 200, 260, 330, 400, 480, 560)
{
	foreach my $failing ($n, -$n)
	{
		$node->safe_psql($db, "$keep DROP INDEX IF EXISTS $index; SELECT fail_allocation(0, $failing);");
		$node->psql($db, "CALL steward.apply($id, wait => false)");
		$node->poll_query_until($db, "SELECT allocations_left() = 0 OR status NOT IN ('queued', 'running')
			FROM steward.actions WHERE id = $id");
		$fired++ if $node->safe_psql($db, 'SELECT allocations_left(), fail_allocation(0, 0)') =~ /^0/;
		$node->safe_psql($db, $await_rest);
		$outcome{ status_of($node, $db, $id) }++;
		is($node->safe_psql($db, $consistent), 't', "action worker, allocation $failing: settled");
	}
}
note('action worker: ', join(', ', map { "$_: $outcome{$_}" } sort keys %outcome), "; $fired failed allocations");
cmp_ok($fired, '>', 20, 'allocations of the action worker did fail');
alive('action worker');

# The steward: it lives on, or another comes
sub sweep_worker
{
	my ($type, @n) = @_;
	my $pid_query = "SELECT pid FROM pg_stat_activity WHERE backend_type = '$type'";

	foreach my $n (@n)
	{
		$node->poll_query_until($db, "SELECT count(*) = 1 FROM ($pid_query) AS p")
		  or BAIL_OUT("there is no $type any more");
		$node->safe_psql($db, "SELECT fail_allocation(($pid_query), $n); SELECT steward.start();");
		ok($node->poll_query_until($db, 'SELECT allocations_left() = 0'), "$type: allocation $n failed");
	}
	$node->safe_psql($db, 'SELECT fail_allocation(0, 0)');
	return;
}

# Only now, since a round may find that what is proposed is not wanted any more.
$node->append_conf('postgresql.conf', "pg_steward.workload_interval = 1s\npg_steward.round_interval = 1s\n");
$node->reload;
sweep_worker('pg_steward', 1 .. 5, 10, 20, 40, 80, 150, 300, 600, 1000, 1500);
ok( $node->poll_query_until($db, "SELECT count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'pg_steward'"),
	'the steward is there after all of it');
run_workload($node, $db);
my $since = $node->safe_psql($db, 'SELECT clock_timestamp()');
ok( $node->poll_query_until($db, "SELECT count(*) > 0 FROM steward.statement_counters WHERE seen_at > '$since'"),
	'and at work');
alive('steward');

# The launcher comes back by itself, after a while
sweep_worker('pg_steward launcher', 1, 3);
ok( $node->poll_query_until($db, q{SELECT count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'pg_steward launcher'}),
	'the launcher is there after it');
alive('launcher');

$node->stop;
unlike(slurp_file($node->logfile), qr/terminated by signal|PANIC|TRAP|terminate called/, 'no process crashed');
done_testing();
