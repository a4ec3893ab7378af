
# Statistics on expressions, for groups, of partitions, and with a larger target of a
# column: found by executions that were counted, tried, and taken back.
# On every version: each has other executor nodes and catalogs.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use StewardCluster;
use Test::More;

my $node = new_steward('other', "max_parallel_workers_per_gather = 0\npg_steward.workload_interval = 1s\npg_steward.index_storage_budget = 1MB\npg_steward.sample_rate = 1\n");
my $db = 'postgres';

sub advised
{
	my ($table) = @_;

	return $node->safe_psql($db, "SELECT id FROM steward.actions WHERE relation = '$table'::regclass AND kind IN ('create_statistics', 'set_statistics')");
}

sub page
{
	my ($id) = @_;

	return $node->safe_psql($db, "SELECT steward.explain_recommendation($id)");
}

# Made: what was expected before, and then, and that plans are others.
sub tried
{
	my ($table) = @_;
	my $id = advised($table);

	$node->psql($db, "CALL steward.apply($id)");
	is(status_of($node, $db, $id), 'verifying', "it is made on $table") or diag(last_error($node, $db, $id));

	my ($before, $after, $plans) = split(qr/\|/, $node->safe_psql($db, qq{
		SELECT measured ->> 'misestimate_before', measured ->> 'misestimate_after', measured ->> 'plans_changed'
		  FROM steward.journal WHERE action = $id AND measured ? 'plans_changed'}));

	note("$table: off by $before, then $after, $plans other plans");
	# Which values it knows may have changed with the ANALYZE before.
	cmp_ok($before, '>=', 2 * $after, 'the planner was off');
	cmp_ok($after, '<', 2, 'now it is not');
	return $id;
}

$node->start;
make_item($node, $db);
$node->safe_psql($db, q{
CREATE TABLE large AS SELECT i AS id, i % 400 + 1 AS k, repeat('l', 60) AS pad FROM generate_series(1, 200000) AS i;
CREATE INDEX large_id ON large (id);
CREATE INDEX large_k ON large (k);
CREATE TABLE "Named" AS SELECT i AS id, CASE WHEN i % 20 = 0 THEN 'N0' ELSE 'N1' END AS "Name", i % 300 AS n, repeat('n', 40) AS pad FROM generate_series(1, 20000) AS i;
CREATE TABLE unsafe AS SELECT i AS id, i % 2 + 1 AS n, repeat('n', 40) AS pad FROM generate_series(1, 20000) AS i;
CREATE TABLE grouped AS SELECT i AS id, i % 300 AS a, i % 300 * 3 AS b, date '2026-01-01' + i % 300 AS at FROM generate_series(1, 100000) AS i;
CREATE TABLE skewed AS SELECT i AS id, CASE WHEN i <= 200000 THEN i % 800 ELSE i END AS v, i % 400 + 1 AS k, repeat('s', 40) AS pad FROM generate_series(1, 300000) AS i;
CREATE TABLE both_of AS SELECT * FROM grouped;
CREATE TABLE ranged AS SELECT i AS id, i / 1000 AS a, i AS b FROM generate_series(1, 20000) AS i;
CREATE MATERIALIZED VIEW mat AS SELECT i AS id, i % 133 AS a, i % 133 * 7 AS b, i % 400 + 1 AS k FROM generate_series(1, 20000) AS i;
CREATE TABLE parts (pad text, id integer, a integer, b integer, k integer) PARTITION BY RANGE (id);
CREATE TABLE parts_low (k integer, b integer, a integer, gone integer, id integer, pad text);
ALTER TABLE parts_low DROP COLUMN gone;
ALTER TABLE parts ATTACH PARTITION parts_low FOR VALUES FROM (0) TO (20000);
CREATE TABLE parts_high PARTITION OF parts FOR VALUES FROM (20000) TO (40000);
INSERT INTO parts SELECT repeat('p', 40), i, i % 133, i % 133 * 7, i % 400 + 1 FROM generate_series(1, 39999) AS i;
});
$node->safe_psql($db, 'VACUUM ANALYZE');
await_steward($node, $db);

my %statements = (
	'"Named"' => ['SELECT count(l.pad) FROM "Named" AS f JOIN large AS l ON l.id = f.id WHERE lower(f."Name") = \'n1\''],
	unsafe => ['SELECT count(l.pad) FROM unsafe AS f JOIN large AS l ON l.id = f.id WHERE 12 / n = 12'],
	grouped => ['SELECT count(l.pad) FROM (SELECT a, b, count(*) FROM grouped GROUP BY a, b) AS g JOIN large AS l ON l.id = g.a + 1'],
	both_of => ['SELECT count(l.pad) FROM (SELECT a, b, count(*) FROM both_of GROUP BY a, b) AS g JOIN large AS l ON l.id = g.a + 1',
		'SELECT count(l.pad) FROM both_of AS f JOIN large AS l ON l.id = f.id WHERE f.a = 7 AND f.b = 21'],
	ranged => ['SELECT count(*) FROM ranged WHERE a = 7 AND b > 8000'],
	mat => ['SELECT count(l.pad) FROM mat AS f JOIN large AS l ON l.k = f.k WHERE f.a = 7 AND f.b = 49'],
	parts_low => ['SELECT count(l.pad) FROM parts AS f JOIN large AS l ON l.k = f.k WHERE f.id < 20000 AND f.a = 7 AND f.b = 49'],
	skewed => [map { "SELECT count(l.pad) FROM skewed AS f JOIN large AS l ON l.k = f.k WHERE f.v = $_" } 1 .. 12],
);

