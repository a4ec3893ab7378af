--
-- NAMES
-- The DDL runs as it stands, whatever tables and columns are called and
-- wherever they are found.
--
CREATE SCHEMA steward_names;
CREATE SCHEMA "Steward ""Quoted"" Names";
SET search_path = steward_names;

CREATE FUNCTION ddl_for(VARIADIC queries text[]) RETURNS SETOF text
LANGUAGE sql AS $$ SELECT ddl FROM steward.recommend_indexes(queries) $$;

-- Names that need quotes, keywords, and letters beyond ASCII.
CREATE TABLE "Weird Table" ("Ünï col" integer NOT NULL, "select" integer NOT NULL, "a""b" integer NOT NULL, pad text NOT NULL);
INSERT INTO "Weird Table" SELECT i, i, i, repeat('p', 100) FROM generate_series(1, 5000) AS i;
ANALYZE "Weird Table";
SELECT * FROM ddl_for('SELECT * FROM "Weird Table" WHERE "Ünï col" = $1');
SELECT * FROM ddl_for('SELECT * FROM "Weird Table" WHERE "select" = $1');
SELECT * FROM ddl_for('SELECT * FROM "Weird Table" WHERE "a""b" = $1');

-- The advice runs, and is not given again.
SELECT ddl, undo_ddl FROM steward.recommend_indexes(ARRAY['SELECT * FROM "Weird Table" WHERE "Ünï col" = $1']) \gset
:ddl;
SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'Weird Table';
SELECT * FROM ddl_for('SELECT * FROM "Weird Table" WHERE "Ünï col" = $1');
:undo_ddl;
SELECT count(*) FROM pg_indexes WHERE tablename = 'Weird Table';

-- A schema that needs quotes.
CREATE TABLE "Steward ""Quoted"" Names".t (id integer NOT NULL, pad text NOT NULL);
INSERT INTO "Steward ""Quoted"" Names".t SELECT i, repeat('p', 100) FROM generate_series(1, 5000) AS i;
ANALYZE "Steward ""Quoted"" Names".t;
SELECT ddl, undo_ddl FROM steward.recommend_indexes(ARRAY['SELECT * FROM "Steward ""Quoted"" Names".t WHERE id = $1']) \gset
\echo :ddl
\echo :undo_ddl
:ddl;
:undo_ddl;

-- Two tables of one name: the caller's search_path says which is meant, and
-- the DDL names its schema.
CREATE SCHEMA steward_names_two;
CREATE TABLE steward_names.t (id integer NOT NULL, pad text NOT NULL);
CREATE TABLE steward_names_two.t (id integer NOT NULL, pad text NOT NULL);
INSERT INTO steward_names.t SELECT i, repeat('p', 100) FROM generate_series(1, 5000) AS i;
INSERT INTO steward_names_two.t SELECT i, repeat('p', 100) FROM generate_series(1, 5000) AS i;
ANALYZE steward_names.t, steward_names_two.t;
SET search_path = steward_names, steward_names_two;
SELECT relation::oid = 'steward_names.t'::regclass AS first, ddl
  FROM steward.recommend_indexes(ARRAY['SELECT * FROM t WHERE id = $1']);
SET search_path = steward_names_two, steward_names;
SELECT relation::oid = 'steward_names_two.t'::regclass AS second, ddl
  FROM steward.recommend_indexes(ARRAY['SELECT * FROM t WHERE id = $1']);
SELECT ddl FROM steward.recommend_indexes(ARRAY['SELECT * FROM steward_names.t AS a JOIN steward_names_two.t AS b USING (id) WHERE id = 5'])
 ORDER BY ddl;

-- A name that is taken gets a number, whatever kind of relation has it, and
-- in that schema only.
SET search_path = steward_names;
CREATE SEQUENCE steward_names.t_id_idx;
SELECT * FROM ddl_for('SELECT * FROM t WHERE id = $1');
CREATE VIEW steward_names.t_id_idx1 AS SELECT 1;
SELECT * FROM ddl_for('SELECT * FROM t WHERE id = $1');
SELECT * FROM ddl_for('SELECT * FROM steward_names_two.t WHERE id = $1');

-- Names as long as they get: cut to 63 bytes, never inside a character, and
-- different where two are advised at once.
CREATE TABLE this_is_a_table_whose_name_is_as_long_as_a_name_is_allowed_to_b (first integer NOT NULL, second integer NOT NULL, pad text NOT NULL);
INSERT INTO this_is_a_table_whose_name_is_as_long_as_a_name_is_allowed_to_b SELECT i, i, repeat('p', 100) FROM generate_series(1, 5000) AS i;
ANALYZE this_is_a_table_whose_name_is_as_long_as_a_name_is_allowed_to_b;
SELECT * FROM ddl_for('SELECT * FROM this_is_a_table_whose_name_is_as_long_as_a_name_is_allowed_to_b WHERE first = $1',
                      'SELECT * FROM this_is_a_table_whose_name_is_as_long_as_a_name_is_allowed_to_b WHERE second = $1');
CREATE TABLE "表表表表表表表表表表表表表表表表表表表表表" ("列" integer NOT NULL, pad text NOT NULL);
INSERT INTO "表表表表表表表表表表表表表表表表表表表表表" SELECT i, repeat('p', 100) FROM generate_series(1, 5000) AS i;
ANALYZE "表表表表表表表表表表表表表表表表表表表表表";
SELECT * FROM ddl_for('SELECT * FROM "表表表表表表表表表表表表表表表表表表表表表" WHERE "列" = $1');

SET client_min_messages = warning;
DROP SCHEMA steward_names, steward_names_two, "Steward ""Quoted"" Names" CASCADE;
