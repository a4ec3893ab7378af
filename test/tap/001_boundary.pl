
# The boundary between C++ and the server: an ERROR under a live C++ object
# leaks nothing and arrives whole; an exception is an ERROR, not a crash.  On every version.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use StewardCluster;
use Test::More;

my $node = new_steward('boundary');
my ($out, $err, $ret);

$node->start;
$node->safe_psql('postgres', q{
CREATE FUNCTION raise_under_object(times integer, OUT caught bigint, OUT destroyed bigint, OUT grown_kb bigint)
	LANGUAGE c AS '$libdir/steward_test';
CREATE FUNCTION raise_server_error(relation regclass) RETURNS void LANGUAGE c AS '$libdir/steward_test';
CREATE FUNCTION destroyed_objects() RETURNS bigint LANGUAGE c AS '$libdir/steward_test';
CREATE FUNCTION throw_exception(kind text) RETURNS void LANGUAGE c AS '$libdir/steward_test';
CREATE TABLE a_table (a_column integer);

CREATE FUNCTION diagnose() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	state text; message text; detail text; hint text; context text;
	schema_name text; table_name text; column_name text; constraint_name text;
BEGIN
	PERFORM raise_server_error('a_table');
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
		hint = PG_EXCEPTION_HINT, context = PG_EXCEPTION_CONTEXT, schema_name = SCHEMA_NAME,
		table_name = TABLE_NAME, column_name = COLUMN_NAME, constraint_name = CONSTRAINT_NAME;
	RETURN QUERY VALUES (state), (message), (detail), (hint), (schema_name), (table_name), (column_name),
		(constraint_name), (context);
END $$;
});

my $started = $node->safe_psql('postgres', 'SELECT pg_postmaster_start_time()');

# An ERROR under a live object, again and again
my ($caught, $destroyed, $grown) =
  split /\|/, $node->safe_psql('postgres', 'SELECT * FROM raise_under_object(10000)');

is($caught, 10000, 'every ERROR arrives as an exception that holds all of it');
is($destroyed, 10000, 'every destructor runs');
cmp_ok($grown, '<', 4096, "memory does not grow (by $grown kB)");

# What the client gets of it
my @diagnostics = split /\n/, $node->safe_psql('postgres', 'SELECT diagnose()');

is_deeply(
	[ @diagnostics[ 0 .. 7 ] ],
	[ '23514', 'raised x', 'A detail.', 'A hint.', 'public', 'a_table', 'a_column', 'a_constraint' ],
	'SQLSTATE, DETAIL, HINT and the names survive');
is(scalar(grep { /PL\/pgSQL function diagnose\(\)/ } @diagnostics), 1, 'CONTEXT survives, once');
is( $node->safe_psql('postgres', 'SELECT count(*) FROM diagnose(); SELECT destroyed_objects();'),
	"9\n1", 'the object on the way of a passing ERROR is destroyed');

# Exceptions
foreach my $case (
	[ 'runtime_error', 'XX000', qr/internal error in pg_steward.*DETAIL:  thrown on purpose/s ],
	[ 'inside Guarded', 'XX000', qr/DETAIL:  thrown inside Guarded/ ],
	[ 'bad_alloc', '53200', qr/out of memory/ ],
	[ 'int', 'XX000', qr/DETAIL:  Unknown exception\./ ],
	[ 'refusal', '55000', qr/refused on purpose.*DETAIL:  A detail\..*HINT:  A hint\./s ])
{
	my ($kind, $sqlstate, $pattern) = @$case;

	refused($node, 'postgres', "SELECT throw_exception('$kind')", $sqlstate, $pattern, $kind);
}

# The session goes on after each, and the object on its way was destroyed
($ret, $out, $err) = $node->psql('postgres', q{
SELECT pg_backend_pid() AS pid \gset
SELECT throw_exception('runtime_error');
SELECT throw_exception('bad_alloc');
SELECT throw_exception('int');
BEGIN;
SAVEPOINT s;
SELECT throw_exception('inside Guarded');
ROLLBACK TO s;
SELECT throw_exception('none');
COMMIT;
SELECT :pid = pg_backend_pid(), destroyed_objects();
}, on_error_stop => 0);
like($out, qr/^t\|5$/m, 'the session is usable after exceptions, and objects were destroyed');
is(scalar(() = $err =~ /ERROR:/g), 4, 'each of them was an ERROR');

is($node->safe_psql('postgres', 'SELECT pg_postmaster_start_time()'), $started, 'the server ran all the while');
unlike(slurp_file($node->logfile), qr/terminated by signal/, 'no process crashed');

$node->stop;
done_testing();
