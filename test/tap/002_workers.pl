
# The workers: they start by themselves, note the workload and renew the
# advice; databases take turns.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use StewardCluster;
use Test::More;

my $node = new_steward('workers', 'pg_steward.workload_interval = 1s');
my $probe = 'SELECT count(*) FROM probe WHERE v =';

# Calls of the probing statement: of the view, and noted in the history.
sub calls
{
	return $node->safe_psql('postgres', "SELECT calls FROM steward.statements WHERE query LIKE '$probe %'");
}

sub await_noted
{
	my ($calls, $name) = @_;

	ok( $node->poll_query_until('postgres', qq{
			SELECT sum(h.calls) = $calls FROM steward.statement_history AS h
			JOIN pg_stat_statements AS s USING (userid, queryid, toplevel) WHERE s.query LIKE '$probe %'}),
		$name);
	return;
}

sub run_probe
{
	my ($times) = @_;

	$node->safe_psql('postgres', "$probe 1;" x $times);
	return;
}

$node->start;

# They start by themselves
ok( $node->poll_query_until('postgres',
		"SELECT count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'pg_steward launcher'"),
	'the launcher runs');
is($node->safe_psql('postgres', "SELECT datname FROM pg_stat_activity WHERE backend_type = 'pg_steward launcher'"),
	'', 'it holds no database');
make_item($node, 'postgres');
await_steward($node, 'postgres');
like($node->safe_psql('postgres', "SELECT state || ' ' || message FROM steward.status()"),
	qr/^OK pg_steward .* works, mode advise$/m, 'status() is content');

# What ran a moment ago counts at once, once noted and after a reset
$node->safe_psql('postgres', 'CREATE TABLE probe (v integer)');
run_probe(5);
is(calls(), 5, 'what ran a moment ago shows at once');
is($node->safe_psql('postgres', "SELECT tables FROM steward.statements WHERE query LIKE '$probe %'"),
	'{probe}', 'with the tables it touches');
await_noted(5, 'the steward notes the workload');
run_probe(2);
is(calls(), 7, 'what is noted and what is not yet add up');
await_noted(7, 'the steward notes what was added');
$node->safe_psql('postgres', 'SELECT pg_stat_statements_reset()');
run_probe(3);
is(calls(), 10, 'counters that went down were reset, and nothing is lost');
await_noted(10, 'nor counted twice');
is(calls(), 10, 'and so it stays');

# What was run while nobody looked
$node->append_conf('postgresql.conf', "pg_steward.round_interval = 1s\n");
$node->reload;
run_workload($node, 'postgres');
ok( $node->poll_query_until('postgres',
		"SELECT count(*) = 1 FROM steward.recommendations WHERE ddl LIKE '% ON public.item USING btree (a)%'"),
	'the steward renews the advice without being asked');

# Everything is there after a restart
my $kept = q{SELECT id, fingerprint, status FROM steward.actions ORDER BY id; SELECT * FROM steward.journal ORDER BY id};
my $before = $node->safe_psql('postgres', $kept);

$node->restart;
await_steward($node, 'postgres');
ok($node->poll_query_until('postgres',
		q{SELECT count(*) > 0 FROM steward.statement_counters WHERE seen_at > pg_postmaster_start_time()}),
	'after a restart the steward notes the workload again');
is($node->safe_psql('postgres', $kept), $before, 'actions and journal survive it');
cmp_ok(calls(), '>=', 10, 'and so does the workload');

# More databases than workers: they take turns
my @databases = map { "d$_" } 1 .. 4;

$node->append_conf('postgresql.conf', "pg_steward.max_workers = 2\n");
$node->reload;
$node->safe_psql('postgres', 'CREATE DATABASE without');
foreach my $database (@databases)
{
	$node->safe_psql('postgres', "CREATE DATABASE $database");
	$node->safe_psql($database, 'SET client_min_messages = warning; CREATE EXTENSION pg_steward CASCADE;');
}

# Again after a restart, when nobody has announced itself
foreach my $round ('after CREATE EXTENSION', 'after a restart')
{
	$node->restart if $round eq 'after a restart';

	my $since = $node->safe_psql('postgres', 'SELECT clock_timestamp()');

	foreach my $database ('postgres', @databases)
	{
		$node->safe_psql($database, 'SELECT count(*) FROM pg_class');
		ok( $node->poll_query_until($database,
				"SELECT count(*) > 0 FROM steward.statement_counters WHERE seen_at > '$since'"),
			"$round: database $database has its turn");
	}
}
is($node->safe_psql('postgres', "SELECT count(*) <= 2 FROM pg_stat_activity WHERE backend_type = 'pg_steward'"),
	't', 'no more than pg_steward.max_workers at once');
unlike(slurp_file($node->logfile), qr/pg_steward: could not/, 'nothing went wrong in the meantime');
is($node->safe_psql('without', "SELECT count(*) FROM pg_stat_activity
		WHERE backend_type = 'pg_steward' AND datname = 'without'"),
	0, 'a database without the extension has no steward');

$node->stop;
unlike(slurp_file($node->logfile), qr/terminated by signal/, 'no process crashed');
done_testing();
