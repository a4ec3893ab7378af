# What hypopg cannot try is tried against the real index: for each access
# method, operator class and partial index, the planner shown the hypothetical
# one makes the plan that it makes with the real one, at a cost within 15 %.  On every version.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('methods');
$node->init;
$node->append_conf('postgresql.conf', <<'CONF');
shared_preload_libraries = 'pg_stat_statements,pg_steward'
autovacuum = off
max_parallel_workers_per_gather = 0
jit = off
CONF
$node->start;

# No random(): the data is the same in every run.
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION pg_steward CASCADE;
CREATE EXTENSION pg_trgm;
CREATE EXTENSION btree_gist;
CREATE EXTENSION btree_gin;
CREATE FUNCTION what_if_cost(query text, indexes text[], OUT cost float8, OUT used int)
	LANGUAGE c STRICT AS '$libdir/steward_test';
CREATE FUNCTION pick(i int, salt int, most int) RETURNS int IMMUTABLE LANGUAGE sql
	AS $$ SELECT (abs(hashint8extended(i, salt) % most))::int $$;

CREATE TABLE thing (id int NOT NULL, state text NOT NULL, done boolean NOT NULL, room int NOT NULL, at timestamp NOT NULL,
	tags text[] NOT NULL, numbers int[] NOT NULL, doc jsonb NOT NULL, body tsvector NOT NULL, name text NOT NULL,
	spot point NOT NULL, area box NOT NULL, during tsrange NOT NULL, address inet NOT NULL, url text NOT NULL);
INSERT INTO thing
SELECT i, CASE WHEN pick(i, 1, 200) = 0 THEN 'open' WHEN pick(i, 1, 200) < 60 THEN 'held' ELSE 'done' END, pick(i, 2, 100) <> 0,
       pick(i, 3, 300), timestamp '2026-01-01' + i * interval '1 minute',
       ARRAY['t' || pick(i, 4, 2000), 'u' || pick(i, 5, 50)], ARRAY[pick(i, 6, 5000), pick(i, 7, 5000)],
       jsonb_build_object('kind', pick(i, 8, 1000), 'city', 'city ' || pick(i, 9, 3000)),
       to_tsvector('simple', 'word' || pick(i, 10, 4000) || ' term' || pick(i, 11, 100)), 'name ' || md5(i::text),
       point(pick(i, 12, 10000), pick(i, 13, 10000)), box(point(pick(i, 12, 10000), pick(i, 13, 10000)), point(pick(i, 12, 10000) + 5, pick(i, 13, 10000) + 5)),
       tsrange(timestamp '2026-01-01' + i * interval '1 minute', timestamp '2026-01-01' + i * interval '1 minute' + interval '20 minutes'),
       ('10.' || pick(i, 14, 250) || '.' || pick(i, 15, 250) || '.1')::inet, 'https://example.com/' || md5(i::text) || '/' || md5((-i)::text)
  FROM generate_series(1, 60000) AS i;
VACUUM ANALYZE thing;
SQL

# The plan without names and figures of its own, and its cost.
sub plan_of
{
	my ($query) = @_;
	my $plan = $node->safe_psql('postgres', "EXPLAIN (FORMAT JSON) $query");
	my ($cost) = $plan =~ /"Total Cost": ([\d.]+)/;

	return ($cost, $plan =~ /probe/);
}

