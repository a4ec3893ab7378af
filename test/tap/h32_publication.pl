
# Hazard 32: a publication FOR ALL TABLES publishes the steward's tables, too,
# and a subscriber that does not have them stops.  Nothing is written until
# somebody says that it may be.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use StewardCluster;
use Test::More;

my $node = new_steward('publisher', q{
max_wal_senders = 5
pg_steward.round_interval = 1s
pg_steward.workload_interval = 1s
pg_steward.accept_publication = off
}, allows_streaming => 'logical');
my $subscriber = PostgreSQL::Test::Cluster->new('subscriber');
my $db = 'postgres';

# Whether a row comes over.
sub comes_over
{
	my ($id, $name) = @_;

	$node->safe_psql($db, "INSERT INTO item VALUES ($id)");
	ok($subscriber->poll_query_until($db, "SELECT count(*) = 1 FROM item WHERE id = $id"), $name);
	return;
}

$node->start;
$subscriber->init;
$subscriber->start;
$_->safe_psql($db, 'CREATE TABLE item (id integer PRIMARY KEY)') foreach $node, $subscriber;
$node->safe_psql($db, 'CREATE PUBLICATION everything FOR ALL TABLES');
$subscriber->safe_psql($db, 'CREATE SUBSCRIPTION sub CONNECTION $$' . $node->connstr($db) . '$$ PUBLICATION everything');
comes_over(1, 'rows come over');

# The extension comes later, and its steward
$node->safe_psql($db, 'SET client_min_messages = warning; CREATE EXTENSION pg_steward CASCADE');
await_steward($node, $db);
$node->wait_for_log(qr/publication everything publishes the steward's tables, too; nothing is written/);
run_workload($node, $db, query => 'SELECT count(*) FROM item WHERE id <> %d');
foreach my $call ('SELECT steward.refresh()', 'CALL steward.apply(1)', 'SELECT steward.approve(1)', "SELECT steward.dismiss(1, 'no')",
	"SELECT steward.exclude('a.b', 'no')")
{
	refused($node, $db, $call, '55000', qr/publication everything publishes.*would stop replicating.*accept_publication = on/s, $call);
}
like($node->safe_psql($db, 'SELECT state, message, command FROM steward.status()'),
	qr/^WARN\|publication everything publishes.*accept_publication/m, 'status() says so, and what mends it');
like($node->safe_psql($db, "SELECT summary IS NULL FROM (SELECT max(ddl) AS summary FROM steward.recommend_indexes(ARRAY['SELECT 1'])) AS s"),
	qr/^t$/, 'what only reads, works');
comes_over(2, 'rows go on to come over');

# Named otherwise
foreach my $publication ('FOR TABLES IN SCHEMA steward', 'FOR TABLE steward.journal')
{
	$node->safe_psql($db, "BEGIN; DROP PUBLICATION everything; CREATE PUBLICATION \"some more\" $publication; END");
	refused($node, $db, 'SELECT steward.refresh()', '55000', qr/publication "some more" publishes/, $publication);
	$node->safe_psql($db, 'BEGIN; DROP PUBLICATION "some more"; CREATE PUBLICATION everything FOR ALL TABLES; END');
}

# Confirmed, it works; and a subscriber without the tables stops, indeed
$node->adjust_conf('postgresql.conf', 'pg_steward.accept_publication', 'on');
$node->reload;
ok($node->poll_query_until($db, 'SELECT (steward.refresh()).statements > 0'), 'confirmed, it works');
ok($node->poll_query_until($db, q{SELECT count(*) = 0 FROM steward.status() WHERE message ~ 'publication'}), 'and status() is content once the steward is');
$subscriber->wait_for_log(qr/logical replication target relation "steward\.\w+" does not exist/);
pass('without the tables the subscriber stops');

$subscriber->stop;
$node->stop;
done_testing();
