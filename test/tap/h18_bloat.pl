
# Hazard 18: how bloated indexes are, beside what a rebuild really wins; nothing is
# rebuilt that wins less than pg_steward.bloat_threshold.  On every version.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use StewardCluster;
use Test::More;

my $node = new_steward('bloat', "pg_steward.bloat_min_size = 1MB\nmaintenance_work_mem = 256MB\n");
my $db = 'postgres';

sub bloat_of
{
	my ($index) = @_;

	return $node->safe_psql($db, "SELECT bloat FROM steward.indexes WHERE index = '$index'::regclass");
}

sub size_of
{
	my ($index) = @_;

	return $node->safe_psql($db, "SELECT pg_relation_size('$index')");
}

# What CALL steward.maintain() says.
sub maintain
{
	my ($dry_run) = @_;

	return $node->safe_psql($db, "CALL steward.maintain($dry_run)");
}

$node->start;
make_item($node, $db);
$node->safe_psql($db, q{
CREATE EXTENSION pgstattuple;
CREATE EXTENSION btree_gist;
CREATE TABLE goods (id integer, ref uuid, status integer, name text, tags integer[], span int4range, EXCLUDE USING gist (id WITH =, span WITH &&));
CREATE INDEX goods_random ON goods (ref);
CREATE TABLE stock (LIKE goods);
CREATE INDEX stock_random ON stock (ref);
INSERT INTO stock SELECT i, md5(i::text)::uuid, i % 7, 'name of ' || i, ARRAY[i % 100, i % 37], int4range(i, i + 1) FROM generate_series(1, 150000) AS i;
CREATE INDEX stock_plain ON stock (id);
CREATE INDEX stock_half ON stock (id) WITH (fillfactor = 50);
CREATE INDEX stock_dedup ON stock (status);
CREATE INDEX stock_name ON stock (name);
CREATE INDEX stock_expression ON stock (lower(name));
CREATE INDEX stock_partial ON stock (id, name) WHERE status < 6;
CREATE INDEX stock_tags ON stock USING gin (tags);
CREATE INDEX stock_brin ON stock USING brin (id);
CREATE INDEX "Stock ""new""" ON stock (name, id);
CREATE TABLE "Past" AS SELECT i AS id, repeat('x', 20) AS pad FROM generate_series(1, 400000) AS i;
CREATE INDEX past_id ON "Past" (id);
CREATE INDEX past_both ON "Past" (id, pad);
VACUUM ANALYZE;
});
await_steward($node, $db);

my @btrees = ('stock_random', 'stock_plain', 'stock_dedup', 'stock_half', 'stock_name', 'stock_expression', 'stock_partial', '"Stock ""new"""', 'past_id', 'past_both');

# Of fresh indexes, and of one into which values came in no order
maintain('true');
foreach my $index (grep { $_ ne 'stock_random' } @btrees)
{
	cmp_ok(bloat_of($index), '<', 0.05, "$index is fresh");
}
cmp_ok(bloat_of('stock_random'), '>', 0.15, 'stock_random is as values in no order leave it');
cmp_ok(bloat_of('stock_random'), '<', 0.4, 'which is less than half');
is(bloat_of('stock_tags'), '', 'of a GIN index it is not known before it was rebuilt');
is(bloat_of('stock_brin'), '', 'BRIN has next to no size');
is($node->safe_psql($db, q{SELECT count(*) FROM steward.actions WHERE kind = 'reindex_index'}), 0, 'nothing is to be rebuilt');

# Rows go: here and there, or the old ones, whose pages are deleted then
$node->safe_psql($db, q{DELETE FROM stock WHERE id % 5 <> 0});
$node->safe_psql($db, q{DELETE FROM "Past" WHERE id < 300000});
$node->safe_psql($db, 'VACUUM ANALYZE stock') for 1 .. 2;
$node->safe_psql($db, 'VACUUM ANALYZE "Past"') for 1 .. 2;