my @cases = (
	[ 'GIN of an array', 'thing USING gin (tags)', q{SELECT * FROM thing WHERE tags @> ARRAY['t77']} ],
	[ 'GIN of an array, overlap', 'thing USING gin (numbers)', q{SELECT * FROM thing WHERE numbers && ARRAY[5, 6, 7]} ],
	[ 'GIN of jsonb', 'thing USING gin (doc)', q{SELECT * FROM thing WHERE doc @> '{"kind": 77}'} ],
	[ 'GIN of jsonb, a key', 'thing USING gin (doc)', q{SELECT * FROM thing WHERE doc ? 'absent'} ],
	[ 'GIN of jsonb by paths', 'thing USING gin (doc jsonb_path_ops)', q{SELECT * FROM thing WHERE doc @> '{"city": "city 77"}'} ],
	[ 'GIN of words', 'thing USING gin (body)', q{SELECT * FROM thing WHERE body @@ 'word77'::tsquery} ],
	[ 'GIN of words, two', 'thing USING gin (body)', q{SELECT * FROM thing WHERE body @@ 'word77 & term5'::tsquery} ],
	[ 'GIN of trigrams', 'thing USING gin (name gin_trgm_ops)', q{SELECT * FROM thing WHERE name LIKE '%abcdef%'} ],
	[ 'GIN of trigrams, any case', 'thing USING gin (name gin_trgm_ops)', q{SELECT * FROM thing WHERE name ILIKE '%ABCDEF%'} ],
	[ 'GIN of trigrams, similar', 'thing USING gin (name gin_trgm_ops)', q{SELECT * FROM thing WHERE name % 'name abcdef0123456789'} ],
	[ 'GIN of two columns', 'thing USING gin (room, tags)', q{SELECT * FROM thing WHERE room = 7 AND tags @> ARRAY['u7']} ],
	[ 'GiST of ranges', 'thing USING gist (during)', q{SELECT * FROM thing WHERE during && tsrange('2026-01-05', '2026-01-05 01:00')} ],
	[ 'GiST of ranges, a moment', 'thing USING gist (during)', q{SELECT * FROM thing WHERE during @> timestamp '2026-01-07'} ],
	[ 'GiST of a column and ranges', 'thing USING gist (room, during)', q{SELECT * FROM thing WHERE room = 7 AND during && tsrange('2026-01-05', '2026-01-06')} ],
	[ 'GiST of points in a box', 'thing USING gist (spot)', q{SELECT * FROM thing WHERE spot <@ box '((1,1),(50,50))'} ],
	[ 'GiST of nearest points', 'thing USING gist (spot)', q{SELECT * FROM thing ORDER BY spot <-> point(5, 5) LIMIT 10} ],
	[ 'GiST of boxes', 'thing USING gist (area)', q{SELECT * FROM thing WHERE area && box '((1,1),(50,50))'} ],
	[ 'GiST of trigrams, nearest', 'thing USING gist (name gist_trgm_ops)', q{SELECT * FROM thing ORDER BY name <-> 'name abc' LIMIT 10} ],
	[ 'GiST of networks', 'thing USING gist (address inet_ops)', q{SELECT * FROM thing WHERE address << '10.5.0.0/16'} ],
	[ 'SP-GiST of points', 'thing USING spgist (spot)', q{SELECT * FROM thing WHERE spot <@ box '((1,1),(50,50))'} ],
	[ 'SP-GiST of networks', 'thing USING spgist (address)', q{SELECT * FROM thing WHERE address << '10.5.0.0/16'} ],
	[ 'hash', 'thing USING hash (url)', q{SELECT * FROM thing WHERE url = 'https://example.com/none'} ],
	[ 'BRIN', 'thing USING brin (at)', q{SELECT * FROM thing WHERE at >= '2026-01-10' AND at < '2026-01-11'} ],
	[ 'BRIN of ids', 'thing USING brin (id)', q{SELECT * FROM thing WHERE id BETWEEN 5000 AND 5100} ],
	[ 'a part by its state', q{thing (at) WHERE state = 'open'}, q{SELECT * FROM thing WHERE state = 'open' ORDER BY at LIMIT 10} ],
	[ 'a part by a truth value', 'thing (room) WHERE NOT done', q{SELECT * FROM thing WHERE NOT done AND room = 7} ],
	[ 'a part and its columns', q{thing (id) WHERE state = 'open'}, q{SELECT id FROM thing WHERE state = 'open'} ],
	[ 'a part with GIN', q{thing USING gin (tags) WHERE NOT done}, q{SELECT * FROM thing WHERE NOT done AND tags @> ARRAY['u7']} ]);

for my $case (@cases)
{
	my ($name, $index, $query) = @$case;
	my ($before) = plan_of($query);
	my ($cost, $used) = split /\|/,
	  $node->safe_psql('postgres', "SELECT cost, used FROM what_if_cost(\$q\$$query\$q\$, ARRAY[\$i\$CREATE INDEX ON $index\$i\$])");

	$node->safe_psql('postgres', "CREATE INDEX probe ON $index");

	my ($real, $real_used) = plan_of($query);

	$node->safe_psql('postgres', 'DROP INDEX probe');
	is($used, $real_used ? 1 : 0, "$name: used as the real one is");
	ok($real_used && $real < $before, "$name: the real one is of use");
	ok(abs($cost - $real) <= 0.15 * $real, "$name: its cost") or diag("what-if $cost, real $real, without $before");
}

$node->stop;
unlike(slurp_file($node->logfile), qr/terminated by signal|PANIC|TRAP/, 'no process crashed');
done_testing();
