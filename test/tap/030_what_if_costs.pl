# What-if costs with hypopg's size model are those of hypopg.
#
# 360 random pairs of a statement and a set of plain btrees, of a fixed seed.
# hypopg's word is EXPLAIN (FORMAT JSON) with its hypothetical indexes over an
# ordinary connection; ours is the price of pg/what_if for the same CREATE
# INDEX statements.  EXPLAIN rounds to two decimals, so 0.01 may differ.  On every version.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $pairs = $ENV{STEWARD_WHAT_IF_PAIRS} // 360;
my $seed  = $ENV{STEWARD_WHAT_IF_SEED}  // 20240817;

my $node = PostgreSQL::Test::Cluster->new('what_if');
$node->init;
$node->append_conf('postgresql.conf', <<'CONF');
shared_preload_libraries = 'pg_stat_statements,pg_steward'
autovacuum = off
min_parallel_table_scan_size = 0
min_parallel_index_scan_size = 0
CONF
$node->start;

# No random(): the data is the same in every run.  Tables of fewer than 30,000
# rows are analysed whole, so their statistics are too.
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION pg_steward CASCADE;
CREATE FUNCTION what_if_cost(query text, indexes text[], OUT cost float8, OUT used int)
	LANGUAGE c STRICT AS '$libdir/steward_test';
CREATE FUNCTION hash(i int, salt int) RETURNS int IMMUTABLE LANGUAGE sql
	AS $$ SELECT abs(hashint4(i * 31 + salt) % 1000003) $$;

CREATE TABLE country (id int PRIMARY KEY, code char(2), name text, area numeric);
INSERT INTO country SELECT i, chr(65 + i % 26) || chr(65 + i / 26), 'country ' || i, hash(i, 1) / 7.0
  FROM generate_series(1, 200) AS i;

CREATE TABLE customer (id int PRIMARY KEY, country_id int, name varchar(40) COLLATE "POSIX",
	joined timestamp, credit numeric(12, 2), active bool, score smallint, gone text);
ALTER TABLE customer DROP COLUMN gone;
INSERT INTO customer SELECT i, 1 + hash(i, 2) % 200, 'name ' || hash(i, 3) % 900,
	timestamp '2020-01-01' + hash(i, 4) * interval '1 minute', hash(i, 5) / 100.0,
	hash(i, 6) % 10 > 0, nullif(hash(i, 7) % 50, 0) FROM generate_series(1, 5000) AS i;

CREATE TABLE product (id int PRIMARY KEY, category text, price numeric, weight float8, added date);
INSERT INTO product SELECT i, nullif('category ' || (sqrt(hash(i, 8) % 900)::int), 'category 7'),
	hash(i, 9) / 50.0, hash(i, 10) / 3.0, date '2015-01-01' + hash(i, 11) % 3000
  FROM generate_series(1, 2000) AS i;

CREATE TABLE orders (id bigint PRIMARY KEY, customer_id int, placed timestamptz, status text, total numeric,
	shipped date);
INSERT INTO orders SELECT i, 1 + hash(i, 12) % 5000, timestamptz '2021-01-01' + i * interval '3 minutes',
	(ARRAY['new', 'paid', 'sent', 'sent', 'sent', 'sent', 'back'])[1 + hash(i, 13) % 7], hash(i, 14) / 11.0,
	CASE WHEN hash(i, 15) % 4 > 0 THEN date '2021-01-02' + hash(i, 16) % 700 END
  FROM generate_series(1, 20000) AS i;

CREATE TABLE line (order_id bigint, position int, product_id int, quantity int, price numeric, note text,
	PRIMARY KEY (order_id, position));
INSERT INTO line SELECT 1 + i / 3, i % 3, 1 + (hash(i, 17) * (hash(i, 18) % 3)) % 2000, 1 + hash(i, 19) % 9,
	hash(i, 20) / 13.0, CASE WHEN i % 20 = 0 THEN repeat('note ', 1 + i % 30) END
  FROM generate_series(0, 59999) AS i;

ANALYZE;

-- Never analysed: the planner and hypopg have to guess.
CREATE TABLE event (id int, customer_id int, at timestamp, kind text, payload varchar(100), size int);
INSERT INTO event SELECT i, 1 + hash(i, 21) % 5000, timestamp '2022-01-01' + i * interval '1 second',
	'kind ' || hash(i, 22) % 12, repeat('x', hash(i, 23) % 90), hash(i, 24)
  FROM generate_series(1, 15000) AS i;
CREATE TABLE small (id int, customer_id int, word text);
INSERT INTO small SELECT i, i * 7, 'word ' || i FROM generate_series(1, 40) AS i;
CREATE TABLE nothing (id int, customer_id int, word text);
CREATE ROLE clerk LOGIN;
GRANT pg_read_all_data TO clerk;
SQL

srand($seed);

