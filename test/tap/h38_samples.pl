
# Hazard 38: samples of real statements: what advice makes of them, whose are kept, and
# that no value shows where it should not.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use StewardCluster;
use Test::More;

my $node = new_steward('samples', q{
pg_steward.sample_rate = 0
});
my $db = 'shop';

# What looks at things leaves no sample itself.
sub look
{
	my ($sql) = @_;

	local $ENV{PGOPTIONS} = '-c pg_steward.sample_values=off';
	return $node->safe_psql($db, $sql);
}

# (samples, statements) of this database, as status() tells.
sub samples
{
	my $line = look(q{SELECT message FROM steward.status() WHERE message LIKE '% with their values%'});

	return $line =~ /^(\d+) samples? of (\d+) statements? with/ ? ($1, $2) : ();
}

# run(SQL, COUNT, OPTIONS): the statement so often, each time from a client.
sub run
{
	my ($sql, $count, $options) = @_;

	local $ENV{PGOPTIONS} = $options || '';
	$node->safe_psql($db, join('', map { "$sql;\n" } 1 .. $count));
	return;
}

# The columns of the index that is advised on the table, after a new start of all counters.
sub advised
{
	my ($table) = @_;

	return look(qq{SELECT coalesce(string_agg(substring(ddl FROM '\\((.*)\\)'), ' '), 'none') FROM steward.recommend_indexes()
		WHERE relation = '$table'::regclass AND confirmed_by IS NOT NULL});
}

# From elsewhere, so that this is no part of the workload itself.
sub forget
{
	$node->safe_psql('postgres', 'SELECT pg_stat_statements_reset()');
	return;
}

$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION pg_stat_statements');
$node->safe_psql('postgres', 'CREATE DATABASE shop');
look(q{
SET client_min_messages = warning;
CREATE EXTENSION pg_steward CASCADE;
CREATE TABLE orders (id integer PRIMARY KEY, status text NOT NULL, kind integer NOT NULL, placed timestamptz NOT NULL, pad text);
INSERT INTO orders
SELECT i, CASE WHEN i % 400 = 0 THEN 'open' ELSE 'done' END, CASE WHEN i % 10 = 0 THEN i ELSE 1 END,
       now() - i * interval '1 hour', repeat('x', 100)
  FROM generate_series(1, 40000) AS i;
CREATE ROLE discreet LOGIN;
ALTER ROLE discreet SET pg_steward.sample_values = off;
GRANT SELECT ON orders TO discreet;
GRANT CREATE ON SCHEMA public TO discreet;
VACUUM ANALYZE orders;
});
await_steward($node, $db);

# A value that is rare where half of the rows would be expected, and the other way round
run(q{SELECT count(pad) FROM orders WHERE status = 'open'}, 12);
is(advised('orders'), "id) WHERE (status = 'open'::text", 'a rare value asks for an index of its rows');
forget();
run(q{SELECT sum(length(pad)) FROM orders WHERE status = 'done'}, 12);
is(advised('orders'), 'none', 'a frequent one of the same column does not');
forget();
run(q{SELECT sum(length(pad)) FROM orders WHERE kind = 1}, 12);
is(advised('orders'), 'none', 'nor one that most rows have, where thousands are there');
is(look(q{SELECT substring(ddl FROM '\((.*)\)') FROM steward.recommend_indexes(ARRAY['SELECT sum(length(pad)) FROM orders WHERE kind = $1'])}),
	'kind', 'which nobody could tell without the value');
forget();

# What the normalised text does not tell
run(q{SELECT count(pad) FROM orders WHERE placed > now() - interval '1 day'}, 12);
is(look(q{SELECT count(*) FROM steward.statements WHERE query LIKE '%interval $1%' AND reason IS NULL AND tables = '{orders}'}), 1,
	'a text that does not parse is analysed through its sample');
is(advised('orders'), 'placed', 'and advised on');
forget();

