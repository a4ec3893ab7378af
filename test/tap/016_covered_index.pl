
# An index that another one begins with is advised to go, dropped and brought
# back; but not where a statement would be dearer without it.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use StewardCluster;
use Test::More;

my $node = new_steward('covered', q{
max_parallel_workers_per_gather = 0
pg_steward.mode = advise
});
my $db = 'postgres';
my $drop = q{SELECT id FROM steward.actions WHERE kind = 'drop_index' AND target = 'public.narrow' AND status = 'proposed'};

$node->start;
$node->safe_psql($db, q{
SET client_min_messages = warning;
CREATE EXTENSION pg_steward CASCADE;
CREATE TABLE wares AS SELECT i AS k, repeat(md5(i::text), 5) AS pad FROM generate_series(1, 20000) AS i;
CREATE INDEX narrow ON wares (k);
CREATE INDEX wide ON wares (k, pad);
VACUUM ANALYZE wares;
CREATE TABLE others AS SELECT k, pad FROM wares;
CREATE INDEX others_narrow ON others (k);
CREATE INDEX others_wide ON others (k, pad);
VACUUM ANALYZE others;
});
await_steward($node, $db);

# A snapshot of somebody else keeps VACUUM from marking pages, without which nothing is read from an index only
foreach my $table ('wares', 'others')
{
	my $pages = 'relallvisible = relpages';

	foreach (1 .. 100)
	{
		last if $node->safe_psql($db, "SELECT $pages FROM pg_class WHERE oid = '$table'::regclass") eq 't';
		$node->safe_psql($db, "VACUUM $table");
	}
}

# Counting reads the whole index, and the wide one has many more pages
run_workload($node, $db, query => 'SELECT count(*) FROM wares WHERE k > %d');
run_workload($node, $db, query => 'SELECT pad FROM wares WHERE k = %d');
$node->safe_psql($db, 'SELECT * FROM steward.refresh()');
is($node->safe_psql($db, $drop), '', 'an index that a statement is cheaper with stays');

# Without such statements
$node->safe_psql($db, 'SELECT pg_stat_statements_reset()');
run_workload($node, $db, query => 'SELECT pad FROM wares WHERE k = %d');
$node->safe_psql($db, 'SELECT * FROM steward.refresh()');
my $id = $node->safe_psql($db, $drop);
isnt($id, '', 'one that nobody would miss is advised to go');
like($node->safe_psql($db, "SELECT steward.explain_recommendation($id)"), qr/covered by public\.wide, which begins with the same columns/,
	'its page says why');

is(($node->psql($db, "CALL steward.apply($id)"))[0], 0, 'it is dropped') or diag(last_error($node, $db, $id));
is_index($node, $db, 'narrow', 'absent', 'and gone');
$node->safe_psql($db, 'SELECT * FROM steward.refresh()');
is($node->safe_psql($db, q{SELECT count(*) FROM steward.actions WHERE kind = 'create_index'}), 0, 'it is not advised to be built again');
is(($node->psql($db, "CALL steward.revert($id)"))[0], 0, 'it is brought back') or diag(last_error($node, $db, $id));
is_index($node, $db, 'narrow', 'valid', 'and there');
like($node->safe_psql($db, q{SELECT pg_get_indexdef('narrow'::regclass)}), qr/^CREATE INDEX narrow ON public\.wares USING btree \(k\)$/, 'as it was');

# What is covered no more when its turn comes is not dropped
run_workload($node, $db, query => 'SELECT pad FROM others WHERE k = %d');
$node->safe_psql($db, 'SELECT * FROM steward.refresh()');
$id = $node->safe_psql($db, q{SELECT id FROM steward.actions WHERE target = 'public.others_narrow' AND kind = 'drop_index' AND status = 'proposed'});
isnt($id, '', 'another one is advised to go');
$node->safe_psql($db, 'DROP INDEX others_wide');
refused($node, $db, "CALL steward.apply($id)", '55000', qr/no duplicate any more, and none covers it/, 'drop of what is covered no more');
is_index($node, $db, 'others_narrow', 'valid', 'it stays');

# Widened in one decision, in two steps: never is there neither of them
$node->safe_psql($db, q{
CREATE TABLE visits AS SELECT i AS id, i % 20 AS site, i * 7919 % 50000 AS seen, repeat('pad ', 10) AS pad FROM generate_series(1, 50000) AS i;
CREATE INDEX visits_site ON visits (site);
VACUUM ANALYZE visits;
SELECT pg_stat_statements_reset();
});
run_workload($node, $db, query => 'SELECT id FROM visits WHERE site = %d ORDER BY seen LIMIT 5');
is($node->safe_psql($db, q{SELECT action, replaces FROM steward.recommend_indexes() WHERE relation = 'visits'::regclass}),
	'replace|{visits_site}', 'the wider index replaces the one that is there');
is($node->safe_psql($db, q{SELECT action, replaces FROM steward.recommend_indexes(ARRAY['SELECT id FROM visits WHERE site = 7 ORDER BY seen LIMIT 5'])}),
	'create|{visits_site}', 'of a given query nobody knows whether it is the only one');
$node->safe_psql($db, 'SELECT * FROM steward.refresh()');
is($node->safe_psql($db, q{SELECT count(*) FROM steward.actions WHERE target = 'public.visits_site'}), 0, 'nothing is to go before the new one is there');
$id = $node->safe_psql($db, q{SELECT id FROM steward.actions WHERE relation = 'visits'::regclass AND kind = 'create_index' AND status = 'proposed'});
like($node->safe_psql($db, "SELECT steward.explain_recommendation($id)"), qr/It replaces public\.visits_site: once it is there, the drop is advised/, 'its page says so');
is(($node->psql($db, "CALL steward.apply($id)"))[0], 0, 'it is built') or diag(last_error($node, $db, $id));
is_index($node, $db, 'visits_site', 'valid', 'the other one is still there');
run_workload($node, $db, query => 'SELECT id FROM visits WHERE site = %d ORDER BY seen LIMIT 5');
$node->safe_psql($db, 'SELECT * FROM steward.refresh()');
$id = $node->safe_psql($db, q{SELECT id FROM steward.actions WHERE kind = 'drop_index' AND target = 'public.visits_site' AND status = 'proposed'});
isnt($id, '', 'then it is advised to go');
is(($node->psql($db, "CALL steward.apply($id)"))[0], 0, 'and goes') or diag(last_error($node, $db, $id));
is_index($node, $db, 'visits_site', 'absent', 'leaving the wider one');

$node->stop;
done_testing();