sub pick { return $_[ int(rand(@_)) ] }
sub chance { return rand() < $_[0] }

# Columns worth an index, and conditions, by table; %d is any number.
my %columns = (
	country  => [qw(id code name area)],
	customer => [qw(id country_id name joined credit active score)],
	product  => [qw(id category price weight added)],
	orders   => [qw(id customer_id placed status total shipped)],
	line     => [qw(order_id position product_id quantity price note)],
	event    => [qw(id customer_id at kind payload size)],
	small    => [qw(id customer_id word)],
	nothing  => [qw(id customer_id word)]);
my %conditions = (
	country  => [ "%s.code = 'CD'", "%s.area > %d", "%s.id = %d %% 200" ],
	customer => [
		"%s.country_id = %d %% 200", "%s.name = 'name 17'",
		"%s.joined BETWEEN '2020-03-01' AND '2020-03-%2d'", "%s.credit > %d",
		"%s.active", "NOT %s.active", "%s.score IS NULL", "%s.score IN (1, 3, %d %% 50)", "%s.name LIKE 'name 1%%'" ],
	product => [
		"%s.category = 'category 3'", "%s.category IS NULL", "%s.price < %d",
		"%s.weight >= %d", "%s.added > '2022-01-%2d'" ],
	orders => [
		"%s.customer_id = %d %% 5000", "%s.placed >= '2021-02-%2d'", "%s.status = 'back'",
		"%s.status IN ('new', 'paid')", "%s.total < %d", "%s.shipped IS NULL", "%s.shipped < '2021-02-%2d'",
		"(%s.status = 'new' OR %s.total < 30)" ],
	line => [
		"%s.product_id = %d %% 2000", "%s.quantity > 7", "%s.price BETWEEN 20 AND %d",
		"%s.order_id < %d", "%s.note IS NOT NULL" ],
	event => [
		"%s.customer_id = %d %% 5000", "%s.kind = 'kind 3'", "%s.at > '2022-01-01 04:%2d'", "%s.size < %d",
		"%s.payload = 'x'" ],
	small   => [ "%s.id = %d", "%s.word > 'word 2'" ],
	nothing => [ "%s.id = %d", "%s.word > 'word 2'" ]);
my @chains = (
	[qw(country customer orders)], [qw(customer orders line)], [qw(orders line product)],
	[qw(customer event orders)],   [qw(customer orders small)], [qw(customer nothing orders)],
	[qw(country customer orders line product event)], [qw(country customer event orders line small)]);
my %joins = (
	'country customer' => 'country.id = customer.country_id',
	'customer orders'  => 'customer.id = orders.customer_id',
	'customer event'   => 'customer.id = event.customer_id',
	'customer small'   => 'customer.id = small.customer_id',
	'customer nothing' => 'customer.id = nothing.customer_id',
	'orders line'      => 'orders.id = line.order_id',
	'line product'     => 'line.product_id = product.id');

sub condition
{
	my $table = shift;
	my $text  = pick(@{ $conditions{$table} });

	$text =~ s/%s/$table/g;
	$text =~ s/%2d/10 + int(rand(18))/ge;
	$text =~ s/%d/1 + int(rand(9000))/ge;
	$text =~ s/%%/%/g;
	return $text;
}

