--
-- ARGUMENTS
-- What the arguments of recommend_indexes change in its answer.
--
CREATE SCHEMA steward_arguments;
SET search_path = steward_arguments, public;
CREATE TABLE t (a integer NOT NULL, b integer NOT NULL, c integer NOT NULL, d integer NOT NULL, e integer NOT NULL, pad text NOT NULL);
CREATE TABLE u (a integer NOT NULL, pad text NOT NULL);
INSERT INTO t SELECT i % 30, i % 29, i % 31, i % 23, i % 37, repeat('p', 100) FROM generate_series(1, 30000) AS i;
INSERT INTO u SELECT i, repeat('p', 100) FROM generate_series(1, 5000) AS i;
VACUUM ANALYZE t, u;

-- max_columns: the longest key.
SELECT max(array_length(string_to_array(ddl, ','), 1)) <= 1 AS kept
  FROM steward.recommend_indexes(ARRAY['SELECT * FROM t WHERE a = 1 AND b = 2 AND c = 3'], max_columns => 1);
SELECT max(array_length(string_to_array(ddl, ','), 1)) <= 2 AS kept
  FROM steward.recommend_indexes(ARRAY['SELECT * FROM t WHERE a = 1 AND b = 2 AND c = 3'], max_columns => 2);
SET pg_steward.index_max_columns = 1;
SELECT max(array_length(string_to_array(ddl, ','), 1)) <= 1 AS kept
  FROM steward.recommend_indexes(ARRAY['SELECT * FROM t WHERE a = 1 AND b = 2 AND c = 3']);
RESET pg_steward.index_max_columns;

-- relations: only on these.
SELECT relation, ddl FROM steward.recommend_indexes(ARRAY['SELECT * FROM u WHERE a = 1', 'SELECT * FROM t WHERE a = 1 AND b = 2 AND c = 3'],
                                                    relations => ARRAY['u'::regclass]);
SELECT count(DISTINCT relation) FROM steward.recommend_indexes(ARRAY['SELECT * FROM u WHERE a = 1', 'SELECT * FROM t WHERE a = 1 AND b = 2 AND c = 3'],
                                                    relations => ARRAY['u', 't']::regclass[]);

SELECT count(*) FROM steward.recommend_indexes(ARRAY['SELECT * FROM u WHERE a = 1'], relations => ARRAY[4294967295::regclass]);

-- storage_budget: never more than this altogether, and nothing where nothing fits.
SELECT count(*) FROM steward.recommend_indexes(ARRAY['SELECT * FROM u WHERE a = 1'], storage_budget => 8192);
SELECT count(*) FROM steward.recommend_indexes(ARRAY['SELECT * FROM u WHERE a = 1'], storage_budget => 1024 * 1024);
SELECT sum(size_bytes) <= 300000 AS within, count(*) AS indexes
  FROM steward.recommend_indexes(ARRAY['SELECT * FROM u WHERE a = 1', 'SELECT * FROM t WHERE a = 1 AND b = 2 AND c = 3'], storage_budget => 300000);
SET pg_steward.index_storage_budget = '0MB';
SELECT count(*) FROM steward.recommend_indexes(ARRAY['SELECT * FROM u WHERE a = 1']);
RESET pg_steward.index_storage_budget;

-- The size that is promised is near the one that is built.
SELECT ddl, size_bytes FROM steward.recommend_indexes(ARRAY['SELECT * FROM u WHERE a = 1']) \gset
:ddl;
SELECT abs(pg_relation_size('u_a_idx') - :size_bytes) <= 0.1 * pg_relation_size('u_a_idx') AS near;
DROP INDEX u_a_idx;

-- Given queries were not measured: every one counts alike, with both objectives.
SELECT objective, rank, ddl, saves_ms_per_hour IS NULL AS unmeasured, write_cost IS NOT NULL AS priced
  FROM (VALUES ('time'), ('cost')) AS o (objective),
       LATERAL steward.recommend_indexes(ARRAY['SELECT * FROM u WHERE a = 1'], objective => o.objective)
 ORDER BY objective;

-- min_calls is for the observed workload; given queries have no calls.
SELECT ddl FROM steward.recommend_indexes(ARRAY['SELECT * FROM u WHERE a = 1'], min_calls => 1000000);

-- Sizes as hypopg estimates them, to compare with it.
SET pg_steward.what_if_sizes = 'hypopg';
SELECT i.size_bytes = (SELECT hypopg_relation_size(h.indexrelid)
                         FROM hypopg_create_index('CREATE INDEX ON steward_arguments.u (a)') AS h) AS as_hypopg
  FROM steward.recommend_indexes(ARRAY['SELECT * FROM u WHERE a = 1']) AS i;
RESET pg_steward.what_if_sizes;
SELECT hypopg_reset();

-- All columns of a row, those of the planner's version aside.
SELECT rank, action, ddl, ddl_steps, undo_ddl, relation, access_method, size_bytes > 0 AS size, cost_before > cost_after AS cheaper,
       benefit BETWEEN 0.5 AND 1 AS benefit, saves_ms_per_hour, write_cost >= 0 AS write_cost, replaces, confirmed_by
  FROM steward.recommend_indexes(ARRAY['SELECT * FROM u WHERE a = 1']) \gx
SELECT jsonb_object_agg(member.key, jsonb_typeof(member.value)) AS members
  FROM steward.recommend_indexes(ARRAY['SELECT * FROM u WHERE a = 1']), jsonb_array_elements(statements) AS s, jsonb_each(s) AS member;
SELECT reason ~ '^serves 1 statement, takes their planner cost from \d+ to \d+, \d+ % of the workload; by its statistics no value occurs twice: if that is to stay so, CREATE UNIQUE INDEX CONCURRENTLY u_a_idx ON steward_arguments.u USING btree \(a\) makes sure of it$' AS reason
  FROM steward.recommend_indexes(ARRAY['SELECT * FROM u WHERE a = 1']);

-- Exact duplicates: one may go, and never the one that a constraint needs.
CREATE TABLE twins (id integer PRIMARY KEY, a integer NOT NULL, b integer UNIQUE, pad text NOT NULL);
INSERT INTO twins SELECT i, i, i, repeat('p', 100) FROM generate_series(1, 5000) AS i;
CREATE INDEX twins_one ON twins (a);
CREATE INDEX twins_two ON twins (a);
CREATE INDEX twins_desc ON twins (a DESC);
CREATE INDEX twins_part ON twins (a) WHERE a > 5;
CREATE INDEX twins_wide ON twins (a, id);
CREATE INDEX twins_part_two ON twins (a) WHERE a > 5; -- its predicate runs nobody's code
CREATE INDEX twins_hash ON twins USING hash (a);
CREATE INDEX twins_key ON twins (id);
CREATE UNIQUE INDEX twins_unique ON twins (b);
ANALYZE twins;
SELECT action, ddl, undo_ddl, replaces, cost_before, cost_after, confirmed_by, reason
  FROM steward.recommend_indexes(ARRAY['SELECT * FROM twins WHERE id = 1'])
 ORDER BY ddl;

SET client_min_messages = warning;
DROP SCHEMA steward_arguments CASCADE;
