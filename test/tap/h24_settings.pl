
# Hazard 24: the steward changes no setting by itself, and what it advises to change
# are constants of the planner, with what undoes it.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use StewardCluster;
use Test::More;

my $node = new_steward('settings', q{
pg_steward.mode = auto
pg_steward.auto_actions = 'create_index, drop_index'
pg_steward.round_interval = 1s
});
my $db = 'postgres';
my $settings = q{SELECT name, setting, sourcefile, sourceline FROM pg_settings WHERE source <> 'client' AND name NOT LIKE 'wal_%' ORDER BY name;
	SELECT setdatabase, setrole, setconfig FROM pg_db_role_setting};
my $file = $node->data_dir . '/postgresql.auto.conf';

$node->start;
make_item($node, $db);
$node->safe_psql($db, 'CREATE INDEX item_b ON item (b); CREATE INDEX item_b_again ON item (b);
	CREATE TABLE t AS SELECT i AS id, i % 5000 AS a, repeat($$x$$, 100) AS pad FROM generate_series(1, 50000) AS i; ANALYZE');
await_steward($node, $db);

my $before = $node->safe_psql($db, $settings);
my $content = slurp_file($file);

run_workload($node, $db, query => 'SELECT count(*) FROM t WHERE a = %d');
ok($node->poll_query_until($db, q{SELECT count(*) >= 1 FROM steward.actions WHERE kind = 'create_index' AND status = 'verifying'}), 'it acts by itself');
is($node->safe_psql($db, $settings), $before, 'no setting has changed');
is(slurp_file($file), $content, 'and nothing that a restart would bring');

# The advice
my $allowed = join('|', qw(seq_page_cost random_page_cost cpu_tuple_cost cpu_index_tuple_cost cpu_operator_cost parallel_setup_cost parallel_tuple_cost));

foreach my $row (split(/\n/, $node->safe_psql($db, 'SELECT name, ddl, undo_ddl FROM steward.recommend_cost_constants()')))
{
	my ($name, $ddl, $undo) = split(/\|/, $row, -1);

	like($name, qr/^($allowed)$/, "$name is a constant of the planner");
	next if $ddl eq '';
	like($ddl, qr/^ALTER DATABASE \S+ SET $name = [\d.]+;?$/, 'to be set for this database');
	like($undo, qr/$name/, 'and back');
}

$node->stop;
done_testing();
