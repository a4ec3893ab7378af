--
-- NO_STATISTICS
-- Tables that were never analysed, that are empty, or whose statistics are
-- gone: advice comes from what the planner assumes, and nothing breaks.
--
CREATE SCHEMA steward_no_statistics;
SET search_path = steward_no_statistics;

CREATE TABLE fresh (id integer NOT NULL, kind integer, pad text) WITH (autovacuum_enabled = off);
INSERT INTO fresh SELECT i, i % 10, repeat('p', 100) FROM generate_series(1, 20000) AS i;
SELECT reltuples < 0 AS never_analysed FROM pg_class WHERE oid = 'fresh'::regclass;
SELECT ddl, size_bytes BETWEEN 100000 AND 2000000 AS sane_size, cost_after < cost_before AS cheaper, confirmed_by
  FROM steward.recommend_indexes(ARRAY['SELECT * FROM fresh WHERE id = $1']);
SELECT ddl FROM steward.recommend_indexes(ARRAY['SELECT * FROM fresh WHERE id = 7 ORDER BY kind DESC LIMIT 3']);

-- The planner takes an empty table for ten pages; there is nothing in it all the same.
CREATE TABLE empty (id integer NOT NULL, pad text);
SELECT ddl FROM steward.recommend_indexes(ARRAY['SELECT * FROM empty WHERE id = $1']);
CREATE TABLE emptied (id integer NOT NULL, pad text);
INSERT INTO emptied SELECT i, repeat('p', 100) FROM generate_series(1, 20000) AS i;
ANALYZE emptied;
TRUNCATE emptied;
SELECT ddl FROM steward.recommend_indexes(ARRAY['SELECT * FROM emptied WHERE id = $1']);

-- A column that holds nothing but NULL, and a table without columns.
CREATE TABLE hollow (id integer NOT NULL, nothing integer, pad text);
INSERT INTO hollow SELECT i, NULL, repeat('p', 100) FROM generate_series(1, 5000) AS i;
ANALYZE hollow;
SELECT ddl, size_bytes > 0 AS size FROM steward.recommend_indexes(ARRAY['SELECT * FROM hollow WHERE nothing = $1', 'SELECT * FROM hollow WHERE id = $1'])
 WHERE ddl LIKE '%(id)';
CREATE TABLE bare ();
SELECT ddl FROM steward.recommend_indexes(ARRAY['SELECT * FROM bare', 'SELECT count(*) FROM bare']);

SET client_min_messages = warning;
DROP SCHEMA steward_no_statistics CASCADE;