foreach my $table (sort keys %statements)
{
	my @often = @{ $statements{$table} };

	@often = (@often, @often) while @often < 24;
	$node->safe_psql($db, join('', map { "$_;" } @often));
}
$node->safe_psql($db, q{SELECT (steward.refresh()).summary});

# An expression
my $id = advised('"Named"');

like(page($id), qr/^DO     CREATE STATISTICS public\."Named_lower_Name_stats" ON \(lower\("Name"\)\) FROM public\."Named";\n.*^WHY    conditions on \(lower\("Name"\)\) find other numbers of rows than the planner expects, by a factor of 190: at worst it expected 100 where 19000 were, as it knows nothing of what the expression yields$/ms,
	'statistics on an expression are advised');
is(advised('unsafe'), '', 'but on none that may raise an error, with which ANALYZE would fail');
tried('"Named"');
is($node->safe_psql($db, q{SELECT pg_get_statisticsobjdef_expressions(oid) FROM pg_statistic_ext WHERE stxrelid = '"Named"'::regclass}), '{"lower(\"Name\")"}', 'they are on it');
$node->safe_psql($db, q{ALTER TABLE "Named" RENAME "Name" TO "Renamed"});
$node->safe_psql($db, "CALL steward.revert($id)");
is($node->safe_psql($db, q{SELECT count(*) FROM pg_statistic_ext WHERE stxrelid = '"Named"'::regclass}), 0, 'taken back, they are gone, whatever the column is called by now');

# Groups
like(page(advised('grouped')), qr/^WHY    grouping by a, b makes other numbers of groups than the planner expects, by a factor of \d+: at worst it expected 10000 where 300 were, as it takes the two for independent.*^GAIN   groups expected 10000, found 300: SELECT/ms,
	'statistics on what a statement groups by are advised');
tried('grouped');

# Both at once make one object
like(page(advised('both_of')), qr/^WHY    conditions on a, b find other.*^GAIN   (groups expected 10000, found 300: .*\n       rows expected \d, found 33\d|rows expected \d, found 33\d: .*\n       groups expected 10000, found 300)/ms,
	'both what it groups by and what it looks for are told');
tried('both_of');

# Nobody knows which of them is to blame
is(advised('ranged'), '', 'no list of values says how many are within a range of many');

# A materialized view
tried('mat');

# A partition, whose columns have other numbers than those of its table
like(page(advised('parts_low')), qr/^DO     CREATE STATISTICS public\.parts_low_a_b_stats \(ndistinct, dependencies, mcv\) ON a, b FROM public\.parts_low;$/m,
	'statistics of a partition are advised');
$id = tried('parts_low');
$node->safe_psql($db, 'ALTER TABLE parts RENAME a TO renamed');
$node->safe_psql($db, "CALL steward.revert($id)");
is($node->safe_psql($db, q{SELECT count(*) FROM pg_statistic_ext WHERE stxrelid = 'parts_low'::regclass}), 0, 'and taken back');

# One column with many frequent values
$id = advised('skewed');
like(page($id), qr/^DO     ALTER TABLE ONLY public\.skewed ALTER COLUMN v SET STATISTICS 1000;\n       ANALYZE public\.skewed \(v\);\n+UNDO   ALTER TABLE ONLY public\.skewed ALTER COLUMN v SET STATISTICS -1\n.*as the statistics of the column keep few of its values apart/ms,
	'a larger target of a column is advised');
like(page($id), qr/^NOT    Data, indexes and settings stay/m, 'its page says what it leaves alone');

# Where what was misestimated is expected well just now, nothing is said of it
$node->append_conf('postgresql.conf', "default_statistics_target = 1000\n");
$node->reload;
$node->poll_query_until($db, "SELECT current_setting('default_statistics_target') = '1000'");
refused($node, $db, "CALL steward.apply($id)", '55P03', qr/postponed.*none of the samples that are there is misestimated just now/s, 'without a misestimate');
is(status_of($node, $db, $id), 'proposed', 'it is tried another time');
$node->append_conf('postgresql.conf', "default_statistics_target = 100\n");
$node->reload;
$node->poll_query_until($db, "SELECT current_setting('default_statistics_target') = '100'");
tried('skewed');

my $target = q{SELECT coalesce(attstattarget, -1) FROM pg_attribute WHERE attrelid = 'skewed'::regclass AND attname = 'v'};
my $kept_apart = q{SELECT array_length(most_common_freqs, 1) FROM pg_stats WHERE tablename = 'skewed' AND attname = 'v'};

is($node->safe_psql($db, $target), 1000, 'it has it');
cmp_ok($node->safe_psql($db, $kept_apart), '>=', 800, 'with its statistics');
$node->safe_psql($db, "CALL steward.revert($id)");
is($node->safe_psql($db, $target), -1, 'taken back, it has the one that it had');
cmp_ok($node->safe_psql($db, $kept_apart), '<=', 100, 'with its statistics');

# While somebody is at work on the table nobody is waited for
$id = $node->safe_psql($db, q{SELECT id FROM steward.actions WHERE relation = 'grouped'::regclass AND kind = 'create_statistics'});

my $writer = $node->background_psql($db);

$writer->query_safe('BEGIN; LOCK TABLE grouped IN SHARE UPDATE EXCLUSIVE MODE');
$node->psql($db, "CALL steward.revert($id)");
isnt(status_of($node, $db, $id), 'taken_back', 'while somebody has locked the table it stays');
$writer->query_safe('COMMIT');
$writer->quit;
$node->psql($db, "CALL steward.revert($id)");
await_status($node, $db, $id, 'taken_back');

$node->stop;
unlike(slurp_file($node->logfile), qr/terminated by signal|PANIC|TRAP/, 'no process crashed');
done_testing();
