
# Hazard 15: standbys use indexes that the primary never does.  Those that are
# listed are asked; where one is not, or does not answer, no index counts as unused.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use StewardCluster;
use Test::More;

my $primary = new_steward('primary', "pg_steward.round_interval = 1s\npg_steward.quarantine_time = 1d\n", allows_streaming => 1);
my $db = 'postgres';

sub verdict_of
{
	my ($index) = @_;

	return $primary->safe_psql($db, "SELECT verdict || ': ' || reason FROM steward.indexes WHERE index = '$index'::regclass");
}

# As if so many days had passed since somebody looked here and at the standbys.
sub age
{
	my ($days) = @_;

	$primary->safe_psql($db, "UPDATE steward.index_usage SET since = since - interval '$days days', used_at = used_at - interval '$days days';
		UPDATE steward.standby_usage SET since = since - interval '$days days', used_at = used_at - interval '$days days'");
	return;
}

sub await_verdict
{
	my ($index, $pattern, $name) = @_;

	ok($primary->poll_query_until($db, "SELECT verdict || ': ' || reason ~ '$pattern' FROM steward.indexes WHERE index = '$index'::regclass"), $name)
	  or diag(verdict_of($index), $primary->safe_psql($db, 'SELECT * FROM steward.standbys; SELECT state, message FROM steward.status()'));
	return;
}

sub list_standbys
{
	my ($list) = @_;

	$primary->append_conf('postgresql.conf', "pg_steward.standbys = '$list'");
	$primary->reload;
	return;
}

$primary->start;
make_item($primary, $db);
$primary->safe_psql($db, q{
CREATE TABLE goods AS SELECT i AS id, i AS a, i AS b, 0 AS touched FROM generate_series(1, 2000) AS i;
CREATE INDEX goods_away ON goods (a);
CREATE INDEX goods_idle ON goods (b);
VACUUM ANALYZE goods;
});
await_steward($primary, $db);
ok($primary->poll_query_until($db, "SELECT count(*) = 2 FROM steward.index_usage WHERE relation = 'goods'::regclass"), 'the indexes are watched');
$primary->safe_psql($db, 'SELECT count(*) FROM goods; UPDATE goods SET touched = 1 WHERE id % 200 = 0; SELECT pg_stat_force_next_flush()');
ok($primary->poll_query_until($db, "SELECT bool_and(writes_unused > 0) FROM steward.index_usage WHERE relation = 'goods'::regclass"), 'while their table is used');
age(40);
await_verdict('goods_idle', '^unused: ', 'no standby follows: unused');

# One that nobody listed
$primary->backup('base');

my $standby = PostgreSQL::Test::Cluster->new('standby');

$standby->init_from_backup($primary, 'base', has_streaming => 1);
$standby->start;
await_verdict('goods_idle', '^watched: .* 1 standby follows this server that pg_steward.standbys does not list', 'a standby follows: nobody knows');

ok($primary->poll_query_until($db, 'SELECT standby_seen_at IS NOT NULL FROM steward.usage_watch'), 'which is remembered');

# One that cannot be asked
my ($status, $out, $err) = $primary->psql($db, q{ALTER SYSTEM SET pg_steward.standbys = 'host = = x'});

(undef, undef, my $secret) = $primary->psql($db, q{ALTER SYSTEM SET pg_steward.standbys = 'host=there password=xyz'});
like($secret, qr/It has a password in it.*use passfile/s, 'so is a password');
like($err, qr/invalid value for parameter "pg_steward.standbys".*DETAIL.*HINT:  Write connection strings/s, 'what is no connection string is refused');
list_standbys('host=' . $standby->host . ' port=1');
await_verdict('goods_idle', '^watched: .* but standby .*:1 did not say yet what is used there: connection to server .* failed', 'nor where it cannot be asked');
list_standbys($primary->connstr . ' application_name=itself');
await_verdict('goods_idle', '^watched: .* it is no standby', 'nor where it is none');

# One that answers
my $list = $standby->connstr . ' user=' . ($ENV{PGUSER} // getpwuid($>));

list_standbys($list);
ok($primary->poll_query_until($db, 'SELECT count(*) = 2 FROM steward.standby_usage WHERE index IN (SELECT indexrelid FROM pg_index WHERE indrelid = \'goods\'::regclass)'), 'one that is asked');
await_verdict('goods_idle', '^watched: .* a standby that pg_steward.standbys did not list followed this server less than', 'what was not listed before is not forgotten');
$primary->safe_psql($db, 'UPDATE steward.usage_watch SET standby_seen_at = NULL');
await_verdict('goods_idle', '^watched: it was not used in [0-9]+ minutes?', 'one that is listed is watched from then on');
age(40);
await_verdict('goods_idle', '^unused: ', 'after five weeks without a use there, either, it is unused');
await_verdict('goods_away', '^unused: ', 'as is another one');
$standby->safe_psql($db, 'SET enable_seqscan = off; SELECT id FROM goods WHERE a = 7; SELECT pg_stat_force_next_flush()');
await_verdict('goods_away', '^needed: it was used 1 times on standbys, last on .* [0-9]+ minutes? ago', 'one use there is enough');
like(verdict_of('goods_idle'), qr/^unused/, 'for that index');

# A use there ends the quarantine
my $id = $primary->safe_psql($db, q{SELECT id FROM steward.actions WHERE kind = 'drop_index' AND target = 'public.goods_idle'});

$primary->safe_psql($db, "CALL steward.apply($id)");
is(status_of($primary, $db, $id), 'quarantined', 'in quarantine');
like(verdict_of('goods_idle'), qr/in quarantine, where the planner does without it here, but not on standbys/, 'which does not cover standbys');
$standby->safe_psql($db, 'SET enable_seqscan = off; SELECT id FROM goods WHERE b = 7; SELECT pg_stat_force_next_flush()');
await_status($primary, $db, $id, 'obsolete');
like($primary->safe_psql($db, "SELECT error FROM steward.journal WHERE action = $id AND from_status = 'quarantined'"), qr/does not count as unused any more: it was used 1 times on standbys/, 'a use on a standby ends it');

# Its counters lost, it is watched anew; so it is when it is gone
age(40);
await_verdict('goods_idle', '^unused: ', 'long after that');
$standby->safe_psql($db, 'SELECT pg_stat_reset()');
await_verdict('goods_idle', '^watched: it was not used in [0-9]+ minutes?', 'counters that went down there');
age(40);
await_verdict('goods_idle', '^unused: ', 'five more weeks');
$standby->stop;
$primary->safe_psql($db, q{UPDATE steward.standbys SET noted_at = now() - interval '11 minutes', followed_at = now() - interval '11 minutes'});
await_verdict('goods_idle', '^watched: .* did not say yet what is used there: connection to server', 'a standby that is away for long');

# A standby of a standby, which only that one sees
$standby->start;
await_verdict('goods_idle', '^unused: ', 'is back');
$standby->backup('below');

my $below = PostgreSQL::Test::Cluster->new('below');

$below->init_from_backup($standby, 'below', has_streaming => 1);
$below->start;
await_verdict('goods_idle', '^watched: .* 1 standby follows this server that pg_steward.standbys does not list', 'one that follows the standby');
list_standbys("$list; " . $below->connstr);
ok($primary->poll_query_until($db, 'SELECT count(*) = 2 FROM steward.standbys WHERE error IS NULL'), 'both are asked');
$primary->safe_psql($db, 'UPDATE steward.usage_watch SET standby_seen_at = NULL');
await_verdict('goods_idle', '^watched: it was not used in [0-9]+ minutes?', 'listed, it is watched, too');

# What follows and reads no index
$below->stop;
list_standbys("$list; archive");
$primary->safe_psql($db, q{UPDATE steward.usage_watch SET standby_seen_at = NULL; SELECT pg_create_physical_replication_slot('archive')});
await_verdict('goods_idle', '^unused: ', 'a slot whose name is listed');
$primary->safe_psql($db, q{SELECT pg_create_physical_replication_slot('other')});
await_verdict('goods_idle', '^watched: .* 1 standby follows this server', 'one whose name is not');

$standby->stop;
$primary->stop;
done_testing();
