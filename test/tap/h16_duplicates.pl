
# Hazard 16: indexes that do the same as another one, told from those that merely
# look like it; a constraint's stays.  One that goes is done without for a while
# first, and what stands in for it is not called unused.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use StewardCluster;
use Test::More;

my $node = new_steward('duplicates', "pg_steward.workload_interval = 1s\npg_steward.round_interval = 1s\npg_steward.quarantine_time = 1d\n");
my $db = 'postgres';

sub advised
{
	my ($index) = @_;

	return $node->safe_psql($db, "SELECT reason FROM steward.actions WHERE kind = 'drop_index' AND target = 'public.$index' AND status = 'proposed'");
}

$node->start;
make_item($node, $db);
$node->safe_psql($db, q{
CREATE TABLE goods (id integer, name text, other text, at timestamptz, part integer, CONSTRAINT goods_key UNIQUE (id));
INSERT INTO goods SELECT i, 'name ' || i, 'x', now(), i % 10 FROM generate_series(1, 5000) AS i;
CREATE INDEX goods_id ON goods (id);
CREATE INDEX goods_name ON goods (name);
CREATE INDEX "Goods name" ON goods (name);
CREATE INDEX goods_name_other ON goods (name, other);
CREATE INDEX goods_name_c ON goods (name COLLATE "POSIX");
CREATE INDEX goods_name_pattern ON goods (name text_pattern_ops);
CREATE INDEX goods_name_desc ON goods (name DESC NULLS FIRST, part);
CREATE INDEX goods_name_asc ON goods (name, part);
CREATE INDEX goods_at ON goods (at);
CREATE INDEX goods_at_include ON goods (at) INCLUDE (part);
CREATE INDEX goods_part ON goods (part) WHERE id > 100;
CREATE INDEX goods_part_2 ON goods (part) WHERE id > 200;
CREATE INDEX goods_lower ON goods (lower(other));
CREATE INDEX goods_upper ON goods (upper(other));
CREATE INDEX goods_hash ON goods USING hash (part);
CREATE UNIQUE INDEX goods_unique ON goods (id);
CREATE UNIQUE INDEX goods_unique_name ON goods (id, name);
CREATE UNIQUE INDEX "Goods unique" ON goods (id, name);
CREATE UNIQUE INDEX goods_unique_nulls ON goods (id, name) NULLS NOT DISTINCT;
CREATE UNIQUE INDEX goods_unique_include ON goods (id) INCLUDE (name);
CREATE UNIQUE INDEX goods_unique_some ON goods (id) WHERE id > 0;
CREATE UNIQUE INDEX goods_before ON goods (id, part);
ALTER TABLE goods ADD CONSTRAINT goods_after UNIQUE (id, part);
CREATE UNIQUE INDEX goods_unique_lower ON goods (lower(name)) WHERE id > 0;
CREATE UNIQUE INDEX goods_unique_lower_number_two ON goods (lower(name)) WHERE id > 0;
CREATE TABLE late (id integer, CONSTRAINT late_key UNIQUE (id) DEFERRABLE INITIALLY DEFERRED);
INSERT INTO late SELECT generate_series(1, 5000);
CREATE UNIQUE INDEX late_unique ON late (id);
CREATE TABLE referred (id integer);
INSERT INTO referred SELECT generate_series(1, 5000);
CREATE UNIQUE INDEX referred_key ON referred (id);
CREATE TABLE refers (id integer REFERENCES referred (id));
CREATE UNIQUE INDEX referred_unique ON referred (id);
VACUUM ANALYZE goods, late, referred;
});
await_steward($node, $db);
$node->safe_psql($db, 'SELECT (steward.refresh()).summary');

like(advised('goods_id'), qr/goods_key/, 'the same as that of a constraint: it goes');
is(advised('goods_key'), '', 'that of the constraint stays');
isnt(advised('goods_name') . advised('"Goods name"'), '', 'of two that are the same');
ok(advised('goods_name') eq '' || advised('"Goods name"') eq '' || advised('goods_name_other') eq '', 'one stays, or one that covers both');
like(advised('goods_unique'), qr/goods_key/, 'of what keeps the same values unique, the constraint stays');
like(advised('"Goods unique"'), qr/goods_unique_name/, 'or the older one');
like(advised('goods_before'), qr/goods_after/, 'the constraint also where it is younger');
like(advised('goods_unique_lower_number_two'), qr/goods_unique_lower/, 'with an expression and a predicate as well');
like(advised('referred_unique'), qr/referred_key/, 'or what a foreign key refers to');
is($node->safe_psql($db, q{SELECT string_agg(verdict, ' ' ORDER BY index::regclass::text COLLATE "C") FROM steward.indexes WHERE relation = 'late'::regclass}), 'needed needed',
	'what is checked at the end only is none that an INSERT ON CONFLICT could take');
