
# Conditions on columns that depend on each other: executions that were counted show
# it, statistics are created where the planner expects better by them and plans
# otherwise, and stay where the statements became faster.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use StewardCluster;
use Test::More;

my $node = new_steward('statistics', "max_parallel_workers_per_gather = 0\npg_steward.workload_interval = 1s\npg_steward.index_storage_budget = 1MB\npg_steward.sample_rate = 1\n");
my $db = 'postgres';

# One session, so that each statement is the same few times over.
sub run_often
{
	my ($statement, $times) = @_;

	$node->safe_psql($db, join('', map { "$statement;" } 1 .. $times));
	return;
}

sub set_conf
{
	my ($name, $value) = @_;

	$node->adjust_conf('postgresql.conf', $name, $value);
	$node->reload;
	return;
}

sub refresh
{
	return $node->safe_psql($db, 'SELECT (steward.refresh()).summary');
}

sub advised
{
	my ($table) = @_;

	return $node->safe_psql($db, "SELECT id FROM steward.actions WHERE relation = '$table'::regclass AND kind = 'create_statistics'");
}

sub figure
{
	my ($id, $name) = @_;

	return $node->safe_psql($db, "SELECT measured ->> '$name' FROM steward.journal WHERE action = $id AND measured ? '$name' ORDER BY id DESC LIMIT 1");
}

# On other tables: how the server fares meanwhile.
my $controls = join q{;}, map { ("SELECT count(pad) FROM $_ WHERE id % 3 = 1", "SELECT max(at) FROM $_ WHERE id % 5 = 1") } qw(kept_1 kept_2 kept_3);

# Works on until the action has that status.
sub work_until
{
	my ($id, $status, $statement) = @_;
	my $give_up = time + $PostgreSQL::Test::Utils::timeout_default;

	do { run_often($statement, 20); run_often($controls, 5) } until status_of($node, $db, $id) eq $status || time > $give_up;
	is(status_of($node, $db, $id), $status, "the action becomes $status") or diag($node->safe_psql($db,
		"SELECT reason, observed FROM steward.actions WHERE id = $id"));
	return;
}

$node->start;
make_item($node, $db);

