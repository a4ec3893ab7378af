
# Maintenance as actions: statistics that are missing or late, and indexes that an
# interrupted build left invalid.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use StewardCluster;
use Test::More;

my $node = new_steward('maintenance', q{
pg_steward.mode = auto
pg_steward.round_interval = 1s
});
my $db = 'postgres';

sub action_of
{
	my ($kind, $target) = @_;

	return $node->safe_psql($db, "SELECT id FROM steward.actions WHERE kind = '$kind' AND target = '$target'");
}

sub await_action
{
	my ($kind, $target, $status, $name) = @_;

	ok($node->poll_query_until($db, "SELECT count(*) = 1 FROM steward.actions WHERE kind = '$kind' AND target = '$target' AND status = '$status'"), $name)
	  or diag($node->safe_psql($db, 'SELECT id, kind, target, status, reason FROM steward.actions; SELECT action, to_status, error FROM steward.journal; SELECT state, message FROM steward.status()'));
	return action_of($kind, $target);
}

$node->start;
make_item($node, $db);
$node->safe_psql($db, q{
SELECT steward.exclude('public.secret%', 'is nobody''s business');
CREATE SCHEMA "Shop";
CREATE TABLE "Shop"."New" AS SELECT i AS a, repeat('x', 20) AS pad FROM generate_series(1, 20000) AS i;
CREATE TABLE secret AS TABLE "Shop"."New";
CREATE TABLE mute AS TABLE "Shop"."New";
ALTER TABLE mute ALTER a SET STATISTICS 0, ALTER pad SET STATISTICS 0;
CREATE TABLE few AS SELECT 1 AS a;
CREATE UNLOGGED TABLE volatile AS TABLE "Shop"."New";
CREATE TABLE parted (a integer, b integer) PARTITION BY RANGE (a);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (100000);
INSERT INTO parted SELECT i, i FROM generate_series(1, 20000) AS i;
ANALYZE parted_1;
});
await_steward($node, $db);

# What was never analysed is, by itself
my $id = await_action('analyze', '"Shop"."New"', 'kept', 'a table that was never analysed is analysed');

is(journal_of($node, $db, $id), 'proposed queued running kept', 'as an action, which is not measured');
await_action('analyze', 'public.volatile', 'kept', 'so is an unlogged one');

# Of a partitioned table before 18 each partition would be, too, which a person has to want
if ($node->pg_version >= 18)
{
	await_action('analyze', 'public.parted', 'kept', 'and a partitioned one, of which only the partition was');
}
else
{
	my $whole = await_action('analyze', 'public.parted', 'proposed', 'of a partitioned one, of which only the partition was, that is advised');

	like($node->safe_psql($db, "SELECT steward.explain_recommendation($whole)"), qr/It reads all partitions/, 'and said what it does');
	$node->safe_psql($db, "CALL steward.apply($whole)");
	is(status_of($node, $db, $whole), 'kept', 'asked for, it is done');
}
is($node->safe_psql($db, q{SELECT count(DISTINCT starelid) FROM pg_statistic WHERE starelid IN ('"Shop"."New"'::regclass, 'parted'::regclass, 'volatile'::regclass)}), 3, 'they have statistics');
is($node->safe_psql($db, q{SELECT count(*) FROM steward.actions WHERE relation IN ('secret'::regclass, 'few'::regclass)}), 0,
	'but not what is excluded, or has few rows');
like($node->safe_psql($db, "SELECT reason FROM steward.actions WHERE id = $id"), qr/it was never analysed/, 'the reason is told');
like($node->safe_psql($db, "SELECT steward.explain_recommendation($id)"), qr/DO +ANALYZE \(SKIP_LOCKED\) (ONLY )?"Shop"\."New"\n(.|\n)*LOCKS  ANALYZE takes SHARE UPDATE EXCLUSIVE/, 'its page');

is($node->safe_psql($db, q{SELECT change, asked_by FROM steward.changes_since('1 hour') WHERE target = '"Shop"."New"'}), 'analyze|pg_steward', '"Was it you?"');

# Whoever vacuums it, or has locked it, is not disturbed
my $other = $node->background_psql($db);

$other->query_safe('BEGIN; LOCK TABLE "Shop"."New" IN SHARE UPDATE EXCLUSIVE MODE');
refused($node, $db, "CALL steward.apply($id)", '55000', qr/was postponed.*somebody is just at work on the table/s, 'while somebody is at work on the table');
like(journal_of($node, $db, $id), qr/queued proposed( obsolete)?$/, 'it is postponed; the next round finds that it is not called for');
$other->query_safe('COMMIT');
$other->quit;
$node->safe_psql($db, "CALL steward.apply($id)");
is(status_of($node, $db, $id), 'kept', 'after that it is done, again since somebody asked for it');

# Nothing to take back
refused($node, $db, "CALL steward.revert($id)", '0A000', qr/action $id cannot be reverted.*maintenance/s, 'taking it back');
$node->safe_psql($db, 'CALL steward.revert_since(now() - $$1 hour$$::interval)');
is(status_of($node, $db, $id), 'kept', 'revert_since() leaves it alone');

# Where no statistics can come into being, once is enough
my $mute = await_action('analyze', 'public.mute', 'kept', 'a table whose columns want no statistics');