# Values that are bound: PREPARE, and the extended protocol
$node->safe_psql($db, q{PREPARE p(text) AS SELECT avg(length(pad)) FROM orders WHERE status = $1;} . q{EXECUTE p('open');} x 12);
is(advised('orders'), 'status', 'values of EXECUTE are seen');
forget();
$node->safe_psql($db, q{PREPARE p(text) AS SELECT stddev(length(pad)) FROM orders WHERE status = $1;} . q{EXECUTE p('done');} x 12);
is(advised('orders'), 'none', 'and make a difference');
forget();
$node->pgbench('-n -t 12 -M prepared', 0, [qr/processed: 12/], [qr/^$/], 'a frequent value, bound by a client',
	{ '012_bound_one' => "\\set k 1\nSELECT count(pad) FROM orders WHERE kind = :k;" }, $db);
is(advised('orders'), 'none', 'a frequent value that a client bound');
forget();
$node->pgbench('-n -t 12 -M prepared', 0, [qr/processed: 12/], [qr/^$/], 'a rare value, bound by a client',
	{ '012_bound_rare' => "\\set k 4000\nSELECT sum(length(pad) + 1) FROM orders WHERE kind = :k;" }, $db);
is(advised('orders'), 'kind', 'and a rare one');
forget();

# A value that was bound is no part of an index; one in the text is, where it says nothing
$node->safe_psql($db, q{PREPARE p(integer) AS SELECT count(pad) FROM orders WHERE kind + $1 = 4001;} . q{EXECUTE p(1);} x 12);
is(advised('orders'), 'none', 'no index on an expression with a value that was bound');
forget();
run(q{SELECT count(pad) FROM orders WHERE kind + 1 = 4001}, 12);
is(advised('orders'), '((kind + 1))', 'but on one of the text');
forget();
run(q{SELECT sum(length(pad)) FROM orders WHERE kind + 424242 = 4001}, 12);
is(advised('orders'), 'none', 'unless it could be anything');
forget();

# Values whose type may change behind them
$node->safe_psql($db, q{CREATE TYPE pair AS (a integer, b uuid);
	PREPARE p(pair) AS SELECT count(pad) FROM orders WHERE kind = length(($1).b::text);} .
	q{EXECUTE p('(1,01020304-0506-0708-090a-0b0c0d0e0f10)');} x 12);
$node->safe_psql($db, 'ALTER TYPE pair ALTER ATTRIBUTE b TYPE text');
is(look(q{SELECT count(*) FROM steward.statements WHERE query LIKE 'PREPARE%pair%' AND reason IS NULL}), 1,
	'a value of a type that people may alter is not kept');
is(advised('orders'), 'kind', 'and counts as unknown');
forget();

# Several values of one statement: the index is for those that gain
run(q{SELECT variance(length(pad)) FROM orders WHERE status = 'open'}, 2);
run(q{SELECT variance(length(pad)) FROM orders WHERE status = 'done'}, 10);
is(look(q{SELECT substring(ddl FROM '\((.*)\)') || ' ' || (benefit BETWEEN 0.3 AND 0.6)
	FROM steward.recommend_indexes() WHERE relation = 'orders'::regclass}),
	'status true', 'an index gains as much as the share of the values it serves');
forget();

# A path of one's own: the text is understood as it was meant
look(q{CREATE SCHEMA hidden; CREATE TABLE hidden.things AS SELECT i AS a, repeat('x', 100) AS pad FROM generate_series(1, 20000) AS i; ANALYZE hidden.things});
$node->safe_psql($db, q{SET search_path = hidden;} . q{SELECT pad FROM things WHERE a = 5;} x 12);
is(advised('hidden.things'), 'a', "names are resolved as in the session that sent the statement");

# Not of those who do not want it, nor of what no client sent
my @before = samples();