# Each table of a chain joins the nearest one before it that it can.
sub join_conditions
{
	my @tables = @_;
	my @found;

	for my $i (1 .. $#tables)
	{
		for my $j (reverse 0 .. $i - 1)
		{
			my $clause = $joins{"$tables[$j] $tables[$i]"} or next;
			push @found, $clause;
			last;
		}
	}
	return @found;
}

sub columns_of
{
	my ($table, $most) = @_;
	my @all = @{ $columns{$table} };
	my @some;

	push @some, splice(@all, int(rand(@all)), 1) for 1 .. 1 + int(rand($most));
	return @some;
}

sub ordering
{
	return pick('', '', '', ' DESC', ' DESC NULLS LAST', ' NULLS FIRST', ' ASC NULLS LAST');
}

sub make_query
{
	my ($tables) = @_;
	my @where    = join_conditions(@$tables);
	my $table    = pick(@$tables);
	my $from     = join(', ', @$tables);
	my $filters  = @$tables == 1 ? 1 + int(rand(2)) : int(rand(3));
	my $kind     = int(rand(5));
	my @keys     = map { "$table.$_" } columns_of($table, 2);

	push @where, condition(pick(@$tables)) for 1 .. $filters;

	my $where = @where ? ' WHERE ' . join(' AND ', @where) : '';

	return "SELECT * FROM $from$where" if $kind == 0;
	return "SELECT count(*) FROM $from$where" if $kind == 1;
	return "SELECT " . join(', ', @keys) . ", count(*) FROM $from$where GROUP BY " . join(', ', @keys)
	  if $kind == 2;
	return "SELECT $table.* FROM $from$where ORDER BY " . join(', ', map { $_ . ordering() } @keys)
	  . (chance(0.8) ? ' LIMIT ' . (1 + int(rand(50))) : '')
	  if $kind == 3;
	return "SELECT " . join(', ', @keys) . " FROM $from$where";
}

# Indexes on the tables of the query; every second one begins with a column
# that the query compares, joins or sorts, so that many are of use.
sub make_indexes
{
	my ($tables, $query) = @_;
	my @indexes;

	for (1 .. 1 + int(rand(5)))
	{
		my $table   = pick(@$tables);
		my @columns = columns_of($table, 3);
		my @named   = ($query =~ /\b$table\.(\w+)\s*(?:[=<>]|IN\b|IS\b|BETWEEN|,|DESC|NULLS|LIMIT|$)/g);

		if (@named && chance(0.6))
		{
			my $first = pick(@named);
			@columns = ($first, grep { $_ ne $first } @columns);
		}
		push @indexes, "CREATE INDEX ON public.$table (" . join(', ', map { $_ . ordering() } @columns) . ")";
	}
	return @indexes;
}

my @settings = (
	'SET max_parallel_workers_per_gather = 0', 'SET max_parallel_workers_per_gather = 2',
	'SET max_parallel_workers_per_gather = 4; SET parallel_setup_cost = 10; SET parallel_tuple_cost = 0.001');
my @costs = (
	'', '', 'SET random_page_cost = 1.1', 'SET work_mem = 64', 'SET enable_hashjoin = off',
	'SET enable_hashjoin = off; SET enable_nestloop = off', 'SET enable_seqscan = off',
	'SET enable_bitmapscan = off', 'SET enable_sort = off', 'SET effective_cache_size = 64');

my (@cases, $script);

for my $number (1 .. $pairs)
{
	my $size   = pick(1, 3, 3, 6);
	my $tables = $size == 1 ? [ pick(sort keys %columns) ]
	  : pick(grep { @$_ == $size } @chains);
	my $query   = make_query($tables);
	my @indexes = make_indexes($tables, $query);
	my $setting = join('; ', grep { $_ ne '' } pick(@settings), pick(@costs));

	push @cases, { query => $query, indexes => \@indexes, setting => $setting };
	$script .= "RESET ALL; $setting;\nSET pg_steward.what_if_sizes = hypopg;\n"
	  . (chance(0.3) ? "SET ROLE clerk;\n" : "RESET ROLE;\n")
	  . "\\echo case\nEXPLAIN (FORMAT JSON) $query;\n"
	  . join('', map { "SELECT 'made' FROM hypopg_create_index('$_');\n" } @indexes)
	  . "\\echo hypopg\nEXPLAIN (FORMAT JSON) $query;\nSELECT hypopg_reset();\n"
	  . "\\echo ours\nSELECT cost, used FROM what_if_cost(\$q\$$query\$q\$, ARRAY["
	  . join(', ', map { "'$_'" } @indexes) . "]);\n";
}

my ($status, $stdout, $stderr) = $node->psql('postgres', $script, on_error_stop => 0);
is($stderr, '', 'every pair could be priced');

my @found = split(/^case$/m, $stdout);
shift @found;
is(scalar(@found), $pairs, "$pairs pairs were priced");

my ($different, $used, $cheaper) = (0, 0, 0);

for my $i (0 .. $#found)
{
	my ($before, $after, $ours) = $found[$i] =~ /\A(.*)^hypopg$(.*)^ours$(.*)\z/ms;
	my ($without) = $before =~ /"Total Cost": ([\d.]+)/;
	my ($theirs)  = $after =~ /"Total Cost": ([\d.]+)/;
	my ($cost, $count) = ($ours // '') =~ /^([\d.e+]+)\|(\d+)$/m;
	my $seen = () = ($after // '') =~ /"Index Name": "<\d+>/g;

	$cases[$i]{text} = "pair " . ($i + 1) . ": $cases[$i]{setting}; $cases[$i]{query}\n  "
	  . join("\n  ", @{ $cases[$i]{indexes} });
	if (!defined $without || !defined $theirs || !defined $cost)
	{
		$different++;
		diag("no costs for $cases[$i]{text}\n$found[$i]");
		next;
	}
	$used++ if $count > 0;
	$cheaper++ if $theirs < $without;
	next if abs($theirs - $cost) <= 0.01 && ($seen > 0) == ($count > 0);
	$different++;
	diag("hypopg $theirs, ours $cost, without $without, $seen used by hypopg, $count by ours; $cases[$i]{text}");
}

is($different, 0, "the costs of all $pairs pairs are equal");
cmp_ok($used, '>=', $pairs / 3, "indexes were used in $used plans");
cmp_ok($cheaper, '>=', $pairs / 4, "and made $cheaper plans cheaper");
note("indexes used in $used plans, cheaper in $cheaper");

$node->stop;
done_testing();