$node->safe_psql($db, "UPDATE steward.journal SET at = at - interval '2 hours' WHERE action = $mute; SELECT (steward.refresh()).summary");
is(journal_of($node, $db, $mute), 'proposed queued running kept', 'is not analysed again and again');

# When much was modified, again; but not at once
$node->safe_psql($db, 'UPDATE "Shop"."New" SET a = a + 1');

my $round = $node->safe_psql($db, 'SELECT (steward.refresh()).summary IS NOT NULL');

is(status_of($node, $db, $id), 'kept', 'not within an hour');
$node->safe_psql($db, "UPDATE steward.journal SET at = at - interval '2 hours' WHERE action = $id");
ok($node->poll_query_until($db, "SELECT count(*) = 3 FROM steward.journal WHERE action = $id AND to_status = 'kept'"), 'later it is analysed again');
like($node->safe_psql($db, "SELECT reason FROM steward.actions WHERE id = $id"), qr/rows were modified since it was analysed, it has about 20000: autovacuum is off$/, 'the reason is told');

# An invalid index of somebody else is told, and mended where somebody asks for it
$node->safe_psql($db, q{CREATE INDEX "left Over" ON "Shop"."New" (a); UPDATE pg_index SET indisvalid = false WHERE indexrelid = '"Shop"."left Over"'::regclass});
$id = await_action('reindex_index', '"Shop"."left Over"', 'proposed', 'an invalid index is found');
like($node->safe_psql($db, "SELECT reason FROM steward.actions WHERE id = $id"), qr/it is invalid.*DROP INDEX CONCURRENTLY "Shop"\."left Over"/, 'with both ways to mend it');
$node->safe_psql($db, "CALL steward.apply($id)");
is(status_of($node, $db, $id), 'kept', 'asked for, it is built again');
is_index($node, $db, '"Shop"."left Over"', 'valid', 'it');

# One that cannot be
$node->safe_psql($db, 'CREATE TABLE twice AS SELECT 4711 + i / 2 AS a FROM generate_series(1, 5000) AS i; ANALYZE twice');
$node->psql($db, 'CREATE UNIQUE INDEX CONCURRENTLY twice_a ON twice (a)');
$id = await_action('reindex_index', 'public.twice_a', 'proposed', 'a unique index of rows that are not');
refused($node, $db, "CALL steward.apply($id)", '23505', qr/the rows do not fit the index/, 'building it again');
unlike(last_error($node, $db, $id), qr/4711|4712/, 'no value stands in the journal');
is($node->safe_psql($db, q{SELECT count(*) FROM pg_index WHERE indrelid = 'twice'::regclass}), 1, 'nothing else is left');
foreach my $failure (2, 3)
{
	is(status_of($node, $db, $id), 'failed', "failure @{[$failure - 1]} stands");
	$node->safe_psql($db, "UPDATE steward.journal SET at = at - interval '5 hours' WHERE action = $id");
	await_action('reindex_index', 'public.twice_a', 'proposed', 'later it is advised again');
	like($node->safe_psql($db, "SELECT reason FROM steward.actions WHERE id = $id"), qr/the last time that failed: the rows do not fit/, 'with what happened');
	refused($node, $db, "CALL steward.apply($id)", '23505', qr/the rows do not fit the index/, 'building it again');
}
$node->safe_psql($db, "UPDATE steward.journal SET at = at - interval '90 hours' WHERE action = $id; SELECT steward.refresh()");
is(status_of($node, $db, $id), 'failed', 'but not for ever');

# A table that a person does not want analysed
$id = action_of('analyze', 'public.volatile');
$node->safe_psql($db, "SELECT steward.dismiss($id, 'is filled again each night')");
$node->safe_psql($db, "UPDATE volatile SET a = a; UPDATE steward.journal SET at = at - interval '90 hours' WHERE action = $id; SELECT steward.refresh()");
is(status_of($node, $db, $id), 'dismissed', 'is not any more');

my $steward = $node->safe_psql($db, q{SELECT pid FROM pg_stat_activity WHERE backend_type = 'pg_steward' AND datname = current_database()});

# A value that an owner's function makes an error of is nobody else's to read
$node->safe_psql($db, q{
BEGIN;
CREATE FUNCTION tells(a integer) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS 'BEGIN IF current_setting($$app.tells$$, true) = $$yes$$ THEN RAISE EXCEPTION $$secret %$$, a; END IF; RETURN a; END';
CREATE TABLE told AS SELECT i AS a FROM generate_series(1, 5000) AS i;
CREATE INDEX told_a ON told (tells(a));
ALTER DATABASE postgres SET app.tells = 'yes';
COMMIT;
});
$id = await_action('analyze', 'public.told', 'failed', 'an ANALYZE that fails');
like(last_error($node, $db, $id), qr/a value of some row does not allow it, or an expression on the table failed/, 'tells that');
unlike($node->safe_psql($db, "SELECT * FROM steward.journal WHERE action = $id"), qr/secret/, 'and not what the function said');
ok($node->poll_query_until($db, qq{SELECT count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'pg_steward' AND datname = current_database() AND pid <> $steward}),
	'what ALTER DATABASE sets is taken up: the steward connected anew');

$node->stop;
done_testing();
