
# Advice on a partitioned table whose partitions are not all alike: columns at
# other places, a foreign one, one that is locked.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use StewardCluster;
use Test::More;

my $node = new_steward('partitions', q{
pg_steward.mode = off
max_parallel_workers_per_gather = 0
fsync = off
});
my $db = 'postgres';
my $query = 'SELECT id, pad FROM log WHERE client = 7';

# The columns asked for, of what is advised for the queries.
sub advised
{
	my ($what, @queries) = @_;
	my $array = join(', ', map { "'$_'" } @queries);

	return $node->safe_psql($db, "SELECT $what FROM steward.recommend_indexes(queries => ARRAY[$array])");
}

$node->start;
$node->safe_psql($db, q{
SET client_min_messages = warning;
CREATE EXTENSION pg_steward CASCADE;
CREATE EXTENSION postgres_fdw;
CREATE SERVER elsewhere FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'localhost', dbname 'nowhere');
CREATE USER MAPPING FOR CURRENT_USER SERVER elsewhere;
CREATE TABLE log (id integer, at integer, client integer, pad text) PARTITION BY RANGE (at);
CREATE TABLE log_alike PARTITION OF log FOR VALUES FROM (0) TO (30000);
CREATE TABLE log_other (pad text, gone integer, client integer, at integer, id integer);
ALTER TABLE log_other DROP gone;
ALTER TABLE log ATTACH PARTITION log_other FOR VALUES FROM (30000) TO (60000);
CREATE TABLE log_empty PARTITION OF log FOR VALUES FROM (60000) TO (90000);
CREATE TABLE log_few PARTITION OF log FOR VALUES FROM (90000) TO (120000);
INSERT INTO log SELECT i, i, i % 2000, repeat('x', 100) FROM generate_series(1, 59999) AS i;
INSERT INTO log SELECT i, i, i % 2000, repeat('x', 100) FROM generate_series(90001, 92000) AS i;
ANALYZE log;
});

# All of them
is(advised('ddl', $query), 'CREATE INDEX log_client_idx ON public.log USING btree (client)', 'an index is advised');
my ($steps, $size) = split(/\|/, advised(q{array_length(ddl_steps, 1), size_bytes}, $query));
is($steps, 9, 'one of the table, one of each partition, and what attaches them');
my $cost_after = advised('cost_after', $query);
$node->safe_psql($db, "$_;") for split(/\n/, advised('unnest(ddl_steps)', $query));
is($node->safe_psql($db, q{SELECT indisvalid FROM pg_index WHERE indexrelid = 'log_client_idx'::regclass}), 't', 'the steps make it');
my $real = $node->safe_psql($db, q{SELECT sum(pg_relation_size(inhrelid)) FROM pg_inherits WHERE inhparent = 'log_client_idx'::regclass});
cmp_ok(abs($size - $real), '<=', 0.25 * $real, "its size was known: $size of $real bytes");
my $plan = $node->safe_psql($db, "EXPLAIN $query");
like($plan, qr/log_other_client_idx/, 'the planner uses that on a partition whose columns have other numbers');
my ($cost) = $plan =~ /cost=[\d.]+\.\.([\d.]+)/;
cmp_ok(abs($cost_after - $cost), '<=', 0.01 * $cost, "its cost was known: $cost_after, really $cost");
is(advised('ddl', $query), '', 'then no other is advised');
$node->safe_psql($db, 'DROP INDEX log_client_idx');

# A locked one
my $locker = $node->background_psql($db);
my $pruned = 'SELECT id, pad FROM log WHERE client = 7 AND at < 20000';
$locker->query_safe('BEGIN; LOCK TABLE log_few');
is(advised('ddl', $pruned), '', 'nothing is advised while a partition is locked');
(undef, undef, my $notice) = $node->psql($db, "SELECT * FROM steward.recommend_indexes(queries => ARRAY['$pruned'])");
like($notice, qr/one of its partitions is locked just now/, 'which is said');
$locker->query_safe('ROLLBACK');
$locker->quit;
isnt(advised('ddl', $pruned), '', 'afterwards it is');

# A foreign one
$node->safe_psql($db, 'CREATE FOREIGN TABLE log_far PARTITION OF log FOR VALUES FROM (120000) TO (150000) SERVER elsewhere');
my ($ddl, $same, $reason) = split(/\|/, advised('ddl, ddl_steps = ARRAY[ddl], reason', $query));
is($ddl, 'CREATE INDEX log_client_idx ON public.log USING btree (client)', 'with a foreign partition an index is advised, too');
is($same, 't', 'which one statement builds');
like($reason, qr/it has foreign partitions, so that only one statement can build it, during which nobody can write/, 'and it says why');
$node->safe_psql($db, $ddl);
is($node->safe_psql($db, q{SELECT indisvalid FROM pg_index WHERE indexrelid = 'log_client_idx'::regclass}), 't', 'it can be built');
$node->safe_psql($db, 'DROP INDEX log_client_idx');
run_workload($node, $db, query => 'SELECT id, pad FROM log WHERE client = %d AND at < 120000');
$node->safe_psql($db, 'SELECT steward.refresh()');
refused($node, $db, q{DO $$ BEGIN PERFORM steward.approve(id) FROM steward.actions WHERE relation = 'log'::regclass AND kind = 'create_index'; END $$}, '0A000',
	qr/is about a table with foreign partitions/, 'building it step by step');

$node->stop;
done_testing();
