
# Hazard 20: the steward is in nobody's way: who drops, renames or copies a database has
# it, who drops the extension is rid of it, and both may come back.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use StewardCluster;
use Test::More;

my $node = new_steward('databases', "pg_steward.max_workers = 10\n");
my $create = 'SET client_min_messages = warning; CREATE EXTENSION pg_steward CASCADE;';

$node->start;
foreach my $database ('shop', 'renamed', 'dropped', 'forced')
{
	$node->safe_psql('postgres', "CREATE DATABASE $database");
	$node->safe_psql($database, $create);
	await_steward($node, $database);
}

# Each of these fails while somebody else is connected
$node->safe_psql('postgres', 'CREATE DATABASE copy TEMPLATE shop');
pass('CREATE DATABASE ... TEMPLATE while the steward is there');
$node->safe_psql('postgres', 'ALTER DATABASE renamed RENAME TO store');
pass('ALTER DATABASE ... RENAME');
$node->safe_psql('postgres', 'DROP DATABASE dropped');
pass('DROP DATABASE');
$node->safe_psql('postgres', 'DROP DATABASE forced WITH (FORCE)');
pass('DROP DATABASE ... WITH (FORCE)');
foreach my $database ('copy', 'store', 'shop')
{
	await_steward($node, $database);
}
$node->safe_psql('postgres', 'CREATE DATABASE other STRATEGY file_copy TEMPLATE store');
pass('CREATE DATABASE ... TEMPLATE, in another order of its options');
$node->safe_psql('postgres', 'DROP DATABASE copy; ');
$node->safe_psql('postgres', 'DROP DATABASE store; ');

# Who may not do it sends no steward away
my $steward = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'pg_steward' AND datname = 'shop'";
my $pid = $node->safe_psql('postgres', $steward);

$node->safe_psql('postgres', 'CREATE ROLE nobody; CREATE ROLE maker CREATEDB');
foreach my $sql ('SET ROLE nobody; DROP DATABASE shop', 'SET ROLE nobody; ALTER DATABASE shop RENAME TO mine',
	'SET ROLE nobody; ALTER DATABASE shop SET TABLESPACE pg_default', 'SET ROLE nobody; CREATE DATABASE mine TEMPLATE shop',
	'SET ROLE maker; CREATE DATABASE mine TEMPLATE shop')
{
	refused($node, 'postgres', $sql, '42501', qr/permission denied|must be owner/, $sql);
}
is($node->safe_psql('postgres', $steward), $pid, 'the steward is where it was');

# While an action is at work
$node->safe_psql('postgres', 'CREATE DATABASE busy');
make_item($node, 'busy');
await_steward($node, 'busy');

my $id = propose($node, 'busy');
my $holder = hold_snapshot($node, 'busy');

$node->safe_psql('busy', "CALL steward.apply($id, wait => false)");
action_worker($node, 'busy', 'waiting%');
$holder->query_safe('COMMIT');
$holder->quit;
$node->safe_psql('postgres', 'DROP DATABASE busy');
pass('DROP DATABASE with an action at work or just done');

# A copy of a database holds copies of its actions, which are not its own
$node->safe_psql('postgres', 'CREATE DATABASE origin');
make_item($node, 'origin');
$id = propose($node, 'origin');
# A steward that advises there would give it up for want of a workload.
$node->safe_psql('postgres', 'ALTER SYSTEM SET pg_steward.mode = observe');
$node->reload;
$node->safe_psql('postgres', 'CREATE DATABASE clone TEMPLATE origin');
await_steward($node, 'clone');
$node->safe_psql('clone', "UPDATE steward.actions SET status = 'proposed'");
refused($node, 'clone', "CALL steward.apply($id)", '55000', qr/made in another database or cluster/,
	'an action that was copied along');
is(status_of($node, 'origin', $id), 'proposed', 'the original is not touched');
$node->safe_psql('postgres', 'ALTER SYSTEM RESET pg_steward.mode');
$node->reload;
$node->safe_psql('clone', 'DROP TABLE item');
$node->safe_psql('postgres', 'DROP DATABASE clone');
$node->safe_psql('postgres', 'DROP DATABASE origin');

# DROP EXTENSION, while the steward wants to look into the queue
my $offset = -s $node->logfile;
my $dropper = $node->background_psql('shop');

$dropper->query_safe('BEGIN; DROP EXTENSION pg_steward');
ok( $node->poll_query_until('postgres', "SELECT count(*) = 1 FROM pg_stat_activity
		WHERE backend_type = 'pg_steward' AND datname = 'shop' AND wait_event_type = 'Lock'"),
	'the steward waits for who drops the extension');
$dropper->query_safe('COMMIT');
$dropper->quit;
ok( $node->poll_query_until('postgres',
		"SELECT count(*) = 0 FROM pg_stat_activity WHERE backend_type = 'pg_steward' AND datname = 'shop'"),
	'without the extension the steward leaves');
is(scalar(() = slurp_file($node->logfile, $offset) =~ /ERROR|WARNING/g), 0, 'and leaves no trace in the log');
$node->safe_psql('shop', $create);
await_steward($node, 'shop');
is($node->safe_psql('shop', 'SELECT count(*) FROM steward.actions'), 0, 'CREATE EXTENSION again works');

# Rolled back, it wakes nobody
$node->safe_psql('postgres', 'CREATE DATABASE undecided');
$node->safe_psql('undecided', "SET client_min_messages = warning; BEGIN; CREATE EXTENSION pg_steward CASCADE; ROLLBACK;");
$node->safe_psql('undecided', $create);
await_steward($node, 'undecided');

# DROP EXTENSION while an action is at work ends in no loop of errors
make_item_only('undecided');
$id = propose($node, 'undecided');
$holder = hold_snapshot($node, 'undecided');
$node->safe_psql('undecided', "CALL steward.apply($id, wait => false)");
action_worker($node, 'undecided', 'waiting%');
$offset = -s $node->logfile;
$node->safe_psql('undecided', 'DROP EXTENSION pg_steward');
$holder->query_safe('COMMIT');
$holder->quit;
ok( $node->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_stat_activity
		WHERE backend_type LIKE 'pg_steward%' AND datname = 'undecided'"),
	'DROP EXTENSION with an action at work: all leave');
cmp_ok(scalar(() = slurp_file($node->logfile, $offset) =~ /ERROR|WARNING/g), '<=', 2, 'with an error at most told once');

# A template, and a database that takes no connections, are left alone
$node->safe_psql('postgres', "ALTER DATABASE undecided ALLOW_CONNECTIONS false");
$offset = -s $node->logfile;
$node->restart;
await_steward($node, 'shop');
unlike(slurp_file($node->logfile, $offset), qr/undecided|template/, 'nobody knocks at a closed database');

$node->stop;
unlike(slurp_file($node->logfile), qr/terminated by signal|PANIC|TRAP/, 'no process crashed');
done_testing();

sub make_item_only
{
	my ($db) = @_;

	$node->safe_psql($db, q{
CREATE TABLE item (id integer PRIMARY KEY, a integer NOT NULL, b integer NOT NULL, pad text);
INSERT INTO item SELECT i, i % 2000, i % 7, repeat('x', 100) FROM generate_series(1, 20000) AS i;
VACUUM ANALYZE item;});
	return;
}
