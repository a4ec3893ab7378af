
# Hazard 14: an index on which something else than speed depends is never dropped,
# though nobody reads it, and each says why; also where that came about after the
# drop was advised.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use StewardCluster;
use Test::More;

my $node = new_steward('needed', 'wal_level = logical');
my $db = 'postgres';

sub verdict_of
{
	my ($index) = @_;

	return $node->safe_psql($db, "SELECT verdict || ': ' || reason FROM steward.indexes WHERE index = '$index'::regclass");
}

# Forty days without a use, in which all tables were read and written.
sub idle
{
	$node->safe_psql($db, 'SELECT (steward.refresh()).summary');
	foreach my $table (qw(goods "Odd".child part_1 ours))
	{
		$node->safe_psql($db, "SET enable_indexscan = off; SET enable_bitmapscan = off; SET enable_indexonlyscan = off; SELECT count(*) FROM $table; UPDATE $table SET touched = touched + 1 WHERE id % 200 = 0");
	}
	$node->safe_psql($db, q{
		SELECT pg_stat_force_next_flush();
		SELECT (steward.refresh()).summary;
		UPDATE steward.index_usage SET since = since - interval '40 days', used_at = NULL, uses = 0, reads_unused = greatest(reads_unused, 1), writes_unused = greatest(writes_unused, 1);
		SELECT (steward.refresh()).summary});
	return;
}

$node->start;
make_item($node, $db);
$node->safe_psql($db, q{
CREATE EXTENSION btree_gist;
CREATE TABLE owner (a integer, b integer, PRIMARY KEY (a, b));
CREATE TABLE goods (id integer PRIMARY KEY, a integer, b integer, c integer, d integer, e int4range, f integer NOT NULL, g integer, touched integer DEFAULT 0);
INSERT INTO owner SELECT i, i FROM generate_series(1, 100) AS i;
INSERT INTO goods SELECT i, i, i, i, i, int4range(i, i + 1), i, i FROM generate_series(1, 2000) AS i;
CREATE INDEX goods_idle ON goods (b);
CREATE INDEX goods_late ON goods (g);
CREATE UNIQUE INDEX goods_unique ON goods (c);
CREATE UNIQUE INDEX goods_identity ON goods (f);
ALTER TABLE goods REPLICA IDENTITY USING INDEX goods_identity;
ALTER TABLE goods ADD CONSTRAINT goods_apart EXCLUDE USING gist (e WITH &&);
CREATE INDEX goods_order ON goods (d);
ALTER TABLE goods CLUSTER ON goods_order;
CREATE INDEX goods_expression ON goods ((a + b));
CREATE INDEX goods_broken ON goods (a, b, c);
UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'goods_broken'::regclass;
CREATE INDEX goods_late_ccnew ON goods (g);
UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'goods_late_ccnew'::regclass;
CREATE SCHEMA "Odd";
CREATE TABLE "Odd".child (id integer, "Own a" integer, b integer, other integer, touched integer DEFAULT 0, FOREIGN KEY ("Own a", b) REFERENCES owner);
INSERT INTO "Odd".child SELECT i, i % 100 + 1, i % 100 + 1, i FROM generate_series(1, 2000) AS i;
CREATE INDEX "Odd key" ON "Odd".child (b, "Own a", other);
CREATE INDEX child_other ON "Odd".child (other, "Own a", b);
CREATE INDEX child_some ON "Odd".child ("Own a", b) WHERE other > 10;
CREATE TABLE whole (id integer, touched integer DEFAULT 0) PARTITION BY RANGE (id);
CREATE TABLE part_1 PARTITION OF whole FOR VALUES FROM (0) TO (10000);
INSERT INTO whole SELECT i FROM generate_series(1, 2000) AS i;
CREATE INDEX whole_id ON whole (id);
CREATE TABLE ours (id integer, touched integer DEFAULT 0);
CREATE INDEX ours_id ON ours (id);
INSERT INTO ours SELECT i FROM generate_series(1, 2000) AS i;
ALTER EXTENSION btree_gist ADD TABLE ours;
VACUUM ANALYZE;
});
await_steward($node, $db);
idle();

my %reason = (
	'goods_pkey' => qr/^needed: it is the primary key$/,
	'goods_unique' => qr/^needed: it keeps values unique, which its counters do not show$/,
	'goods_identity' => qr/^needed: it is the replica identity of its table: without it, published updates would fail$/,
	'goods_apart' => qr/^needed: it enforces an exclusion constraint$/,
	'goods_order' => qr/^needed: its table is clustered by it$/,
	'goods_broken' => qr/^watched: it is invalid/,
	'"Odd"."Odd key"' => qr/^needed: foreign key child_Own a_b_fkey needs it, to find the rows/,
	'part_1_id_idx' => qr/^needed: it belongs to the index of a partitioned table$/,
	'whole_id' => qr/^needed: it belongs to the index of a partitioned table$/,
	'ours_id' => qr/^needed: it belongs to an extension$/,
	'goods_idle' => qr/^unused: /,
	'"Odd".child_other' => qr/^unused: /,
	'"Odd".child_some' => qr/^unused: /,
	'goods_expression' => qr/^unused: /,
);

foreach my $index (sort keys %reason)
{
	like(verdict_of($index), $reason{$index}, $index);
}
is($node->safe_psql($db, q{SELECT string_agg(target, ' ' ORDER BY target COLLATE "C") FROM steward.actions WHERE kind = 'drop_index' AND status = 'proposed'}),
	'"Odd".child_other "Odd".child_some public.goods_idle public.goods_late', 'those are to go that nothing depends on, and that can be built again for sure');
like($node->safe_psql($db, 'CALL steward.maintain()'), qr/^Skipped.*\n(.*\n)*  public\.goods_expression: nobody uses it, but .*by hand$/m, 'the report names the one that cannot');
like($node->safe_psql($db, 'CALL steward.maintain()'), qr/^To look at:\n(.*\n)*  public\.goods_late_ccnew: left by .*: DROP INDEX CONCURRENTLY public\.goods_late_ccnew;$/m, 'what a REINDEX left is to be dropped');
is($node->safe_psql($db, q{SELECT count(*) FROM steward.indexes WHERE relation::text ~ '^(pg_|steward)'}), 0, 'the indexes of the system, of TOAST tables and of the steward are none of them');

# A duty that came about after the advice
my $late = $node->safe_psql($db, q{SELECT id FROM steward.actions WHERE target = 'public.goods_late' AND kind = 'drop_index'});
my @duties = (
	[ 'ALTER TABLE goods CLUSTER ON goods_late', 'ALTER TABLE goods CLUSTER ON goods_order', 'the order of CLUSTER' ],
	[ 'ALTER TABLE goods ADD CONSTRAINT goods_owner FOREIGN KEY (g) REFERENCES goods (id) NOT VALID', 'ALTER TABLE goods DROP CONSTRAINT goods_owner', 'a foreign key' ],
	[ 'ALTER EXTENSION btree_gist ADD TABLE goods', 'ALTER EXTENSION btree_gist DROP TABLE goods', 'an extension' ]);

foreach my $duty (@duties)
{
	my ($begin, $end, $name) = @$duty;

	$node->safe_psql($db, $begin);

	my ($status, $out, $err) = $node->psql($db, "CALL steward.apply($late)");

	isnt($status, 0, "$name came about meanwhile: refused");
	is_index($node, $db, 'goods_late', 'valid', 'the index stays');
	$node->safe_psql($db, "$end; SELECT (steward.refresh()).summary");
}

$node->stop;
done_testing();