# Rows of a group have the same a, b and c.  The planner expects one row of it where 150
# are, and so begins with it, though each leads to hundreds of the large table, of which
# the condition on kind leaves few.
$node->safe_psql($db, q{
CREATE TABLE kind AS SELECT i AS id, i % 100 AS kind, repeat('k', 20) AS pad FROM generate_series(1, 4000) AS i;
CREATE TABLE large AS SELECT i AS id, i % 400 + 1 AS k, i * 7 % 4000 + 1 AS kind_id, repeat('l', 60) AS pad FROM generate_series(1, 200000) AS i;
CREATE INDEX large_id ON large (id);
CREATE INDEX large_k ON large (k);
CREATE INDEX large_kind_id ON large (kind_id);
CREATE INDEX kind_id ON kind (id);
CREATE FUNCTION make_fact(name text, groups integer, size integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('CREATE TABLE %s AS SELECT i AS id, i %% %s AS a, (i %% %2$s) * 7 AS b, CASE WHEN i %% %2$s = 3 THEN NULL ELSE i %% %2$s END AS c,
		date ''2026-01-01'' + i %% %2$s AS at, i %% 400 + 1 AS k, repeat(''f'', 40) AS pad FROM generate_series(1, %s) AS i', name, groups, size);
END $$;
SELECT make_fact('"Two"', 133, 20000), make_fact('three', 133, 20000), make_fact('several', 133, 20000), make_fact('dated', 133, 20000),
	make_fact('missing', 133, 20000), make_fact('same', 133, 20000), make_fact('worse', 40, 60000), make_fact('loose', 133, 20000), make_fact('kept_1', 9, 9000), make_fact('kept_2', 9, 9000), make_fact('kept_3', 9, 9000);
CREATE ROLE "the Merchant";
ALTER TABLE "Two" OWNER TO "the Merchant";
});
$node->safe_psql($db, 'VACUUM ANALYZE');
await_steward($node, $db);

my $join = 'AS f JOIN large AS l ON l.k = f.k JOIN kind ON kind.id = l.kind_id WHERE kind.kind = 7';
my %statement = (
	'"Two"' => qq{SELECT count(l.pad) FROM "Two" $join AND f.a = 7 AND f.b = 49},
	'three' => "SELECT count(l.pad) FROM three $join AND f.a = 9 AND f.b = 63 AND f.c = 9",
	'several' => "SELECT count(l.pad) FROM several $join AND f.a IN (5, 6) AND f.b IN (35, 42) AND f.c IN (5, 6)",
	'dated' => "SELECT count(l.pad) FROM dated $join AND f.a = 11 AND f.at = date '2026-01-12'",
	'missing' => "SELECT count(l.pad) FROM missing $join AND f.a = 3 AND f.b = 21 AND f.c IS NULL",
);

# What is found
foreach my $table (sort keys %statement)
{
	run_often($statement{$table}, 40);
}
run_often('SELECT count(*) FROM same WHERE a = 7 AND b = 49 AND c = 7', 15);
# Who has enough after the first row knows nothing of the others.
run_often('SELECT EXISTS (SELECT FROM loose WHERE a >= 0 AND b >= 0)', 15);
run_often('BEGIN; DECLARE few CURSOR FOR SELECT pad FROM loose WHERE a >= 0 AND b >= 0; FETCH 1 FROM few; CLOSE few; COMMIT', 15);
run_often('SELECT count(*) FROM (SELECT pad FROM loose WHERE a >= 0 AND c >= 0 LIMIT 5) AS l', 15);
refresh();
is(advised('loose'), '', 'what was not read to its end is no misestimate');
foreach my $table (sort keys %statement)
{
	my $id = advised($table);

	like($id, qr/^\d+$/, "statistics are advised on $table") && is(status_of($node, $db, $id), 'proposed', 'now') or diag($node->safe_psql($db, "EXPLAIN ANALYZE $statement{$table}"));
	like($node->safe_psql($db, "SELECT steward.explain_recommendation($id)"), qr/^DO     CREATE STATISTICS .*\nUNDO   DROP STATISTICS .*\nWHY    conditions on .*GAIN   rows expected \d, found (150|151|302): SELECT/ms, 'its page says what was expected and found');
}

# Made, they help
set_conf('pg_steward.round_interval', '1s');
foreach my $table (sort keys %statement)
{
	my $id = advised($table);

	$node->safe_psql($db, "CALL steward.apply($id)");
	is(status_of($node, $db, $id), 'verifying', "those on $table are created") or diag(last_error($node, $db, $id));
	cmp_ok(figure($id, 'misestimate_before'), '>=', 10, 'the planner was off');
	cmp_ok(figure($id, 'misestimate_after'), '<', 2, 'now it is not');
	cmp_ok(figure($id, 'plans_changed'), '>=', 1, 'and plans otherwise');
	work_until($id, 'kept', $statement{$table});

	my $saved = $node->safe_psql($db, "SELECT round((observed ->> 'mean_ms_before')::numeric, 2) || ' ms, then ' || round((observed ->> 'mean_ms_after')::numeric, 2) FROM steward.actions WHERE id = $id");

	note("$table: off by " . figure($id, 'misestimate_before') . ', then ' . figure($id, 'misestimate_after') . ": $saved");
	ok($node->safe_psql($db, "SELECT (observed ->> 'mean_ms_after')::float8 < (observed ->> 'mean_ms_before')::float8 FROM steward.actions WHERE id = $id") eq 't', 'the statement takes less time') or diag($saved);
}
is($node->safe_psql($db, q{SELECT stxowner::regrole FROM pg_statistic_ext WHERE stxrelid = '"Two"'::regclass}), '"the Merchant"', 'they belong to the owner of the table');
$node->safe_psql($db, "CALL steward.revert(" . advised('"Two"') . ')');
is($node->safe_psql($db, q{SELECT count(*) FROM pg_statistic_ext WHERE stxrelid = '"Two"'::regclass}), 0, 'taken back, they are gone');

# Dropped by somebody, they are not made again
$node->safe_psql($db, 'DROP STATISTICS three_a_b_c_stats');
await_status($node, $db, advised('three'), 'dismissed');

# Where the plan stays the same they are not made at all
set_conf('pg_steward.round_interval', '1d');

my $same = advised('same');

like($same, qr/^\d+$/, 'advised, too');
$node->psql($db, "CALL steward.apply($same)");
is(status_of($node, $db, $same), 'taken_back', 'tried, and taken back');
like($node->safe_psql($db, "SELECT reason FROM steward.actions WHERE id = $same"), qr/of no use: with them the planner expects the rows that are there, but makes the same plans/, 'since no plan is another one');
is($node->safe_psql($db, q{SELECT count(*) FROM pg_statistic_ext WHERE stxrelid = 'same'::regclass}), 0, 'nothing is left');
refresh();
is(status_of($node, $db, $same), 'taken_back', 'it is not advised again');

# Where what the planner knows makes it plan worse, they are taken back
my $worse = 'SELECT count(l.pad) FROM worse AS f JOIN large AS l ON l.id = f.id WHERE f.a = 7 AND f.b = 49 AND f.c = 7';

run_often($worse, 60);
run_often($controls, 20);
refresh();

my $id = advised('worse');

like($id, qr/^\d+$/, 'a statement that was fast by chance');
$node->safe_psql($db, "CALL steward.apply($id)");
is(status_of($node, $db, $id), 'verifying', 'with statistics it is planned otherwise') or diag($node->safe_psql($db, "SELECT reason FROM steward.actions WHERE id = $id"));
set_conf('pg_steward.round_interval', '1s');
work_until($id, 'taken_back', $worse);
is($node->safe_psql($db, q{SELECT count(*) FROM pg_statistic_ext WHERE stxrelid = 'worse'::regclass}), 0, 'which was slower: they are gone');

# Where many rows were modified since, they are analysed first
set_conf('pg_steward.round_interval', '1d');
$node->safe_psql($db, q{INSERT INTO same SELECT i, 999, 5, 5, date '2026-01-01', 1, 'new' FROM generate_series(1, 1600) AS i; SELECT pg_stat_force_next_flush()});
run_often('SELECT count(*) FROM same WHERE a = 999', 15);
refresh();
like($node->safe_psql($db, q{SELECT reason FROM steward.actions WHERE kind = 'analyze' AND target = 'public.same' AND status = 'proposed'}),
	qr/conditions on a find other numbers of rows than the planner expects, by a factor of \d+: at worst it expected \d+ where \d+ were, and 8\.0 % of the table's rows were modified since it was analysed/, 'ANALYZE is advised though autovacuum would wait for more');

$node->stop;
unlike(slurp_file($node->logfile), qr/terminated by signal|PANIC|TRAP/, 'no process crashed');
done_testing();
