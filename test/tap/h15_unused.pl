
# Hazard 15: which indexes count as unused.  A use is not forgotten over a restart,
# and where a reset, a crash or a standby may have hidden one, an index is not called
# unused.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use StewardCluster;
use Test::More;

my $node = new_steward('unused', 'wal_level = logical');
my $db = 'postgres';

sub verdict_of
{
	my ($index) = @_;

	return $node->safe_psql($db, "SELECT verdict || ': ' || reason FROM steward.indexes WHERE index = '$index'::regclass");
}

# As if so many days had passed since the steward looked.
sub age
{
	my ($days) = @_;

	$node->safe_psql($db, "UPDATE steward.index_usage SET since = since - interval '$days days', used_at = used_at - interval '$days days', noted_at = noted_at - interval '$days days'");
	return;
}

sub look
{
	$node->safe_psql($db, 'SELECT (steward.refresh()).summary');
	return;
}

# Each table is read and written; no index of theirs is used for that.
my @tables = qw(goods journal_of untouched_but_read);

sub touch_tables
{
	foreach my $table (@tables)
	{
		$node->safe_psql($db, "SET enable_indexscan = off; SET enable_bitmapscan = off; SET enable_indexonlyscan = off;
			SELECT count(*) FROM $table" . ($table eq 'untouched_but_read' ? '' : "; UPDATE $table SET touched = touched + 1 WHERE id % 200 = 0"));
	}
	$node->safe_psql($db, 'SELECT pg_stat_force_next_flush()');
	return;
}

$node->start;
make_item($node, $db);
$node->safe_psql($db, q{
CREATE TABLE goods (id integer PRIMARY KEY, a integer, b integer, touched integer DEFAULT 0);
INSERT INTO goods SELECT i, i, i FROM generate_series(1, 2000) AS i;
CREATE INDEX goods_used ON goods (a);
CREATE INDEX goods_idle ON goods (b);
CREATE TABLE journal_of (id integer, touched integer DEFAULT 0);
INSERT INTO journal_of SELECT i FROM generate_series(1, 2000) AS i;
CREATE INDEX journal_of_id ON journal_of (id);
CREATE TABLE untouched_but_read AS SELECT i AS id, 0 AS touched FROM generate_series(1, 2000) AS i;
CREATE INDEX only_read ON untouched_but_read (id);
CREATE TABLE untouched AS TABLE untouched_but_read;
CREATE INDEX untouched_id ON untouched (id);
VACUUM ANALYZE;
});
await_steward($node, $db);
look();
like(verdict_of('goods_idle'), qr/^watched: it was not used in 1 minute; pg_steward\.unused_after is 35 days$/, 'an index that is seen for the first time is watched');

# Forty days later
age(40);
$node->safe_psql($db, 'SET enable_seqscan = off; SELECT id FROM goods WHERE a = 7; SELECT pg_stat_force_next_flush()');
touch_tables();
look();
like(verdict_of('goods_used'), qr/^needed: it was used 1 times in 40 days, last \d+ minutes? ago$/, 'one use is enough');
like(verdict_of('goods_idle'), qr/^unused: it was not used in 40 days, in which its table was read \d+ times and \d+ of its rows were written$/, 'one that nobody used');
like(verdict_of('only_read'), qr/^watched: .* its table was not written either/, 'a table that nobody wrote shows nothing');
like(verdict_of('untouched_id'), qr/^watched: .* its table was not read either/, 'nor one that nobody read');

# What we plan ourselves is no use; the planner looks at the ends of an index.
$node->safe_psql($db, 'PREPARE latest AS SELECT count(*) FROM goods WHERE b > 1999; ' . 'EXECUTE latest; ' x 20 . 'SELECT pg_stat_force_next_flush()');
my $scans = q{SELECT pg_stat_get_numscans('goods_idle'::regclass)};
my $before = $node->safe_psql($db, $scans);

look();
is($node->safe_psql($db, q{SELECT count(*) FROM steward.statements WHERE query LIKE '%latest%' OR query LIKE '%b > $1%'}), 1, 'a statement whose planning reads an index is advised on');
is($node->safe_psql($db, "SELECT pg_stat_force_next_flush(); $scans"), "\n$before", 'which does not count as a use');
age(40);

# What is remembered, and what is not
age(36);
touch_tables();
look();
like(verdict_of('goods_used'), qr/^unused/, 'a use of more than five weeks ago is long ago');
$node->restart;
await_steward($node, $db);
touch_tables();
look();
like(verdict_of('goods_idle'), qr/^unused: it was not used in 76 days/, 'a restart is not the end of it');
$node->safe_psql($db, q{SELECT pg_stat_reset_single_table_counters('goods'::regclass)});
touch_tables();
look();
like(verdict_of('goods_idle'), qr/^watched: it was not used in \d+ minutes?; pg_steward.unused_after is 35 days/, 'counters of the table that went down: the watch begins anew');
like(verdict_of('journal_of_id'), qr/^unused/, 'but not that of others');
age(40);
touch_tables();
look();
like(verdict_of('goods_idle'), qr/^unused/, 'after five more weeks it is');
$node->stop('immediate');
$node->start;
await_steward($node, $db);
touch_tables();
look();
like(verdict_of('journal_of_id'), qr/^watched: it was not used in \d+ minutes?;/, 'after a crash, which wipes the counters, the watch begins anew');
age(40);
touch_tables();
look();
like(verdict_of('journal_of_id'), qr/^unused/, 'and goes on after that');
$node->safe_psql($db, 'SELECT pg_stat_reset()');
look();
like(verdict_of('journal_of_id'), qr/^watched/, 'likewise after a reset');

# A session that looked at the counters long before does not take those that others noted
# meanwhile for counters that were lost
my $known = q{SELECT min(since) FROM steward.index_usage};
my $since = $node->safe_psql($db, $known);
my $slow = $node->background_psql($db);

$slow->query_safe('BEGIN; SELECT pg_stat_get_db_xact_commit(oid), pg_stat_get_db_xact_rollback(oid) FROM pg_database WHERE datname = current_database(); SELECT count(pg_stat_get_numscans(indexrelid)) FROM pg_index');
touch_tables();
$node->safe_psql($db, 'SET enable_seqscan = off; SELECT count(*) FROM goods WHERE a = 7; SELECT pg_stat_force_next_flush()');
look();
$slow->query_safe('SELECT (steward.refresh()).summary');
$slow->query_safe('COMMIT');
$slow->quit;
is($node->safe_psql($db, $known), $since, 'nothing is forgotten because of a session that looked before others did');

# Standbys
age(40);
touch_tables();
look();
like(verdict_of('journal_of_id'), qr/^unused/, 'no standby follows');
$node->safe_psql($db, q{SELECT pg_create_logical_replication_slot('out', 'pgoutput')});
like(verdict_of('journal_of_id'), qr/^unused/, 'logical replication uses no index here');
$node->safe_psql($db, q{SELECT pg_drop_replication_slot('out'); SELECT pg_create_physical_replication_slot('away')});
like(verdict_of('journal_of_id'), qr/^watched: .* but 1 standby follows this server that pg_steward.standbys does not list, so that nobody knows what is used there$/, 'one that is away does');
like($node->safe_psql($db, 'SELECT * FROM steward.status()'), qr/WARN\|no index counts as unused: 1 standby follows this server/, 'status() warns of it');
look();
$node->safe_psql($db, q{SELECT pg_drop_replication_slot('away')});
like(verdict_of('journal_of_id'), qr/^watched: .* a standby that pg_steward.standbys did not list followed this server less than/, 'or did so within that time');
$node->safe_psql($db, q{UPDATE steward.usage_watch SET standby_seen_at = now() - interval '36 days'});
like(verdict_of('journal_of_id'), qr/^unused/, 'but not for ever');

# A copy of the database is another one
$node->safe_psql('template1', "CREATE DATABASE twin TEMPLATE $db");
await_steward($node, 'twin');
$node->safe_psql('twin', 'SELECT (steward.refresh()).summary');
is($node->safe_psql('twin', q{SELECT count(*) FROM steward.indexes WHERE verdict = 'unused'}), 0, 'hazard 35: in a copy the watch begins anew');

# Who sees it
$node->safe_psql($db, 'CREATE ROLE watcher; GRANT pg_monitor TO watcher; CREATE ROLE nobody');
is($node->safe_psql($db, 'SET ROLE watcher; SELECT count(*) > 3 FROM steward.indexes'), 't', 'pg_monitor sees the view');
refused($node, $db, 'SET ROLE nobody; SELECT * FROM steward.indexes', '42501', qr/permission denied/, 'others');

$node->stop;
done_testing();
