--
-- UNFIT
-- On which tables no index is advised; whoever asked with a query of their own
-- is told why.
--
CREATE SCHEMA steward_unfit;
SET search_path = steward_unfit;

CREATE TABLE small (id integer);
INSERT INTO small SELECT generate_series(1, 200);

CREATE TEMPORARY TABLE passing (id integer, pad text);
INSERT INTO passing SELECT i, repeat('p', 100) FROM generate_series(1, 5000) AS i;

CREATE TABLE parted (id integer, k integer, pad text) PARTITION BY RANGE (id);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (5000);
CREATE TABLE parted_2 PARTITION OF parted FOR VALUES FROM (5000) TO (10000);
INSERT INTO parted SELECT i, i, repeat('p', 100) FROM generate_series(0, 9999) AS i;

-- Nobody listens there, and nobody is asked.
CREATE EXTENSION postgres_fdw SCHEMA steward_unfit;
CREATE SERVER steward_nowhere FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '/nonexistent', connect_timeout '1');
CREATE USER MAPPING FOR CURRENT_USER SERVER steward_nowhere;
CREATE FOREIGN TABLE far (id integer) SERVER steward_nowhere;

CREATE MATERIALIZED VIEW stored AS SELECT i AS id, repeat('p', 100) AS pad FROM generate_series(1, 5000) AS i;
CREATE UNLOGGED TABLE unlogged AS SELECT i AS id, repeat('p', 100) AS pad FROM generate_series(1, 5000) AS i;
ANALYZE small, passing, parted, stored, unlogged;

SELECT ddl FROM steward.recommend_indexes(ARRAY['SELECT * FROM small WHERE id = $1']);
SET client_min_messages = warning; -- the schema of a temporary table has a number
SELECT ddl FROM steward.recommend_indexes(ARRAY['SELECT * FROM passing WHERE id = $1']);
RESET client_min_messages;
SELECT ddl FROM steward.recommend_indexes(ARRAY['SELECT * FROM parted WHERE k = $1']);
SELECT ddl FROM steward.recommend_indexes(ARRAY['SELECT * FROM far WHERE id = $1']);
SELECT ddl FROM steward.recommend_indexes(ARRAY['SELECT * FROM pg_catalog.pg_class WHERE relpages = $1']);
SELECT ddl FROM steward.recommend_indexes(ARRAY['SELECT * FROM steward.actions WHERE target = $1']);

-- The same through a view, and beside a table that is fit.
CREATE VIEW over_small AS SELECT id FROM small;
SELECT ddl FROM steward.recommend_indexes(ARRAY['SELECT * FROM over_small WHERE id = $1']);
SELECT ddl FROM steward.recommend_indexes(ARRAY['SELECT * FROM small JOIN unlogged USING (id) WHERE small.id = 4']);

-- A partition by its own name, a materialized view, and an unlogged table are fit.
SELECT ddl FROM steward.recommend_indexes(ARRAY['SELECT * FROM parted_1 WHERE k = $1']);
SELECT ddl FROM steward.recommend_indexes(ARRAY['SELECT * FROM stored WHERE id = $1']);
SELECT ddl FROM steward.recommend_indexes(ARRAY['SELECT * FROM unlogged WHERE id = $1']);

-- Without a table there is nothing to say.
SELECT ddl FROM steward.recommend_indexes(ARRAY['SELECT * FROM generate_series(1, $1) AS i WHERE i = 3']);

-- Nothing is asked about what the query does not read, nothing is missing, or nothing is worth its price.
SELECT ddl FROM steward.recommend_indexes(ARRAY['SELECT * FROM stored WHERE id = $1'], relations => ARRAY['unlogged'::regclass]);
SELECT ddl FROM steward.recommend_indexes(ARRAY['SELECT * FROM stored']);
SELECT ddl FROM steward.recommend_indexes(ARRAY['SELECT * FROM stored WHERE id = $1'], storage_budget => 8192);
SELECT ddl FROM steward.recommend_indexes(ARRAY['SELECT * FROM stored WHERE pad = repeat(''p'', 100)']);

SET client_min_messages = warning;
DROP SCHEMA steward_unfit CASCADE;
DROP TABLE passing;
