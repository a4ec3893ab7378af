
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
CREATE INDEX part_number_two ON part (lower(b)) WHERE a > 0;
ALTER INDEX part_one ALTER COLUMN 1 SET STATISTICS 777;
ALTER INDEX part_number_two ALTER COLUMN 1 SET STATISTICS 777;
CREATE INDEX part_three ON part (upper(b));
CREATE INDEX part_number_four ON part (upper(b));
ALTER INDEX part_three ALTER COLUMN 1 SET STATISTICS 777;
CREATE TYPE mood AS ENUM ('good', 'so so', 'bad');
CREATE FUNCTION own_lower(text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT pg_catalog.lower($1)';
CREATE FUNCTION is_good(text) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT true';
CREATE DOMAIN checked AS text CHECK (is_good(VALUE));
CREATE TABLE other (a integer, b text, mood mood, checked checked);
INSERT INTO other SELECT i % 90 + 1, repeat('b', 50), 'good', 'x' FROM generate_series(1, 50000) AS i;
CREATE INDEX of_text_one ON other (a) WHERE b IN ('so so', 'bad') AND mood IS NOT NULL;
CREATE INDEX of_text_number_two ON other (a) WHERE b IN ('so so', 'bad') AND mood IS NOT NULL;
CREATE INDEX of_mood_one ON other (a) WHERE mood IN ('so so', 'bad');
CREATE INDEX of_mood_two ON other (a) WHERE mood IN ('so so', 'bad');
CREATE INDEX of_owner_one ON other (own_lower(b));
CREATE INDEX of_owner_two ON other (own_lower(b));
CREATE INDEX of_failing_one ON other ((1 / a));
CREATE INDEX of_failing_two ON other ((1 / a));
CREATE INDEX of_digits_one ON other ((a::numeric::numeric(3,1)));
CREATE INDEX of_digits_two ON other ((a::numeric::numeric(3,1)));
CREATE INDEX of_domain_one ON other ((b::checked));
CREATE INDEX of_domain_two ON other ((b::checked));
ANALYZE;
});

my %was = map { $_ => look(qq{"Shop"."$_"}) } 'first one', 'second one';

$node->safe_psql($db, 'SET client_min_messages = warning; CREATE EXTENSION pg_steward CASCADE');
await_steward($node, $db);
run_workload($node, $db, query => 'SELECT count(*) FROM "Shop"."Item" WHERE id = %d');
run_workload($node, $db, query => 'SELECT count(*) FROM part WHERE a = %d');

my $find = q{FROM steward.actions WHERE relation = '"Shop"."Item"'::regclass AND kind = 'drop_index'};

ok($node->poll_query_until($db, "SELECT count(*) = 1 $find AND status IN ('verifying', 'kept')"), 'a duplicate is dropped')
	or diag($node->safe_psql($db, 'SELECT id, status, target, reason FROM steward.actions; SELECT action, to_status, error FROM steward.journal; SELECT summary FROM steward.refresh()'));

my ($id, $index) = split(/\|/, $node->safe_psql($db, "SELECT id, target $find"));
my ($name) = $index =~ /"Shop"\."(.*)"/;

is(look($index), '', 'it is gone');
$node->safe_psql($db, "CALL steward.revert($id)");
is(look($index), $was{$name}, 'it is back, as it was');

# With an expression and a predicate, which the server itself evaluates; with statistics
run_workload($node, $db, query => 'SELECT count(*) FROM other WHERE a = %d');
foreach my $case (['part', 'part_one|part_number_two'], ['other', 'of_text_one|of_text_number_two'])
{
	my ($table, $names) = @$case;
	my $found = qq{FROM steward.actions WHERE relation = '$table'::regclass AND kind = 'drop_index' AND target ~ '^public.($names)\$'};
	my $shape = qq{SELECT pg_get_indexdef(indexrelid), (SELECT string_agg(attstattarget::text, ' ') FROM pg_attribute WHERE attrelid = indexrelid AND attstattarget >= 0),
		(SELECT count(*) FROM pg_statistic WHERE starelid = indexrelid) FROM pg_index WHERE indexrelid::regclass::text ~ '^($names)\$'};

	ok($node->poll_query_until($db, "SELECT count(*) = 1 $found AND status IN ('verifying', 'kept')"), "of $names one is dropped");

	my ($drop, $target) = split(/\|/, $node->safe_psql($db, "SELECT id, target $found"));

	is_index($node, $db, $target, 'absent', 'which is gone');
	$node->safe_psql($db, "CALL steward.revert($drop)");
	is(scalar(() = $node->safe_psql($db, $shape) =~ /^CREATE/mg), 2, 'and back');

	my @shapes = map { s/$names//r } split(/\n/, $node->safe_psql($db, $shape));

	is($shapes[0], $shapes[1], 'like the other one, with its statistics and their target');
}
is($node->safe_psql($db, "SELECT string_agg(attstattarget::text, ' ') FROM pg_attribute WHERE attrelid IN ('part_one'::regclass, 'part_number_two'::regclass)"), '777 777', 'which both have');

is($node->safe_psql($db, "SELECT count(*) FROM steward.actions WHERE kind = 'drop_index' AND target ~ 'part_(three|number_four)'"), 0,
	'those with other statistics targets are no duplicates');

# What would run its owner's code, or fail for some row
is($node->safe_psql($db, "SELECT count(*) FROM steward.actions WHERE kind = 'drop_index' AND target ~ 'of_(owner|failing|digits|domain|mood)'"), 0,
	'one that the steward could not build again for sure is not advised to go');

# A tablespace that is not there any more
$node->safe_psql($db, "CALL steward.apply($id)");
$node->safe_psql($db, qq{DROP INDEX "Shop"."@{[ $name eq 'first one' ? 'second one' : 'first one' ]}"; DROP TABLESPACE "fast disk"});
refused($node, $db, "CALL steward.revert($id)", '55000', qr/tablespace "fast disk" is not there any more/, 'without its tablespace');

like($node->safe_psql($db, 'CALL steward.maintain()'), qr/^Skipped:\n(.*\n)*  public\.of_owner_two: it is an exact duplicate of public\.of_owner_one, but .*by hand$/m, 'but the report names it');

# A worker that died between the build and what comes back with it
$id = $node->safe_psql($db, q{SELECT id FROM steward.actions WHERE relation = 'part'::regclass AND kind = 'drop_index' ORDER BY id LIMIT 1});
$index = $node->safe_psql($db, "SELECT target FROM steward.actions WHERE id = $id");
$node->safe_psql($db, "COMMENT ON INDEX $index IS 'a part'; CALL steward.apply($id)");
is_index($node, $db, $index, 'absent', 'dropped once more');

my $definition = $node->safe_psql($db, "SELECT undo_ddl[1] FROM steward.actions WHERE id = $id");

$node->safe_psql($db, "$definition; UPDATE steward.actions SET status = 'reverting' WHERE id = $id");
await_status($node, $db, $id, 'taken_back');
is($node->safe_psql($db, qq{SELECT obj_description('$index'::regclass, 'pg_class'), (SELECT string_agg(attstattarget::text, ' ') FROM pg_attribute WHERE attrelid = '$index'::regclass),
	(SELECT count(*) FROM pg_statistic WHERE starelid = '$index'::regclass)}), 'a part|777|1', 'the worker after it does the rest');

$node->stop;
done_testing();