my $oids = $node->safe_psql($db, q{SELECT string_agg(indexrelid::text, ' ' ORDER BY indexrelid) FROM pg_index});
my $report = maintain('true');
my %estimated = map { $_ => bloat_of($_) } @btrees;

like($report, qr/Nothing was done, .*maintain\(false\).*\nWaiting, \d+ actions?:\n(.*\n)*  #\d+ public\.past_id: .*auto_actions/, 'a dry run reports what is to be done, and why it is not yet');
is($node->safe_psql($db, q{SELECT string_agg(indexrelid::text, ' ' ORDER BY indexrelid) FROM pg_index}), $oids, 'and does nothing');
cmp_ok($estimated{'past_id'}, '>', 0.6, 'deleted pages are seen');

# Beside pgstatindex, of those that are read whole
foreach my $index ('stock_plain', 'stock_random', 'past_id')
{
	my $truth = $node->safe_psql($db, "SELECT 1 - avg_leaf_density / 90 * (1 - (empty_pages + deleted_pages)::float8 / (leaf_pages + internal_pages + empty_pages + deleted_pages)) FROM pgstatindex('$index')");

	cmp_ok(abs($estimated{$index} - $truth), '<', $index eq 'past_id' ? 0.03 : 0.002, "$index is measured as pgstatindex does");
}

# What is rebuilt, and what that wins
my $before = $node->safe_psql($db, q{SELECT sum(pg_relation_size(indexrelid)) FROM pg_index WHERE indrelid IN ('stock'::regclass, '"Past"'::regclass)});
my %size = map { $_ => size_of($_) } @btrees;

$report = maintain('false');

my $after = $node->safe_psql($db, q{SELECT sum(pg_relation_size(indexrelid)) FROM pg_index WHERE indrelid IN ('stock'::regclass, '"Past"'::regclass)});
my @rebuilt = split /\n/, $node->safe_psql($db, q{SELECT replace(target, 'public.', '') FROM steward.actions WHERE kind = 'reindex_index' AND status = 'kept'});

foreach my $index (@btrees)
{
	my $is_rebuilt = scalar grep { $_ eq $index } @rebuilt;

	is($is_rebuilt, $estimated{$index} >= 0.5 ? 1 : 0, sprintf('%s with %.1f %% is %s', $index, 100 * $estimated{$index}, $is_rebuilt ? 'rebuilt' : 'left'));
	$node->safe_psql($db, "REINDEX INDEX $index") unless $is_rebuilt;

	my $won = 1 - size_of($index) / $size{$index};

	cmp_ok(abs($won - $estimated{$index}), '<', 0.05, sprintf('%s: estimated %.1f %%, won %.1f %%', $index, 100 * $estimated{$index}, 100 * $won));
	cmp_ok($won, '>=', 0.5, "$index was worth it") if $is_rebuilt;
}
cmp_ok(scalar @rebuilt, '>=', 7, 'those that are worth it are rebuilt');
like($report, qr/Rebuilt @{[scalar @rebuilt]} indexes, [\d.]+ [kM]B won:/, 'the report says how many, and what was won');
is($node->safe_psql($db, q{SELECT sum((measured ->> 'bytes_won')::bigint) FROM steward.journal WHERE to_status = 'kept'}), $before - $after, 'each is recorded with what it really won');
is($node->safe_psql($db, q{SELECT count(*) FROM pg_index WHERE NOT indisvalid OR indexrelid::regclass::text ~ '_cc(new|old)'}), 0, 'nothing is left over');

# Whose size after a rebuild is known is not read again before it grew
is($node->safe_psql($db, q{SELECT count(*) FROM steward.index_bloat WHERE rebuilt_bytes_per_row > 0}), scalar @rebuilt, 'the size of those rebuilt is known');
is(bloat_of('past_id'), '', 'and their bloat to be measured');
maintain('true');
cmp_ok(bloat_of('past_id'), '<', 0.05, 'which is none');

# A GIN index, once it was rebuilt
$node->safe_psql($db, q{ALTER TABLE stock SET (autovacuum_enabled = off); UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'stock_tags'::regclass; SELECT (steward.refresh()).summary});

my $gin = $node->safe_psql($db, q{SELECT id FROM steward.actions WHERE target = 'public.stock_tags' AND status = 'proposed'});

$node->safe_psql($db, "CALL steward.apply($gin)");
is(status_of($node, $db, $gin), 'kept', 'a GIN index is rebuilt');
$node->safe_psql($db, q{INSERT INTO stock SELECT i, md5(i::text)::uuid, 8, 'name of ' || i, ARRAY(SELECT (i * 31 + j * 17) % 5000 FROM generate_series(1, 5) AS j), int4range(i, i + 1) FROM generate_series(200000, 260000) AS i});
$node->safe_psql($db, 'VACUUM ANALYZE stock');
$node->safe_psql($db, q{UPDATE steward.index_bloat SET measured_at = NULL});
maintain('true');
cmp_ok(bloat_of('stock_tags'), '>=', 0, 'its size is compared with what it was');

# By itself, in mode auto, where it is named
$node->safe_psql($db, q{DELETE FROM "Past" WHERE id % 10 <> 0});
$node->safe_psql($db, 'VACUUM ANALYZE "Past"');
$node->safe_psql($db, q{UPDATE steward.index_bloat SET measured_at = NULL; DELETE FROM steward.maintenance_rounds; UPDATE steward.journal SET at = at - interval '2 hours'; UPDATE steward.actions SET updated_at = updated_at - interval '2 hours'});
$node->append_conf('postgresql.conf', "pg_steward.mode = auto\npg_steward.auto_actions = 'reindex_index'\npg_steward.round_interval = 1s\npg_steward.maintenance_interval = 1min\n");
$node->restart;
ok($node->poll_query_until($db, q{SELECT count(*) = 4 FROM steward.journal AS j JOIN steward.actions AS a ON a.id = j.action WHERE a.target LIKE 'public.past%' AND j.to_status = 'kept' AND j.from_status = 'running'}), 'mode auto rebuilds both again');
$node->safe_psql($db, 'DELETE FROM steward.maintenance_rounds');
ok($node->poll_query_until($db, q{SELECT count(*) > 0 FROM steward.rounds WHERE report ~ '#\d+ public.past_id: [0-9.]+ MB -> [0-9.]+ kB'}), 'the next round reports it')
  or diag($node->safe_psql($db, 'SELECT * FROM steward.rounds'));

# What wants a look: nobody clears away its dead rows
$node->safe_psql($db, q{ALTER TABLE stock SET (autovacuum_vacuum_scale_factor = 0); DELETE FROM stock WHERE id % 2 = 0; SELECT pg_stat_force_next_flush()});
like(maintain('true'), qr/^To look at:\n  public\.stock: \d+ dead rows, where VACUUM would be due after 50: autovacuum is off for it$/m, 'a table to which VACUUM does not come is reported');
like($node->safe_psql($db, q{SELECT message FROM steward.status() WHERE state = 'WARN'}), qr/public\.stock: \d+ dead rows/, 'and status() warns');

# Who may
$node->safe_psql($db, 'CREATE ROLE watcher; GRANT pg_monitor TO watcher');
refused($node, $db, 'SET ROLE watcher; CALL steward.maintain()', '42501', qr/permission denied/, 'pg_monitor');
is($node->safe_psql($db, 'SET ROLE watcher; SELECT count(*) > 0 FROM steward.rounds'), 't', 'which reads the reports');
refused($node, $db, 'BEGIN; CALL steward.maintain(); COMMIT', '25001', qr/cannot run inside a transaction block/, 'within a transaction');

$node->stop;
unlike(slurp_file($node->logfile), qr/terminated by signal|PANIC|TRAP/, 'no process crashed');
done_testing();
