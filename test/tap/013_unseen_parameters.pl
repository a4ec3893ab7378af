
# Parameters whose values nobody saw: what the columns' statistics make of the
# advice, whose statistics are left alone, and that no value shows anywhere.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use StewardCluster;
use Test::More;

my $node = new_steward('unseen', q{
pg_steward.sample_rate = 0
work_mem = '64MB'
});
my $db = 'shop';

# What looks at things leaves no sample.
sub look
{
	my ($sql) = @_;

	local $ENV{PGOPTIONS} = '-c pg_steward.sample_values=off';
	return $node->safe_psql($db, $sql);
}

# run(SQL, ROLE): often enough, unseen.
sub run
{
	my ($sql, $role) = @_;

	look(($role ? "SET ROLE $role;\n" : '') . "$sql;\n" x 12);
	return;
}

# The columns of the indexes that are advised; for the workload, or for queries.
sub advised
{
	my (@queries) = @_;
	my $queries = @queries ? 'ARRAY[' . join(', ', map { my $q = $_; $q =~ s/'/''/g; "'$q'" } @queries) . ']' : '';

	return look(qq{SELECT coalesce(string_agg(substring(ddl FROM 'USING btree (\\(.*)'), ' ' ORDER BY ddl), 'none')
		FROM steward.recommend_indexes($queries) WHERE confirmed_by IS NOT NULL});
}

# From elsewhere, so that this is no part of the workload itself.
sub forget
{
	$node->safe_psql('postgres', 'SELECT pg_stat_statements_reset()');
	return;
}

# Columns: id, status nearly all one value, kind with many, placed in the order
# of the rows, score in none, name.
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION pg_stat_statements');
$node->safe_psql('postgres', q{CREATE DATABASE shop TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'});
look(q{
SET client_min_messages = warning;
CREATE EXTENSION pg_steward CASCADE;
CREATE TYPE mood AS ENUM ('calm', 'cross');
CREATE DOMAIN label AS text CHECK (length(VALUE) < 100);
CREATE FUNCTION fill(target text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('CREATE TABLE %I (id integer PRIMARY KEY, status text NOT NULL, kind integer NOT NULL, placed timestamptz NOT NULL,
		score bigint NOT NULL, name varchar(100) NOT NULL, mood mood NOT NULL, label label NOT NULL, pad text)', target);
	EXECUTE format('INSERT INTO %I
		SELECT i, CASE WHEN i %% 400 = 0 THEN ''opensesame'' ELSE ''nearlyall'' END, CASE WHEN i %% 10 = 0 THEN i ELSE 1 END,
		       now() - i * interval ''1 hour'', i::bigint * 7919 %% 40000, ''zebra'' || i * 7 %% 40000,
		       CASE WHEN i %% 400 = 0 THEN ''cross'' ELSE ''calm'' END::mood, ''yak'' || i, repeat(''x'', 400)
		  FROM generate_series(1, 40000) AS i', target);
END $$;
SELECT fill('orders'); SELECT fill('unknown_orders'); SELECT fill('guarded');
CREATE VIEW seen AS SELECT id, name, score, pad FROM orders;
CREATE VIEW secretive WITH (security_barrier) AS SELECT id, name, score, pad FROM orders;
ALTER TABLE guarded ENABLE ROW LEVEL SECURITY;
CREATE POLICY all_rows ON guarded USING (true);
CREATE ROLE clerk; CREATE ROLE former; CREATE ROLE partly; CREATE ROLE mallory;
GRANT SELECT ON orders, guarded TO clerk;
GRANT SELECT ON orders TO former;
GRANT SELECT (pad, score) ON orders TO partly;
CREATE SCHEMA mallory AUTHORIZATION mallory;
CREATE FUNCTION mallory.seven() RETURNS integer IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN 7; END';
ALTER FUNCTION mallory.seven() OWNER TO mallory;
VACUUM ANALYZE orders; VACUUM ANALYZE guarded; VACUUM unknown_orders;
});
await_steward($node, $db);

# What the workload does not tell, as it ran
run(q{SELECT * FROM orders WHERE status = 'opensesame' ORDER BY score LIMIT 5});
is(advised(), '(status, score)', 'a skewed column and an order');
forget();
run(q{SELECT sum(length(pad)) FROM orders WHERE status = 'opensesame'});
is(advised(), '(status)', 'a skewed column, for the sake of its rare value');
# Of the planner's cost: our own asking takes part of the measured time.
is(look(q{SELECT benefit BETWEEN 0.3 AND 0.5 FROM steward.recommend_indexes(ARRAY['SELECT sum(length(pad)) FROM orders WHERE status = $1'])}), 't', 'which is taken to be asked for half of the time');
forget();
run(q{SELECT sum(length(pad)) FROM orders WHERE name LIKE 'zebra12%'});
is(advised(), '(name)', 'a pattern with a beginning');
forget();
run(q{SELECT sum(length(pad)) FROM orders WHERE score > 39000});
is(advised(), '(score)', 'a range of one end, as one that asks for few');
forget();
run(q{SELECT sum(length(pad)) FROM orders WHERE score > 38990 + 10});
is(advised(), 'none', 'which is nothing but a third of the rows where it is compared with more than a value');
forget();
run('SELECT * FROM orders ORDER BY score LIMIT 3');
is(advised(), '(score)', 'a limit as low as what was returned');
forget();
run('SELECT * FROM orders ORDER BY score LIMIT 30000');
is(advised(), 'none', 'and one as high');
forget();

# Wherever the column comes from, whatever it is compared by
foreach my $query (
	'SELECT sum(length(pad)) FROM orders WHERE name LIKE $1',
	q{SELECT sum(length(pad)) FROM orders WHERE name LIKE $1 || '%'},
	'SELECT sum(length(pad)) FROM orders WHERE name ~ $1',
	'SELECT sum(length(pad)) FROM orders WHERE starts_with(name, $1)',
	'SELECT sum(length(pad)) FROM seen WHERE name LIKE $1',
	'WITH o AS (SELECT name AS n, pad FROM orders) SELECT sum(length(pad)) FROM o WHERE n LIKE $1',
	'WITH RECURSIVE o AS (SELECT id, name AS n FROM orders UNION ALL SELECT id, n FROM o WHERE false) SELECT count(*) FROM o WHERE id IN (SELECT length(pad) FROM orders WHERE name LIKE $1)',
	'SELECT 1 WHERE EXISTS (SELECT FROM orders AS o WHERE pad <> $2 AND name LIKE $1)',
	'SELECT count(*), max(j.pad) FROM (orders AS o JOIN (SELECT 1 AS one) AS x ON one = 1) AS j WHERE j.name LIKE $1',
	q{UPDATE orders SET pad = $2 WHERE name LIKE $1},
	q{PREPARE p(text, point, text) AS SELECT sum(length(pad)) FROM orders WHERE name LIKE $3},)
{
	# Another version may put what it is joined on before it.
	like(advised($query), qr/^\((?:length\(pad\), )?name\)$/, $query);
}
foreach my $query (
	'SELECT sum(length(pad)) FROM orders WHERE $1 < score',
	'SELECT sum(length(pad)) FROM orders WHERE score >= $1::int',
	'SELECT sum(length(pad)) FROM orders WHERE score <= $1',
	'SELECT sum(length(pad)) FROM orders WHERE NOT score >= $1',
	'SELECT sum(length(pad)) FROM orders WHERE ($1::bigint IS NULL OR score < $1)',
	'SELECT sum(length(pad)) FROM orders WHERE score BETWEEN $1 AND $2',)
{
	is(advised($query), '(score)', $query);
}
look('ALTER TABLE orders ADD huge bigint; UPDATE orders SET huge = 10000000000 + id; VACUUM FULL ANALYZE orders');
is(advised('SELECT sum(length(pad)) FROM orders WHERE score >= $1 AND huge <> $2::int'), '(score)', 'beside a parameter that no value of its column fits');
look('ALTER TABLE orders DROP huge; VACUUM FULL ANALYZE orders');
is(advised('SELECT sum(length(pad)) FROM orders WHERE placed >= $1::date'), '(placed)', 'a time that is to be after a date');
is(advised('SELECT sum(length(pad)) FROM orders WHERE status = ANY ($1)'), '(status)', 'a list that is one parameter');
is(advised('SELECT sum(length(pad)) FROM orders WHERE score = ANY ($1::int[])'), '(score)', 'a list of another type');
is(advised('SELECT sum(length(pad)) FROM orders WHERE label LIKE $1'), '(label)', 'a domain');
is(advised('SELECT sum(length(pad)) FROM orders WHERE label LIKE $1 AND $1 = $2'), '(label)', 'a parameter that is compared with nothing');
is(advised('SELECT sum(length(pad)) FROM orders WHERE score > $1 OR pad LIKE $2'), 'none', 'an alternative that no index serves');

# What cannot be filled is as unknown as before
is(advised('SELECT sum(length(pad)) FROM unknown_orders WHERE name LIKE $1'), 'none', 'no statistics');
is(advised('SELECT sum(length(pad)) FROM orders WHERE mood = ANY ($1)'), 'none', 'a type of people');
is(advised(q{PREPARE p(mood[]) AS SELECT sum(length(pad)) FROM orders WHERE mood <> ALL ($1) AND score > $2}), '(score)', 'beside one that is known');
is(advised('SELECT sum(length(pad)) FROM secretive WHERE score > $1'), 'none', 'a view that keeps secrets');
is(advised('SELECT count(*) FROM pg_class WHERE relname LIKE $1'), 'none', 'a catalog');

# Rights: of him who reads the table.  The operator is one that the planner calls on
# statistics whoever asks, so it is the value alone that is missing.
my $range = q{SELECT sum(length(pad)) FROM orders WHERE score > 39000};

foreach my $case ([ clerk => '(score)', 'a role that may read the table' ],
	[ partly => '(score)', 'or the column' ], [ former => 'none', 'one that may not any more' ])
{
	my ($role, $expected, $name) = @$case;

	run($range, $role);
	look('REVOKE SELECT ON orders FROM former') if $role eq 'former';
	is(advised(), $expected, $name);
	forget();
}
run(q{SELECT sum(length(pad)) FROM guarded WHERE score > 39000}, 'clerk');
is(advised(), 'none', 'not under row-level security');
forget();
run(q{SELECT sum(length(pad)) FROM guarded WHERE score > 39000});
is(advised(), '(score)', 'but for him who bypasses it');
forget();
run(q{SELECT sum(length(pad) + mallory.seven()) FROM orders WHERE score > 39000});
is(advised(), 'none', "not where a stranger's function would be planned with it");
forget();

# What a sample could not keep
my $long = 'zebra12%' . '%' x 600;

$node->safe_psql($db, "PREPARE p(text) AS SELECT avg(length(pad)) FROM orders WHERE name LIKE \$1;" . "EXECUTE p('$long');" x 12);
is(advised(), '(name)', 'a value that was too long to keep');
forget();

# No value anywhere that people read: not of a statement that fails with one either
my $failing = 'SELECT sum(id) FROM orders WHERE status = $1 AND score < $1::text::integer AND placed > $2';
my ($ret, $out, $err) = $node->psql($db, "SELECT count(*) FROM steward.recommend_indexes(ARRAY['$failing'])",
	extra_params => [ '-v', 'VERBOSITY=verbose' ]);

is($ret, 0, 'a value that does not fit the statement does no harm');
unlike($out . $err, qr/opensesame|nearlyall/, 'and is not shown');
run(q{SELECT sum(id) FROM orders WHERE status = 'x' AND name LIKE 'y%' AND kind = 1});
run(q{SELECT sum(id) FROM orders WHERE label = 'x' AND placed > '2026-01-01'});
look('SELECT steward.refresh()');
is(look(q{SELECT count(*) > 0 FROM steward.actions WHERE kind = 'create_index'}), 't', 'advice is given');
is(look(qq{SELECT count(*) FROM steward.$_ AS a WHERE a::text ~ 'opensesame|nearlyall|zebra[0-9]|yak[0-9]'}), 0, "no value in steward.$_")
  foreach (qw(actions journal statements recommendations));
unlike(look('SELECT steward.explain_recommendation(id) FROM steward.actions'), qr/opensesame|nearlyall|zebra\d|yak\d/, 'nor in an explanation');

$node->stop;
my $log = slurp_file($node->logfile);

unlike($log, qr/terminated by signal|PANIC|TRAP/, 'no process crashed');
unlike($log, qr/(ERROR|WARNING|NOTICE|DETAIL|HINT):.*(opensesame|nearlyall|yak\d)/, 'no value in the log');
done_testing();