$node->safe_psql($db, 'SELECT pad FROM orders WHERE id < 3', connstr => $node->connstr($db) . ' user=discreet');
is_deeply([ samples() ], \@before, 'no sample of a role that wants none');
run('SELECT id FROM orders WHERE id < 3', 1, '-c pg_steward.hooks=off');
is_deeply([ samples() ], \@before, 'none while the hooks are off');
look(q{CREATE FUNCTION count_them(wanted text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE one record; many bigint := 0;
BEGIN
	FOR one IN SELECT id FROM orders WHERE status = wanted AND id < 1000 LOOP many := many + 1; END LOOP;
	RETURN many + (SELECT count(*) FROM orders WHERE status = wanted);
END $$});
run(q{SELECT count_them('open')}, 1);
is_deeply([ samples() ], [ $before[0] + 1, $before[1] + 1 ], 'one of the call of a function, none of its statements');
@before = samples();
run(q{EXPLAIN (ANALYZE, COSTS OFF) SELECT kind FROM orders WHERE id < 4}, 1);
run(q{COPY (SELECT kind FROM orders WHERE id < 5) TO '/dev/null'}, 1);
run(q{DO 'BEGIN PERFORM kind FROM orders WHERE id < 6; END'}, 1);
is_deeply([ samples() ], \@before, 'none of what a utility statement carries');

# The first ones are always kept, and no more than those at a rate of 0
run('SELECT placed FROM orders WHERE id = 7', 12);
is_deeply([ samples() ], [ $before[0] + 4, $before[1] + 1 ], 'the first four executions');
run('SELECT placed, kind FROM orders WHERE id IN (' . join(', ', 1 .. 4000) . ')', 2);
is_deeply([ samples() ], [ $before[0] + 4, $before[1] + 1 ], 'one that is too long is not kept');
like(look('SELECT message FROM steward.status()'), qr/; 1 not kept/, 'but counted, once');

# Later ones have their chance
run(q{SELECT count(*) FROM orders WHERE status = 'done' AND id > 5}, 8);
is(advised('orders'), 'none', 'the first values decide');
run(q{SELECT count(*) FROM orders WHERE status = 'open' AND id > 5}, 400, '-c pg_steward.sample_rate=1');
# One of the first may have kept its place among the four, so that the index is not of the rows of one value.
like(advised('orders'), qr/status/, 'until others have taken their place');

# Many at a time: none of them waits or fails
$node->pgbench('-n -c 8 -j 2 -t 500', 0, [qr/processed: 4000/], [qr/^$/], 'eight clients',
	{ '012_many' => "SET pg_steward.sample_rate = 1;\n\\set k random(1, 40000)\nSELECT kind FROM orders WHERE id = :k;" }, $db);

# No value anywhere that people read
run(q{SELECT count(pad) FROM orders WHERE status = 'open' AND kind > 123456}, 12);
look('SELECT steward.refresh()');
is(look(q{SELECT count(*) FROM steward.actions AS a WHERE a::text LIKE '%123456%'}), 0, 'no value in the advice');
is(look(q{SELECT count(*) FROM steward.actions AS a WHERE a::text LIKE '%open%' AND (arguments -> 'predicate' ->> 'private') IS DISTINCT FROM 'true'}),
	0, 'but in the predicate of a partial index, which is known to tell one');
is(look(q{SELECT count(*) FROM steward.journal AS j WHERE j::text LIKE '%123456%' OR j::text LIKE '%open%'}), 0, 'nor in the journal');
is(look(q{SELECT count(*) FROM steward.statements AS s WHERE s::text LIKE '%123456%'}), 0, 'nor among the statements');

# A table that is gone, a sample that does not fit any more
look('DROP TABLE hidden.things');
is(look(q{SELECT count(*) FROM steward.statements WHERE query LIKE '%FROM things%' AND reason LIKE '%does not exist%'}), 1,
	'a sample of what is gone does no harm');

# Without any memory for it
$node->append_conf('postgresql.conf', 'pg_steward.sample_memory = 0');
$node->restart;
is_deeply([ samples() ], [], 'no memory, no samples');
forget();
run(q{SELECT sum(length(pad)) FROM orders WHERE kind = 1}, 12);
is(advised('orders'), 'kind', 'and advice as for unknown values');

$node->stop;
unlike(slurp_file($node->logfile), qr/terminated by signal|PANIC|TRAP/, 'no process crashed');
done_testing();