foreach my $index (qw(goods_after goods_unique_lower late_key late_unique goods_unique_name goods_unique_nulls goods_unique_include goods_unique_some goods_name_other goods_name_c goods_name_pattern goods_name_desc goods_name_asc goods_at_include goods_part goods_part_2 goods_lower goods_upper goods_hash))
{
	is(advised($index), '', "$index merely looks like another one");
}

# The way of one that goes
my $id = $node->safe_psql($db, q{SELECT id FROM steward.actions WHERE target = 'public.goods_id' AND kind = 'drop_index'});

like($node->safe_psql($db, "SELECT steward.explain_recommendation($id)"), qr/^FIRST .*the planner does without it/m, 'its page says what comes first');
$node->safe_psql($db, "CALL steward.apply($id)");
is(status_of($node, $db, $id), 'quarantined', 'it is not dropped at once');
ok($node->poll_query_until($db, q{SELECT observed ? 'quarantine_s' FROM steward.actions WHERE id = } . $id), 'it is looked after');
is($node->safe_psql($db, 'SET enable_seqscan = off; SELECT name FROM goods WHERE id = 7'), 'name 7', 'the other one serves meanwhile');
like($node->safe_psql($db, "SELECT steward.explain_recommendation($id)"), qr/^NOW    The quarantine is in force for .* of 1 day\.$/m, 'its page says how long');
$node->safe_psql($db, qq{UPDATE steward.actions SET observed = observed || '{"quarantine_s": 90000}' WHERE id = $id});
await_status($node, $db, $id, 'verifying');
is_index($node, $db, 'goods_id', 'absent', 'then it is gone');
$node->safe_psql($db, "CALL steward.revert($id)");
is($node->safe_psql($db, q{SELECT pg_get_indexdef('goods_id'::regclass)}), 'CREATE INDEX goods_id ON public.goods USING btree (id)', 'and comes back where somebody asks for it');

# One that keeps values unique, like another one
$id = $node->safe_psql($db, q{SELECT id FROM steward.actions WHERE target = 'public.goods_unique' AND kind = 'drop_index'});
$node->safe_psql($db, "CALL steward.apply($id)");
is(status_of($node, $db, $id), 'quarantined', 'a unique one goes the same way');
ok($node->poll_query_until($db, q{SELECT observed ? 'quarantine_s' FROM steward.actions WHERE id = } . $id), 'and is looked after');

my $upsert = q{INSERT INTO goods VALUES (7, 'other') ON CONFLICT (id) DO UPDATE SET other = 'again' RETURNING name || ' ' || other};

is($node->safe_psql($db, $upsert), 'name 7 again', 'ON CONFLICT finds it meanwhile');
$node->safe_psql($db, qq{UPDATE steward.actions SET observed = observed || '{"quarantine_s": 90000}' WHERE id = $id});
await_status($node, $db, $id, 'verifying');
is_index($node, $db, 'goods_unique', 'absent', 'it is gone');
is($node->safe_psql($db, $upsert), 'name 7 again', 'and the one of the constraint after that');
$node->safe_psql($db, "CALL steward.revert($id)");
is($node->safe_psql($db, q{SELECT pg_get_indexdef('goods_unique'::regclass)}), 'CREATE UNIQUE INDEX goods_unique ON public.goods USING btree (id)', 'it comes back as it was');

# Who keeps it from being dropped takes the other one away
$node->append_conf('postgresql.conf', "pg_steward.quarantine_time = 0\n");
$node->reload;
$node->poll_query_until($db, q{SELECT current_setting('pg_steward.quarantine_time') IN ('0', '0min')});
$node->safe_psql($db, q{SELECT (steward.refresh()).summary});

my $unique = $node->safe_psql($db, q{SELECT id FROM steward.actions WHERE target = 'public."Goods unique"' AND kind = 'drop_index'});
my $holder = $node->background_psql($db);
my $offset = -s $node->logfile;

like($node->safe_psql($db, "SELECT steward.explain_recommendation($unique)"), qr/^LOCKS  DROP INDEX takes ACCESS EXCLUSIVE on the table for a moment/m, 'its page says that it is not dropped concurrently');
$holder->query_safe('BEGIN; UPDATE goods SET other = other WHERE id = 1');

my $call = background_call($node, $db, "CALL steward.apply($unique)");

