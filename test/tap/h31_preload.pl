
# Hazard 31: what is missing in shared_preload_libraries, what stands in the file
# and waits for a restart, and what would keep the server from starting.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use StewardCluster;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('preload');
my $db = 'postgres';

sub status
{
	return $node->safe_psql($db, "SELECT state || ' ' || message || ' ' || coalesce(command, '') FROM steward.status()");
}

$node->init;
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'auto_explain'\n");
$node->start;
$node->safe_psql($db, 'SET client_min_messages = warning; CREATE EXTENSION pg_steward CASCADE');

# Missing
like(status(), qr/^WARN not preloaded: .*'auto_explain' in postgresql\.conf: shared_preload_libraries = 'auto_explain, pg_stat_statements, pg_steward', then restart$/m,
	'missing: the line to write keeps what is there');

# One name for two libraries
$node->safe_psql($db, "ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements, pg_steward'");
like(status(), qr/^WARN the server will not start again: .* ALTER SYSTEM RESET shared_preload_libraries; .*'pg_stat_statements, pg_steward'; .*-c shared_preload_libraries=''/m,
	'what would keep the server from starting is told before it does');
$node->stop;
is($node->start(fail_ok => 1), 0, 'it does not start, indeed');

# The rescue that it names
command_ok([ 'pg_ctl', '-w', '-D', $node->data_dir, '-l', $node->logfile, '-o', "-c shared_preload_libraries=''", 'start' ], 'with the rescue it does');
$node->_update_pid(1);
$node->safe_psql($db, 'ALTER SYSTEM RESET shared_preload_libraries');

# In the file
$node->adjust_conf('postgresql.conf', 'shared_preload_libraries', "'auto_explain, pg_stat_statements, pg_steward'");
like(status(), qr/^WARN in the file, restart pending: pg_stat_statements, pg_steward restart the server$/m, 'in the file: restart pending');
unlike(status(), qr/not preloaded/, 'which is not missing');
# A restart would keep the options of the rescue.
$node->stop;
$node->start;
unlike(status(), qr/preloaded|pending/, 'restarted, it is content');
await_steward($node, $db);

$node->stop;
done_testing();
