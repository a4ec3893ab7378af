
# An index of every kind that is advised can be built, is known again as the one
# of its action, and is taken back.  On every version.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use StewardCluster;
use Test::More;

my $node = new_steward('kinds', q{
pg_steward.index_storage_budget = 200
max_parallel_workers_per_gather = 0
fsync = off
});
my $db = 'postgres';

# The kind; the table, its columns beside id and pad for a row number i; the
# statement with %d for a number from 1 to 12; the definition that is advised.
my @kinds = (
	[ 'a partial index', 'k."Job"', q{i % 997 AS client, CASE WHEN i % 100 = 0 THEN 'it''s "new"' ELSE 'done' END AS state},
		q{SELECT id, pad FROM k."Job" WHERE state = 'it''s "new"' AND client > %d ORDER BY client LIMIT 5},
		q{INDEX "Job_client_where_state_idx" ON k."Job" USING btree (client) WHERE (state = 'it''s "new"'::text)} ],
	[ 'a partial index on NULL', 'k.task', q{CASE WHEN i % 200 <> 0 THEN i END AS done, i % 997 AS owner},
		q{SELECT id, pad FROM k.task WHERE done IS NULL AND owner > %d ORDER BY owner LIMIT 5},
		q{INDEX task_owner_where_done_idx ON k.task USING btree (owner) WHERE (done IS NULL)} ],
	[ 'an expression', 'k.person', q{'Name' || i AS name},
		q{SELECT id FROM k.person WHERE lower(name) = 'name%d'},
		q{INDEX person_lower_name_idx ON k.person USING btree (lower(name))} ],
	[ 'INCLUDE', 'k.sale', q{i % 300 AS client, i % 977 AS amount},
		q{SELECT sum(amount) FROM k.sale WHERE client = %d},
		q{INDEX sale_client_idx ON k.sale USING btree (client) INCLUDE (amount)} ],
	[ 'an order', 'k.event', q{i % 300 AS client, i * 7919 % 100003 AS at},
		q{SELECT id, pad FROM k.event WHERE client <> %d ORDER BY at DESC NULLS LAST, id LIMIT 5},
		q{INDEX event_at_id_idx ON k.event USING btree (at NULLS FIRST, id DESC)} ],
	[ 'an operator class', 'k.path', q{'p' || i AS name},
		q{SELECT id FROM k.path WHERE name LIKE 'p1000%d%%'},
		q{INDEX path_name_idx ON k.path USING btree (name text_pattern_ops)} ],
	[ 'GIN', 'k.document', q{jsonb_build_object('no', i) AS body},
		q{SELECT id FROM k.document WHERE body @> '{"no": %d}'},
		q{INDEX document_body_idx ON k.document USING gin (body jsonb_path_ops)} ],
	[ 'GIN on an expression', 'k.page', q{'word' || i || ' word' || i % 977 AS body},
		q{SELECT id FROM k.page WHERE to_tsvector('simple', body) @@ to_tsquery('simple', 'word%d')},
		q{INDEX page_to_tsvector_body_idx ON k.page USING gin (to_tsvector('simple'::regconfig, body))} ],
	[ 'GiST', 'k.place', q{point(i % 300, i / 300) AS at},
		q{SELECT id FROM k.place ORDER BY at <-> point(%d, 7) LIMIT 3},
		q{INDEX place_at_idx ON k.place USING gist (at)} ],
);

# The advice

$node->start;
$node->safe_psql($db, 'SET client_min_messages = warning; CREATE EXTENSION pg_steward CASCADE; CREATE SCHEMA k');
for my $kind (@kinds)
{
	my ($name, $table, $columns, $query) = @$kind;

	$node->safe_psql($db, "CREATE TABLE $table AS SELECT i AS id, $columns, repeat('x', 80) AS pad FROM generate_series(1, 60000) AS i;
		VACUUM ANALYZE $table");
	run_workload($node, $db, query => $query);
}
await_steward($node, $db);
$node->safe_psql($db, 'SELECT * FROM steward.refresh()');

for my $kind (@kinds)
{
	my ($name, $table, undef, $query, $definition) = @$kind;

	subtest $name => sub {
		my $of_table = "FROM steward.actions WHERE kind = 'create_index' AND position(' ON $table ' IN ddl[1]) > 0";
		my ($id, $index, $before, $after);

		is($node->safe_psql($db, "SELECT ddl[1] $of_table"), $definition =~ s/INDEX/CREATE INDEX CONCURRENTLY/r, 'it is advised')
			or return;
		($id, $index) = split(/\|/, $node->safe_psql($db, "SELECT id, target $of_table"));

		is(($node->psql($db, "CALL steward.apply($id)"))[0], 0, 'it is applied') or diag(last_error($node, $db, $id));
		is_index($node, $db, $index, 'valid', 'it is there');
		is($node->safe_psql($db, "SELECT pg_get_indexdef('$index'::regclass)"), "CREATE $definition", 'as it was advised');
		is(status_of($node, $db, $id), 'verifying', 'and known as the one of the action');
		like($node->safe_psql($db, 'EXPLAIN ' . sprintf($query, 5)), qr/\Q@{[ $index =~ s{^k\.}{}r =~ s{"}{}gr ]}\E/, 'the planner uses it');

		run_workload($node, $db, query => $query);
		$node->safe_psql($db, 'SELECT * FROM steward.refresh()');
		is($node->safe_psql($db, "SELECT string_agg(status, ' ') $of_table"), 'verifying', 'nothing more is advised');

		is(($node->psql($db, "CALL steward.revert($id)"))[0], 0, 'it is reverted') or diag(last_error($node, $db, $id));
		is_index($node, $db, $index, 'absent', 'it is gone');
		is($node->safe_psql($db, "SELECT before_state ->> 'definition' FROM steward.journal WHERE action = $id AND to_status = 'reverting'"),
			"CREATE $definition", 'the journal keeps what it was');
	};
}

$node->stop;
done_testing();
