
# Hazard 17: an index that was dropped comes back as it was: its definition, its
# parameters, its tablespace, its comment.  One that the steward could not build
# again it does not drop by itself.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use StewardCluster;
use Test::More;

my $node = new_steward('undo', q{
allow_in_place_tablespaces = on
pg_steward.mode = auto
pg_steward.auto_actions = 'drop_index'
pg_steward.round_interval = 1s
});
my $db = 'postgres';

# All there is to an index.
sub look
{
	my ($index) = @_;

	return $node->safe_psql($db, qq{SELECT pg_get_indexdef(c.oid), obj_description(c.oid, 'pg_class'), t.spcname, c.reloptions, indisvalid
		FROM pg_class AS c JOIN pg_index ON indexrelid = c.oid LEFT JOIN pg_tablespace AS t ON t.oid = c.reltablespace WHERE c.oid = to_regclass('$index')});
}

$node->start;
$node->safe_psql($db, q{CREATE TABLESPACE "fast disk" LOCATION ''});
$node->safe_psql($db, q{
SET client_min_messages = warning;
CREATE EXTENSION pg_steward CASCADE;
CREATE SCHEMA "Shop";
CREATE TABLE "Shop"."Item" (id integer, "Name" text, note text);
INSERT INTO "Shop"."Item" SELECT i, 'name ' || i, 'note' FROM generate_series(1, 50000) AS i;
CREATE INDEX "first one" ON "Shop"."Item" ("Name" text_pattern_ops DESC NULLS LAST) INCLUDE (note) WITH (fillfactor = 70) TABLESPACE "fast disk";
CREATE INDEX "second one" ON "Shop"."Item" ("Name" text_pattern_ops DESC NULLS LAST) INCLUDE (note) WITH (fillfactor = 70) TABLESPACE "fast disk";
COMMENT ON INDEX "Shop"."first one" IS $$the shop's first$$;
COMMENT ON INDEX "Shop"."second one" IS $$the shop's second$$;
CREATE TABLE part (a integer, b text);
INSERT INTO part SELECT i, repeat('b', 50) FROM generate_series(1, 50000) AS i;
CREATE INDEX part_one ON part (lower(b)) WHERE a > 0;
CREATE INDEX part_two ON part (lower(b)) WHERE a > 0;
ANALYZE;
});
await_steward($node, $db);
run_workload($node, $db, query => 'SELECT count(*) FROM "Shop"."Item" WHERE id = %d');
run_workload($node, $db, query => 'SELECT count(*) FROM part WHERE a = %d');

my %was = map { $_ => look(qq{"Shop"."$_"}) } 'first one', 'second one';
my $find = q{FROM steward.actions WHERE relation = '"Shop"."Item"'::regclass AND kind = 'drop_index'};

ok($node->poll_query_until($db, "SELECT count(*) = 1 $find AND status IN ('verifying', 'kept')"), 'a duplicate is dropped')
	or diag($node->safe_psql($db, 'SELECT id, status, target, reason FROM steward.actions; SELECT action, to_status, error FROM steward.journal; SELECT summary FROM steward.refresh()'));

my ($id, $index) = split(/\|/, $node->safe_psql($db, "SELECT id, target $find"));
my ($name) = $index =~ /"Shop"\."(.*)"/;

is(look($index), '', 'it is gone');
$node->safe_psql($db, "CALL steward.revert($id)");
is(look($index), $was{$name}, 'it is back, as it was');

# What takes an expression the steward could not build again: it would run its owner's code
is($node->safe_psql($db, "SELECT count(*) FROM steward.actions WHERE relation = 'part'::regclass AND kind = 'drop_index'"), 0,
	'one that the steward could not build again is not advised to go');

# A tablespace that is not there any more
$node->safe_psql($db, "CALL steward.apply($id)");
$node->safe_psql($db, qq{DROP INDEX "Shop"."@{[ $name eq 'first one' ? 'second one' : 'first one' ]}"; DROP TABLESPACE "fast disk"});
refused($node, $db, "CALL steward.revert($id)", '55000', qr/tablespace "fast disk" is not there any more/, 'without its tablespace');

$node->stop;
done_testing();
