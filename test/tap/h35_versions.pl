
# Hazard 35: a module beside SQL objects of another version, and a server that does not
# preload what is needed: said clearly, and nothing misbehaves.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use StewardCluster;
use Test::More;

my $node = new_steward('versions', "pg_steward.workload_interval = 1s\npg_steward.round_interval = 1s\n");
my $db = 'postgres';

$node->start;
make_item($node, $db);
await_steward($node, $db);

my $id = propose($node, $db);
my $version = $node->safe_psql($db, "SELECT extversion FROM pg_extension WHERE extname = 'pg_steward'");
my $offset = -s $node->logfile;

# Another version
$node->safe_psql($db, "UPDATE pg_extension SET extversion = '0.0.9' WHERE extname = 'pg_steward'");
foreach my $call (
	'SELECT * FROM steward.status()',
	'SELECT * FROM steward.statements',
	"SELECT * FROM steward.recommend_indexes(ARRAY['SELECT 1'])",
	'SELECT * FROM steward.recommend_indexes()',
	'SELECT * FROM steward.refresh()',
	"SELECT steward.explain_recommendation($id)",
	"SELECT steward.simulate($id)",
	"SELECT steward.export_case($id)",
	'SELECT * FROM steward.calibrate()',
	'SELECT * FROM steward.recommend_cost_constants()',
	"SELECT steward.dismiss($id, 'no')",
	"SELECT steward.exclude('no.%', 'no')",
	"SELECT steward.remove_exclusion('no.%')",
	"CALL steward.apply($id)",
	"CALL steward.revert($id)",
	"CALL steward.cancel($id)",
	"SELECT steward.approve($id)",
	'CALL steward.revert_since(now())',
	'SELECT * FROM steward.progress',
	'SELECT * FROM steward.indexes',
	'CALL steward.tune()',
	"SELECT steward.stop('no')",
	'SELECT steward.start()',
	'SELECT steward.announce_database()')
{
	refused($node, $db, $call, '55000',
		qr/different versions.*DETAIL:  The module is version \Q$version\E, the SQL objects are version 0\.0\.9\..*HINT:  Run ALTER EXTENSION/s,
		$call);
}
is($node->safe_psql($db, "SELECT count(*) FROM pg_proc AS p WHERE pronamespace = 'steward'::regnamespace
		AND prolang = (SELECT oid FROM pg_language WHERE lanname = 'c') AND NOT EXISTS (SELECT FROM unnest(ARRAY['status', 'list_statements', 'recommend_indexes', 'refresh',
			'explain_recommendation', 'simulate', 'export_case', 'calibrate', 'recommend_cost_constants', 'dismiss', 'exclude', 'remove_exclusion', 'apply', 'revert', 'cancel', 'tune',
			'approve', 'revert_since', 'list_progress', 'list_indexes', 'maintain',
			'stop', 'start', 'announce_database']) AS name WHERE name = p.proname)"),
	0, 'no function was forgotten');
$node->wait_for_log(qr/the SQL objects in this database are not of version \Q$version\E, which is loaded; run ALTER EXTENSION/, $offset);
ok( $node->poll_query_until($db, "SELECT count(*) = 0 FROM pg_stat_activity WHERE backend_type = 'pg_steward'"),
	'the steward leaves');
# The launcher has had its say about it by now.
$node->safe_psql($db, 'CREATE DATABASE other');
$node->safe_psql('other', 'SET client_min_messages = warning; CREATE EXTENSION pg_steward CASCADE');
await_steward($node, 'other');

my $log = slurp_file($node->logfile, $offset);

cmp_ok(scalar(() = $log =~ /WARNING:  pg_steward: the SQL objects/g), '<=', 3, 'without a loop in the log');

# Set right again
$node->safe_psql($db, "UPDATE pg_extension SET extversion = '$version' WHERE extname = 'pg_steward'");
like($node->safe_psql($db, 'SELECT state FROM steward.status()'), qr/^(OK|WARN)$/m, 'functions work again');
$node->safe_psql($db, "CALL steward.apply($id)");
is(status_of($node, $db, $id), 'verifying', 'and the steward is back when it is wanted');

# pg_stat_statements is not preloaded
$node->adjust_conf('postgresql.conf', 'shared_preload_libraries', "'pg_steward'");
$offset = -s $node->logfile;
$node->restart;
refused($node, $db, 'SELECT * FROM steward.recommend_indexes()', '55000',
	qr/pg_stat_statements.*shared_preload_libraries/s, 'advice on the workload');
refused($node, $db, 'SELECT * FROM steward.refresh()', '55000', qr/pg_stat_statements.*shared_preload_libraries/s, 'refresh');
is($node->safe_psql($db, q{SELECT count(*) FROM steward.recommend_indexes(ARRAY['SELECT * FROM item WHERE b = $1 AND a = $2'])}),
	1, 'advice on queries works');
like($node->safe_psql($db, "SELECT state || ' ' || message || ' ' || command FROM steward.status()"),
	qr/^WARN not preloaded: .* in postgresql.conf: shared_preload_libraries = '[^']*pg_stat_statements[^']*', then restart$/m,
	'status() says what is missing');
await_steward($node, $db);
$node->wait_for_log(qr/pg_steward: could not note the workload: .*pg_stat_statements/, $offset);
$node->safe_psql($db, "CALL steward.revert($id)");
# The stewards of two databases, each of what it could not do; while they try again and again.
cmp_ok(scalar(() = slurp_file($node->logfile, $offset) =~ /could not (?:note the workload|renew the advice)/g), '<=', 4,
	'each steward tells it once');

# pg_steward is not preloaded
$node->adjust_conf('postgresql.conf', 'shared_preload_libraries', "'pg_stat_statements'");
foreach my $setting (qw(workload_interval round_interval min_free_space))
{
	# Settings of a module that is not loaded yet are kept as they are.
	like($node->safe_psql($db, "SHOW pg_steward.$setting"), qr/./, "pg_steward.$setting is known");
}
$node->restart;
is($node->safe_psql($db, q{SELECT count(*) FROM steward.recommend_indexes(ARRAY['SELECT * FROM item WHERE a = $1'])}),
	1, 'advice on queries works');
run_workload($node, $db);
is($node->safe_psql($db, 'SELECT count(*) > 0 FROM steward.recommend_indexes()'), 't', 'and on the workload');
is($node->safe_psql($db, 'SELECT proposed >= 0 FROM steward.refresh()'), 't', 'and refresh()');
foreach my $call ("CALL steward.apply($id)", "CALL steward.revert($id)", 'CALL steward.tune()', "SELECT steward.stop('no')", 'SELECT steward.start()')
{
	refused($node, $db, $call, '55000', qr/pg_steward is not preloaded.*HINT:  .*shared_preload_libraries/s, $call);
}
like($node->safe_psql($db, "SELECT state || ' ' || message || ' ' || command FROM steward.status()"),
	qr/^WARN not preloaded: .*shared_preload_libraries = 'pg_stat_statements, pg_steward', then restart$/m,
	'status() says what is missing');
$node->safe_psql('postgres', 'CREATE DATABASE late');
$node->safe_psql('late', 'SET client_min_messages = warning; CREATE EXTENSION pg_steward CASCADE');
is($node->safe_psql('late', "SELECT count(*) FROM steward.recommend_indexes(ARRAY['SELECT 1'])"), 0, 'CREATE EXTENSION works');
is($node->safe_psql('late', "LOAD 'pg_steward'; SHOW pg_steward.mode"), 'advise', 'and so does LOAD');

# Nothing is
$node->adjust_conf('postgresql.conf', 'shared_preload_libraries', "''");
$node->restart;
like($node->safe_psql($db, "SELECT state || ' ' || command FROM steward.status()"),
	qr/^WARN in postgresql.conf: shared_preload_libraries = 'pg_stat_statements, pg_steward', then restart$/m,
	'status() gives the whole line');
$node->safe_psql($db, 'CREATE ROLE anybody');
is($node->safe_psql($db, "SET ROLE anybody; SELECT message FROM steward.status() WHERE state = 'WARN' LIMIT 1"),
	'not preloaded: pg_stat_statements, pg_steward', 'but to those who may not read all settings only what is missing');
is($node->safe_psql($db, q{SELECT count(*) FROM steward.recommend_indexes(ARRAY['SELECT * FROM item WHERE a = $1'])}),
	1, 'advice on queries works without any of it');

$node->stop;
unlike(slurp_file($node->logfile), qr/terminated by signal|PANIC|TRAP/, 'no process crashed');
done_testing();
