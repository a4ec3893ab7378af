
# What the TAP tests of pg_steward share: servers with it preloaded, a table
# that wants an index, and ways to look at what became of an action.
package StewardCluster;

use strict;
use warnings;

use Exporter 'import';
use IPC::Run ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw(
  new_steward make_item run_workload propose refused
  status_of await_status last_error journal_of action_worker is_index
  await_steward background_call hold_snapshot
);

# Every test table of ours: 20,000 rows, 2,000 values of a.
my $item = q{
CREATE TABLE item (id integer PRIMARY KEY, a integer NOT NULL, b integer NOT NULL, pad text);
INSERT INTO item SELECT i, i % 2000, i % 7, repeat('x', 100) FROM generate_series(1, 20000) AS i;
VACUUM ANALYZE item;
};

# new_steward(NAME, CONF): a server that was initialised, not started.  Its
# stewards do a round when they start, and no other unless CONF wants it: else it
# would depend on how fast the machine is what a test finds done.
sub new_steward
{
	my ($name, $conf, %init) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);

	# Which operator class LIKE needs depends on it.
	$node->init(extra => [ '--locale=C.UTF-8', '--encoding=UTF8' ], %init);
	$node->append_conf('postgresql.conf', q{
shared_preload_libraries = 'pg_stat_statements,pg_steward'
max_worker_processes = 16
autovacuum = off
jit = off
pg_steward.min_free_space = 0
pg_steward.workload_interval = 1d
pg_steward.round_interval = 1d
pg_steward.quarantine_time = 0
});
	$node->append_conf('postgresql.conf', $conf) if defined $conf;
	return $node;
}

# make_item(NODE, DB): the extension, and a table that wants an index on a.
sub make_item
{
	my ($node, $db) = @_;

	$node->safe_psql($db, "SET client_min_messages = warning; CREATE EXTENSION pg_steward CASCADE;");
	$node->safe_psql($db, $item);
	return;
}

sub run_workload
{
	my ($node, $db, %params) = @_;
	my $query = $params{query} || 'SELECT count(*) FROM item WHERE a = %d';
	my $calls = $params{calls} || 12;
	my $sql = join('', map { sprintf("$query;\n", $_) } 1 .. $calls);

	$sql = "SET ROLE $params{role};\n$sql" if $params{role};
	$node->safe_psql($db, $sql);
	return;
}

# propose(NODE, DB): the id of the action that indexes item(a).
sub propose
{
	my ($node, $db) = @_;
	my $id;

	run_workload($node, $db);
	$node->safe_psql($db, 'SELECT steward.refresh()');
	$id = $node->safe_psql($db, q{SELECT id FROM steward.actions WHERE kind = 'create_index'
		AND status = 'proposed' AND ddl[1] LIKE '% ON public.item USING btree (a)%'});
	BAIL_OUT("there is no proposal to index item(a)") if $id eq '';
	return $id;
}

# refused(NODE, DB, SQL, SQLSTATE, PATTERN, NAME): SQL ends in that error.  The
# pattern is matched against message, detail and hint.
sub refused
{
	my ($node, $db, $sql, $sqlstate, $pattern, $name) = @_;
	my ($ret, $out, $err) =
	  $node->psql($db, $sql, extra_params => [ '-v', 'VERBOSITY=verbose' ]);

	local $Test::Builder::Level = $Test::Builder::Level + 1;
	isnt($ret, 0, "$name: refused");
	like($err, qr/ERROR:  $sqlstate: /, "$name: SQLSTATE $sqlstate");
	like($err, $pattern, "$name: says why");
	return;
}

sub status_of
{
	my ($node, $db, $id) = @_;

	return $node->safe_psql($db, "SELECT status FROM steward.actions WHERE id = $id");
}

sub await_status
{
	my ($node, $db, $id, $status) = @_;

	local $Test::Builder::Level = $Test::Builder::Level + 1;
	ok( $node->poll_query_until(
			$db, "SELECT status = '$status' FROM steward.actions WHERE id = $id"),
		"action $id becomes $status") or diag(journal_of($node, $db, $id));
	return;
}

# The newest error in the journal, as "SQLSTATE text".
sub last_error
{
	my ($node, $db, $id) = @_;

	return $node->safe_psql($db, "SELECT coalesce(sqlstate, '-') || ' ' || coalesce(error, '-') FROM steward.journal
		WHERE action = $id AND error IS NOT NULL ORDER BY id DESC LIMIT 1");
}

# The way an action went, as "proposed queued running ...".
sub journal_of
{
	my ($node, $db, $id) = @_;

	return $node->safe_psql($db,
		"SELECT string_agg(to_status, ' ' ORDER BY id) FROM steward.journal WHERE action = $id");
}

# The pid of the action worker, once it is in a phase of its build that matches.
sub action_worker
{
	my ($node, $db, $phase) = @_;
	my $pid_query = qq{SELECT a.pid FROM pg_stat_activity AS a
		JOIN pg_stat_progress_create_index AS p USING (pid)
		WHERE a.backend_type LIKE 'pg_steward action%' AND p.phase LIKE '$phase'};

	$node->poll_query_until($db, "SELECT count(*) = 1 FROM ($pid_query) AS p")
	  or BAIL_OUT("no action worker is in phase $phase");
	return $node->safe_psql($db, $pid_query);
}

# is_index(NODE, DB, NAME, 'valid' | 'invalid' | 'absent', TEST_NAME)
sub is_index
{
	my ($node, $db, $name, $state, $test_name) = @_;

	local $Test::Builder::Level = $Test::Builder::Level + 1;
	is( $node->safe_psql($db, "SELECT coalesce((SELECT CASE WHEN indisvalid THEN 'valid' ELSE 'invalid' END
			FROM pg_index WHERE indexrelid = to_regclass('$name')), 'absent')"),
		$state, $test_name);
	return;
}

# Until the database has its steward, and that has done its first round: then it
# is asleep.
sub await_steward
{
	my ($node, $db) = @_;

	local $Test::Builder::Level = $Test::Builder::Level + 1;
	ok( $node->poll_query_until('postgres', "SELECT count(*) = 1 FROM pg_stat_activity
			WHERE backend_type = 'pg_steward' AND datname = '$db' AND wait_event_type = 'Extension'"),
		"database $db has its steward");
	return;
}

# background_call(NODE, DB, SQL): psql at work; finish it, or signal it.
sub background_call
{
	my ($node, $db, $sql) = @_;
	my %call = (out => '', err => '');

	$call{run} = IPC::Run::start(
		[ $node->installed_command('psql'), '-XAtq', '-v', 'VERBOSITY=verbose',
			'-d', $node->connstr($db), '-c', $sql ],
		'<', \undef, '>', \$call{out}, '2>', \$call{err},
		IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));
	return \%call;
}

# A session whose snapshot holds every concurrent build back, but no drop.
sub hold_snapshot
{
	my ($node, $db) = @_;
	my $session = $node->background_psql($db);

	$session->query_safe('BEGIN ISOLATION LEVEL REPEATABLE READ');
	$session->query_safe('SELECT count(*) FROM pg_class');
	return $session;
}

1;