$node->wait_for_log(qr/action $unique: a lock was not to be had within 300 ms.*trying again/, $offset);
$holder->query_safe('DROP INDEX goods_unique_name; COMMIT');
$holder->quit;
$call->{run}->finish;
like($call->{err}, qr/action $unique failed.*something else than speed depends on the index by now/s, 'the last one is not dropped');
is_index($node, $db, '"Goods unique"', 'valid', 'but stays');
$node->append_conf('postgresql.conf', "pg_steward.quarantine_time = 1d\n");
$node->reload;
$node->poll_query_until($db, q{SELECT current_setting('pg_steward.quarantine_time') = '1d'});

# One whose twin goes meanwhile is used again
$node->safe_psql($db, q{CREATE TABLE lone AS SELECT i AS id FROM generate_series(1, 5000) AS i; CREATE INDEX lone_1 ON lone (id); CREATE INDEX lone_2 ON lone (id); ANALYZE lone; SELECT (steward.refresh()).summary});

my ($lone, $leaves) = split /\|/, $node->safe_psql($db, q{SELECT id, target FROM steward.actions WHERE relation = 'lone'::regclass AND kind = 'drop_index' AND status = 'proposed'});

$node->safe_psql($db, "CALL steward.apply($lone)");
is(status_of($node, $db, $lone), 'quarantined', 'a duplicate is done without');
$node->safe_psql($db, 'DROP INDEX ' . ($leaves eq 'public.lone_1' ? 'lone_2' : 'lone_1'));
await_status($node, $db, $lone, 'obsolete');
like($node->safe_psql($db, "SELECT error FROM steward.journal WHERE action = $lone AND from_status = 'quarantined'"), qr/no duplicate any more/, 'its twin is gone: it stays');

# Of two of which the planner took one until now, the other one is not unused
$node->safe_psql($db, q{
CREATE TABLE twin AS SELECT i AS id, i AS a FROM generate_series(1, 5000) AS i;
CREATE INDEX twin_a ON twin (a);
CREATE INDEX twin_b ON twin (a);
VACUUM ANALYZE twin;
SELECT (steward.refresh()).summary;
SET enable_indexscan = off; SET enable_bitmapscan = off; SET enable_indexonlyscan = off;
SELECT count(*) FROM twin; UPDATE twin SET id = id WHERE id % 1000 = 0; SELECT pg_stat_force_next_flush();
SELECT (steward.refresh()).summary;
UPDATE steward.index_usage SET since = since - interval '40 days' WHERE relation = 'twin'::regclass;
SELECT (steward.refresh()).summary;
});

my $gone = $node->safe_psql($db, q{SELECT target FROM steward.actions WHERE relation = 'twin'::regclass AND kind = 'drop_index' AND status = 'proposed'});

like($gone, qr/^public\.twin_[ab]$/, 'one of the twins goes');

my $stays = $gone eq 'public.twin_a' ? 'twin_b' : 'twin_a';

like($node->safe_psql($db, "SELECT verdict || ': ' || reason FROM steward.indexes WHERE index = '$stays'::regclass"), qr/^needed: it stands in for index \Q$gone\E/, 'the other one is needed');

my $drop = $node->safe_psql($db, "SELECT id FROM steward.actions WHERE target = '$gone' AND kind = 'drop_index'");

$node->safe_psql($db, "CALL steward.apply($drop)");
$node->safe_psql($db, 'SELECT (steward.refresh()).summary');
is($node->safe_psql($db, "SELECT count(*) FROM steward.actions WHERE target = 'public.$stays' AND kind = 'drop_index' AND status <> 'obsolete'"), 0, 'as long as it is the only one');

# A table that somebody has locked does not hold up the others
$holder = $node->background_psql($db);
$holder->query_safe('BEGIN; LOCK TABLE twin IN ACCESS EXCLUSIVE MODE');
$node->safe_psql($db, 'CREATE TABLE twice AS SELECT i AS id FROM generate_series(1, 5000) AS i; CREATE INDEX twice_1 ON twice (id); CREATE INDEX twice_2 ON twice (id); ANALYZE twice');
is($node->safe_psql($db, q{SET lock_timeout = '2s'; SELECT summary IS NULL FROM steward.refresh(); SELECT count(*) > 0 FROM steward.indexes}), "f\nt", 'a table is locked: the others are looked at');
like($node->safe_psql($db, q{SET lock_timeout = '2s'; CALL steward.maintain()}), qr/public\.twice_2: drop_index, an exact duplicate of public\.twice_1; it waits: CALL steward\.maintain\(false\); puts it in quarantine; by itself it is not done: /, 'and reported on, with what would be done');
$holder->query_safe('COMMIT');
$holder->quit;

$node->stop;
done_testing();
