# An expression that no index holds yet is priced as if it had been analysed.
#
# Statistics of an expression come into being with ANALYZE, once there is an
# index on it; before that the planner knows nothing of it.  So that advice
# does not depend on that, what-if prices bring statistics of their own, from a
# sample.  Each case is priced without an index on it; then the index is made
# and its table analysed: EXPLAIN has the same cost, within 15 %.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('expressions');
$node->init;
$node->append_conf('postgresql.conf', <<'CONF');
shared_preload_libraries = 'pg_stat_statements,pg_steward'
autovacuum = off
max_parallel_workers_per_gather = 0
jit = off
# So that ANALYZE looks at every row.  Our sample is smaller, but the same each time: no chance is left.
default_statistics_target = 500
CONF
$node->start;

# No random(): the data is the same in every run.
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION pg_steward CASCADE;
CREATE FUNCTION what_if_cost(query text, indexes text[], OUT cost float8, OUT used int)
	LANGUAGE c STRICT AS '$libdir/steward_test';
CREATE FUNCTION pick(i int, salt int, most int) RETURNS int IMMUTABLE LANGUAGE sql
	AS $$ SELECT (abs(hashint8extended(i, salt) % most))::int $$;

CREATE TABLE sale (id int PRIMARY KEY, email text, at timestamp, doc jsonb, price int, quantity int, note text);
INSERT INTO sale
SELECT i, 'User' || pick(i, 1, 20000) || '@Example.com', timestamp '2024-01-01' + i * interval '3 minutes',
       jsonb_build_object('kind', (sqrt(pick(i, 2, 400)))::int, 'city', 'city ' || pick(i, 3, 700)),
       pick(i, 4, 50), pick(i, 5, 40), CASE WHEN pick(i, 6, 50) = 0 THEN 'Urgent ' || pick(i, 7, 3) END
  FROM generate_series(1, 150000) AS i;
ANALYZE sale;

CREATE ROLE clerk;
GRANT SELECT (id, email) ON sale TO clerk;
SQL

sub cost_of
{
	my ($query) = @_;
	my $plan = $node->safe_psql('postgres', "EXPLAIN (FORMAT JSON) $query");
	my ($cost) = $plan =~ /"Total Cost": ([\d.]+)/;

	return ($cost, $plan);
}

sub what_if
{
	my ($query, $index) = @_;

	return split /\|/, $node->safe_psql('postgres',
		"SELECT cost, used FROM what_if_cost(\$q\$$query\$q\$, ARRAY[\$i\$CREATE INDEX ON $index\$i\$])");
}

my @cases = (
	[ 'lower(text)', 'sale (lower(email))', "SELECT * FROM sale WHERE lower(email) = 'user77\@example.com'" ],
	[ 'a day', "sale (date_trunc('day', at))", "SELECT * FROM sale WHERE date_trunc('day', at) = '2024-05-06'" ],
	[
		'a range of days', "sale (date_trunc('day', at))",
		"SELECT count(*) FROM sale WHERE date_trunc('day', at) >= '2024-09-20'"
	],
	[ 'a frequent kind', "sale ((doc ->> 'kind'))", "SELECT * FROM sale WHERE doc ->> 'kind' = '19'" ],
	[ 'a rare kind', "sale ((doc ->> 'kind'))", "SELECT * FROM sale WHERE doc ->> 'kind' = '1'" ],
	[ 'a city of many', "sale ((doc ->> 'city'))", "SELECT * FROM sale WHERE doc ->> 'city' = 'city 77'" ],
	# Wider than a few bins of the histogram, whose bounds are chance.
	[ 'arithmetic', 'sale ((price * quantity))', 'SELECT * FROM sale WHERE price * quantity > 1700' ],
	[ 'arithmetic, one value', 'sale ((price * quantity))', 'SELECT * FROM sale WHERE price * quantity = 1911' ],
	[ 'sorted', 'sale ((price + quantity), id)', 'SELECT * FROM sale ORDER BY price + quantity, id LIMIT 20' ],
	[ 'mostly null', 'sale (upper(note))', "SELECT * FROM sale WHERE upper(note) = 'URGENT 1'" ],
	[
		'two keys', "sale (lower(email), at)",
		"SELECT * FROM sale WHERE lower(email) = 'user12\@example.com' AND at > '2024-02-01'"
	]);

for my $case (@cases)
{
	my ($name, $index, $query) = @$case;
	my ($before) = cost_of($query);
	my ($cost, $used) = what_if($query, $index);

	$node->safe_psql('postgres', "CREATE INDEX probe ON $index; ANALYZE sale");

	my ($real, $plan) = cost_of($query);

	$node->safe_psql('postgres', 'DROP INDEX probe; ANALYZE sale');
	like($plan, qr/probe/, "$name: the real index is used");
	is($used, 1, "$name: so is ours");
	cmp_ok(abs($cost / $real - 1), '<=', 0.15, "$name: $cost before, $real with the real index, $before without");
}

# Who may not read a table as a whole gets no statistics of it, and a price all the same.
my ($cost, $used) = split /\|/, $node->safe_psql('postgres', <<'SQL');
SET ROLE clerk;
SELECT cost, used FROM what_if_cost('SELECT id FROM sale WHERE lower(email) = ''user77@example.com''',
	ARRAY['CREATE INDEX ON sale (lower(email))']);
SQL
is($used, 1, 'who may read some columns gets a price');

$node->stop;
done_testing();
