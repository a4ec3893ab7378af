--
-- CANDIDATES
-- Which index is advised for which kind of statement: each one names the
-- columns in an order that a btree can use, is confirmed by hypopg, and makes
-- the statement cheaper.
--
CREATE SCHEMA steward_candidates;
SET search_path = steward_candidates;

-- Small enough for ANALYZE to read all of it, so that the statistics are the
-- same everywhere; wide enough for an index to matter.
CREATE TABLE customers (
	id       integer PRIMARY KEY,
	country  integer NOT NULL,
	email    text NOT NULL,
	active   boolean NOT NULL,
	referrer integer,
	notes    text NOT NULL
);
CREATE TABLE orders (
	id          integer PRIMARY KEY,
	customer_id integer NOT NULL,
	status      integer NOT NULL,
	total       numeric NOT NULL,
	created_at  timestamptz NOT NULL,
	notes       text NOT NULL
);
INSERT INTO customers
SELECT i, i % 50, 'customer' || i || '@example.com', i % 1000 <> 0, CASE WHEN i % 500 = 0 THEN NULL ELSE i % 3000 END,
       repeat('n', 120)
  FROM generate_series(1, 6000) AS i;
INSERT INTO orders
SELECT i, i % 6000, i % 20, i % 997, '2026-01-01 00:00:00+00'::timestamptz + (i * 7919 % 30000) * interval '10 minutes', repeat('n', 120)
  FROM generate_series(1, 30000) AS i;
VACUUM ANALYZE customers, orders;

-- Shown instead of the costs, which belong to the planner's version.
CREATE FUNCTION advise(VARIADIC queries text[])
RETURNS TABLE (rank integer, action text, ddl text, confirmed_by text, cheaper boolean, helps boolean, undo boolean)
LANGUAGE sql AS $$
	SELECT rank, action, ddl, confirmed_by, cost_after < cost_before, benefit > 0 AND benefit <= 1,
	       undo_ddl LIKE 'DROP INDEX CONCURRENTLY steward_candidates.%' AND ddl_steps = ARRAY[ddl]
	  FROM steward.recommend_indexes(queries)
$$;

-- One column.
SELECT * FROM advise('SELECT * FROM orders WHERE customer_id = 42');
SELECT * FROM advise('SELECT * FROM orders WHERE customer_id = $1');
SELECT * FROM advise('SELECT * FROM orders WHERE $1 = customer_id');
SELECT * FROM advise('SELECT * FROM customers WHERE email = $1');

-- A narrow range.
SELECT * FROM advise('SELECT * FROM orders WHERE created_at > ''2026-07-20''');
SELECT * FROM advise('SELECT * FROM orders WHERE created_at BETWEEN ''2026-03-01'' AND ''2026-03-02''');

-- Equality first, then the range, whatever the order of the text.
SELECT * FROM advise('SELECT * FROM orders WHERE created_at > ''2026-05-01'' AND status = 3');

-- The most selective equality first.
SELECT * FROM advise('SELECT * FROM orders WHERE status = 3 AND customer_id = 42 AND total = 5');

-- Equality, then the wanted order; the index is read backward.
SELECT * FROM advise('SELECT * FROM orders WHERE status = $1 ORDER BY created_at DESC LIMIT 10');
SELECT * FROM advise('SELECT * FROM orders ORDER BY created_at LIMIT 10');
SELECT * FROM advise('SELECT * FROM orders ORDER BY total, created_at DESC LIMIT 10');

-- Keyset paging by a row comparison.
SELECT * FROM advise('SELECT * FROM orders WHERE (total, created_at) > ($1, $2) ORDER BY total, created_at LIMIT 10');

-- The joined column of the larger side.
SELECT * FROM advise('SELECT * FROM customers AS c JOIN orders AS o ON o.customer_id = c.id WHERE c.id = 7');
SELECT * FROM advise('SELECT * FROM customers AS c LEFT JOIN orders AS o ON o.customer_id = c.id WHERE c.id < 10');

-- Grouping, DISTINCT, and the least of a column.
SELECT * FROM advise('SELECT customer_id, count(*) FROM orders GROUP BY customer_id ORDER BY customer_id LIMIT 5');
SELECT * FROM advise('SELECT DISTINCT customer_id FROM orders ORDER BY customer_id LIMIT 5');
SELECT * FROM advise('SELECT min(total) FROM orders');

-- Lists, NULL, and booleans.
SELECT * FROM advise('SELECT * FROM orders WHERE customer_id IN (1, 2, 3)');
SELECT * FROM advise('SELECT * FROM orders WHERE customer_id = ANY ($1::integer[])');
SELECT * FROM advise('SELECT * FROM customers WHERE referrer IS NULL');
SELECT * FROM advise('SELECT * FROM customers WHERE NOT active');
SELECT * FROM advise('SELECT * FROM customers WHERE active IS FALSE');

-- An OR of two columns wants two indexes, and neither helps alone: both are
-- confirmed, and both say which statement they serve.
SELECT action, ddl, confirmed_by, cost_after < cost_before AS cheaper, benefit > 0 AS helps, jsonb_array_length(statements) AS served
  FROM steward.recommend_indexes(ARRAY['SELECT * FROM orders WHERE customer_id = 1 OR total = 5'])
 ORDER BY ddl;

-- Through a view, a CTE, a subquery, EXISTS, and UNION ALL: the table beneath.
CREATE VIEW open_orders AS SELECT id, customer_id, total FROM orders WHERE status = 0;
SELECT * FROM advise('SELECT * FROM open_orders WHERE customer_id = $1');
SELECT * FROM advise('WITH o AS (SELECT * FROM orders WHERE customer_id = $1) SELECT * FROM o');
SELECT * FROM advise('WITH o AS MATERIALIZED (SELECT * FROM orders WHERE customer_id = $1) SELECT * FROM o');
SELECT * FROM advise('SELECT * FROM customers WHERE id = 5 AND EXISTS (SELECT FROM orders WHERE customer_id = customers.id)');
SELECT * FROM advise('SELECT (SELECT max(total) FROM orders WHERE customer_id = c.id) FROM customers AS c WHERE id = $1');
SELECT * FROM advise('SELECT 1 FROM orders WHERE customer_id = $1 UNION ALL SELECT 2 FROM customers WHERE email = $2');

-- Targets of writes.
SELECT * FROM advise('UPDATE orders SET notes = $2 WHERE customer_id = $1');
SELECT * FROM advise('DELETE FROM orders WHERE customer_id = $1');
SELECT * FROM advise('INSERT INTO customers SELECT o.id, 1, $1, true, NULL, $2 FROM orders AS o WHERE o.customer_id = 4');

-- Literals mean what they mean in EXPLAIN.
CREATE TABLE parcels (id uuid NOT NULL, sent date NOT NULL, tags text[] NOT NULL, weight int4range NOT NULL, notes text NOT NULL);
INSERT INTO parcels SELECT md5(i::text)::uuid, date '2026-01-01' + i % 300, ARRAY['t' || i % 9], int4range(i, i + 5), repeat('n', 100)
  FROM generate_series(1, 10000) AS i;
ANALYZE parcels;
SELECT * FROM advise('SELECT * FROM parcels WHERE id = uuid(''00000000-0000-0000-0000-000000000000'')');
SELECT * FROM advise('SELECT * FROM parcels WHERE id IN (''00000000-0000-0000-0000-000000000000'', ''00000000-0000-0000-0000-000000000001'')');
SELECT * FROM advise('SELECT * FROM parcels WHERE sent > date(''2026-10-20'') AND notes LIKE ''%x'' ESCAPE ''!''');
SELECT * FROM advise('SELECT * FROM parcels WHERE sent >= current_date - interval ''2 days'' AND weight @> 3 AND tags && ''{t1,t2}''');
SELECT * FROM advise('SELECT concat(notes, '' '', sent), max(sent) FROM parcels WHERE sent = ''2026-02-03''
                       GROUP BY concat(notes, '' '', sent) HAVING ''a'' || max(notes) > ''b'' ORDER BY concat(notes, '' '', sent)');
SELECT * FROM advise('SELECT extract(year FROM sent), to_char(sent, ''YYYY''), ''x'' AS label, coalesce(notes, ''none'') FROM parcels
                       WHERE sent = ''2026-02-03'' UNION SELECT 1, ''2'', ''3'', ''4'' ORDER BY 1');
SELECT * FROM advise('SELECT ''x'' = ANY (tags), xmlelement(name n, ''v''), notes COLLATE "C" < ''a'' FROM parcels
                       WHERE sent = ''2026-02-03'' FETCH FIRST ''3'' ROWS ONLY');

-- Nothing was written, and nothing of ours is left hypothetical.
SELECT count(*) FROM orders;
SELECT count(*) FROM public.hypopg();

-- Several statements share what they can, best first; each is served.
SELECT rank, ddl, jsonb_array_length(statements) AS served, cost_after < cost_before AS cheaper
  FROM steward.recommend_indexes(ARRAY[
	'SELECT * FROM orders WHERE customer_id = $1',
	'SELECT * FROM orders WHERE customer_id = $1 AND status = $2',
	'SELECT * FROM customers WHERE email = $1']);

-- What an index gives already is not advised again, nor is a prefix of it.
CREATE INDEX orders_customer_id_created_at_idx ON orders (customer_id, created_at);
SELECT * FROM advise('SELECT * FROM orders WHERE customer_id = $1');
SELECT * FROM advise('SELECT * FROM orders WHERE customer_id = $1 ORDER BY created_at DESC LIMIT 1');
DROP INDEX orders_customer_id_created_at_idx;

-- What no btree serves is not advised: all rows, an inequality, LIKE with an
-- unknown beginning, another collation.
SELECT * FROM advise('SELECT * FROM orders', 'SELECT sum(total) FROM orders', 'SELECT * FROM orders WHERE status <> 3',
                     'SELECT * FROM orders WHERE status >= 0',
                     'SELECT * FROM customers WHERE email LIKE ''%@example.com''',
                     'SELECT * FROM customers WHERE email = $1 COLLATE "POSIX"',
                     'INSERT INTO customers VALUES (0, 1, $1, true, NULL, $2)', 'SELECT 1', 'VALUES (1), (2)');

-- Expressions, as far as they are immutable and of one table.
SELECT * FROM advise('SELECT * FROM orders WHERE customer_id + 1 = 7');
SELECT * FROM advise('SELECT * FROM customers WHERE lower(email) = $1');
SELECT * FROM advise('SELECT * FROM customers WHERE upper(email) IN (''A'', ''B'') AND country = 3');
SELECT * FROM advise('SELECT * FROM customers ORDER BY lower(email) DESC LIMIT 5');
SELECT * FROM advise('SELECT * FROM orders WHERE coalesce(total, 0) = 5');
SELECT * FROM advise('SELECT * FROM orders AS o JOIN customers AS c ON lower(c.email) = o.total::text WHERE o.id = 3');
SELECT * FROM advise('SELECT * FROM customers WHERE coalesce(email, '''') || '', '' || notes = $1');
SELECT * FROM advise('SELECT * FROM orders WHERE date_trunc(''day'', created_at AT TIME ZONE ''UTC'') = ''2026-02-01''');
SELECT * FROM advise('SELECT * FROM (customers AS c JOIN orders AS o ON o.customer_id = c.id) AS j WHERE lower(j.email) = $1');
SELECT * FROM advise('SELECT * FROM orders WHERE 10 / status = 2', 'SELECT * FROM customers WHERE email::integer = 5', 'SELECT * FROM customers WHERE abs(country) = 5',
                     'SELECT * FROM orders WHERE date_trunc(notes, created_at AT TIME ZONE ''UTC'') = ''2026-02-01'''); -- what may raise an error
SELECT * FROM advise('SELECT * FROM customers WHERE md5(email || ''salt'') = $1', 'SELECT * FROM customers WHERE coalesce(email, ''Jane'') = $1',
                     'SELECT * FROM orders WHERE created_at - ''2026-01-05''::timestamptz = $1', 'SELECT * FROM orders WHERE (created_at AT TIME ZONE ''UTC'') + ''3 days''::interval = $1'); -- what may be a secret
SELECT * FROM advise('SELECT * FROM orders WHERE created_at::text = $1'); -- depends on DateStyle
SELECT * FROM advise('SELECT * FROM orders WHERE random() * customer_id = 1', 'SELECT * FROM orders WHERE customer_id + status + $1 = 7');

-- The beginning of a text, under a collation that does not sort by bytes.
CREATE TABLE words (word text COLLATE "und-x-icu" NOT NULL, code varchar(20) COLLATE "und-x-icu" NOT NULL, pad text NOT NULL);
INSERT INTO words SELECT 'word' || i, 'code' || i, repeat('p', 100) FROM generate_series(1, 20000) AS i;
ANALYZE words;
SELECT * FROM advise('SELECT * FROM words WHERE word LIKE ''word123%''');
SELECT * FROM advise('SELECT * FROM words WHERE code LIKE ''code123%''');
SELECT * FROM advise('SELECT * FROM words WHERE word ~ ''^word123''');
SELECT * FROM advise('SELECT * FROM words WHERE lower(word) LIKE ''word12%''');
SELECT * FROM advise('SELECT * FROM words WHERE word LIKE ''%123''', 'SELECT * FROM words WHERE word ILIKE ''word123%''');

-- Of a value that nobody saw, what the column's statistics say.
SELECT * FROM advise('SELECT * FROM words WHERE word LIKE $1');
SELECT * FROM advise('SELECT * FROM words WHERE word LIKE $1 || ''%''');
SELECT * FROM advise('SELECT * FROM words WHERE word LIKE ''%'' || $1', 'SELECT * FROM words WHERE $1 LIKE word');
SELECT * FROM advise('SELECT * FROM words WHERE starts_with(word, $1)');
SELECT * FROM advise('SELECT * FROM words WHERE code ~ $1');
SELECT * FROM advise('SELECT * FROM orders WHERE created_at > $1');
SELECT * FROM advise('SELECT * FROM orders WHERE created_at BETWEEN $1 AND $2 AND status = $3');
SELECT * FROM advise('SELECT * FROM orders WHERE status IN ($1, $2, $3) ORDER BY created_at LIMIT $4 OFFSET $5');
SELECT * FROM advise('WITH o AS (SELECT id, created_at AS made FROM orders)
                      SELECT * FROM (SELECT * FROM o JOIN customers AS c USING (id)) AS j WHERE $1::date >= made');

-- What is there already, also of these.
CREATE INDEX words_pattern ON words (word text_pattern_ops);
CREATE INDEX words_lower ON words (lower(word) text_pattern_ops);
CREATE INDEX words_cover ON words (code) INCLUDE (word);
SELECT * FROM advise('SELECT * FROM words WHERE word LIKE ''word123%''');
SELECT * FROM advise('SELECT * FROM words WHERE lower(word) LIKE ''word12%''');
SELECT * FROM advise('SELECT word FROM words WHERE code = ''code5''');
DROP TABLE words;

-- The other columns a statement reads, where that spares the table.
VACUUM orders;
SELECT * FROM advise('SELECT sum(total) FROM orders WHERE created_at BETWEEN ''2026-01-01'' AND ''2026-01-20''');
SELECT * FROM advise('SELECT o.* FROM orders AS o WHERE customer_id = 5');

-- But no column that a statement sets.
SELECT * FROM advise('SELECT sum(total) FROM orders WHERE created_at BETWEEN ''2026-01-01'' AND ''2026-01-20''', 'UPDATE orders SET total = 5 WHERE id = $1');
SELECT * FROM advise('SELECT sum(total) FROM orders WHERE created_at BETWEEN ''2026-01-01'' AND ''2026-01-20''',
                     'INSERT INTO orders VALUES (1, 2, 3, 4, now(), '''') ON CONFLICT (id) DO UPDATE SET total = 5');
SELECT * FROM advise('SELECT sum(total) FROM orders WHERE created_at BETWEEN ''2026-01-01'' AND ''2026-01-20''',
                     'MERGE INTO orders AS o USING customers AS c ON o.id = c.id WHEN MATCHED THEN UPDATE SET total = 5');

-- Statements that carry a query are advised on for its sake.
SELECT * FROM advise('DECLARE c CURSOR FOR SELECT * FROM orders WHERE customer_id = $1');
SELECT * FROM advise('CREATE TABLE copied AS SELECT * FROM orders WHERE customer_id = 3');
SELECT * FROM advise('CREATE MATERIALIZED VIEW copied AS SELECT * FROM orders WHERE customer_id = 3');
SELECT * FROM advise('SELECT * INTO copied FROM orders WHERE customer_id = 3 UNION SELECT * FROM orders WHERE customer_id = 4');
SELECT * FROM advise('COPY (SELECT * FROM orders WHERE customer_id = 3) TO ''/nonexistent/file''');
SELECT to_regclass('copied') IS NULL AS nothing_is_made;
CREATE MATERIALIZED VIEW refreshed AS SELECT * FROM orders WHERE customer_id = 3 WITH NO DATA;
SELECT * FROM advise('REFRESH MATERIALIZED VIEW refreshed');
SELECT * FROM advise('REFRESH MATERIALIZED VIEW missing');

-- A type without an order of its own is no key of a btree, but of GiST.
CREATE TABLE places (id integer, spot point NOT NULL, kind integer NOT NULL, notes text NOT NULL);
INSERT INTO places SELECT i, point(i, i), i % 100, repeat('n', 100) FROM generate_series(1, 10000) AS i;
ANALYZE places;
SELECT * FROM advise('SELECT * FROM places WHERE spot ~= point(1, 1) AND kind = 4');

-- An expression that raises an error for some values, where it raised none: with a warning.
CREATE TABLE documents (id integer, doc jsonb NOT NULL, code text NOT NULL, score numeric NOT NULL);
INSERT INTO documents SELECT i, jsonb_build_object('n', i), CASE WHEN i = 7777 THEN 'none' ELSE i::text END, i FROM generate_series(1, 20000) AS i;
ANALYZE documents;
SELECT ddl, reason FROM steward.recommend_indexes(ARRAY['SELECT * FROM documents WHERE (doc ->> ''n'')::integer = 77']);
SELECT ddl, reason FROM steward.recommend_indexes(ARRAY['SELECT * FROM documents WHERE 100 / score = 4']);
SELECT ddl, reason FROM steward.recommend_indexes(ARRAY['SELECT * FROM documents WHERE score / 10 = 4']);
-- But not where it raises one.
SELECT ddl, reason FROM steward.recommend_indexes(ARRAY['SELECT * FROM documents WHERE code::integer = 77']);
-- A cast that nobody wrote stands in the index.
SELECT ddl FROM steward.recommend_indexes(ARRAY['SELECT * FROM documents WHERE score = 77::double precision']);

-- The rows of a condition, also where hypopg cannot see their use: on another table than the first.
ALTER TABLE documents ADD state text NOT NULL DEFAULT 'done';
UPDATE documents SET state = 'open' WHERE id % 400 = 0;
VACUUM FULL ANALYZE documents;
CREATE TABLE authors AS SELECT i AS id, 'a' || i AS name FROM generate_series(1, 20000) AS i;
ALTER TABLE authors ADD PRIMARY KEY (id);
ANALYZE authors;
SELECT ddl, confirmed_by FROM steward.recommend_indexes(ARRAY['SELECT a.name FROM authors AS a JOIN documents AS d ON d.id = a.id WHERE d.state = ''open'' AND a.id < 900']);
SELECT ddl, confirmed_by FROM steward.recommend_indexes(ARRAY['SELECT d.code FROM documents AS d WHERE d.state = ''open'' AND d.id < 900']);
-- Where nothing else is read, any key will do.
ALTER TABLE documents ADD note text;
UPDATE documents SET note = 'n' WHERE id % 50 = 0;
VACUUM FULL ANALYZE documents;
SELECT ddl FROM steward.recommend_indexes(ARRAY['SELECT count(*) FROM documents WHERE note IS NOT NULL']);
-- No btree of values that are too long for it.
CREATE TABLE essays AS SELECT i AS id, (SELECT string_agg(md5((i * 1000 + k)::text), '') FROM generate_series(1, 150) AS k) AS body FROM generate_series(1, 2000) AS i;
ANALYZE essays;
SELECT ddl FROM steward.recommend_indexes(ARRAY['SELECT id FROM essays ORDER BY body LIMIT 3', 'SELECT id FROM essays WHERE body LIKE ''abc%''']);
-- What is grouped stands behind the range.
SELECT ddl FROM steward.recommend_indexes(ARRAY['SELECT code, count(*) FROM documents WHERE state = ''done'' AND id BETWEEN 100 AND 150 GROUP BY code']);

-- BRIN of an expression that is read again for each row, where rows lie in its order.
CREATE TABLE stays (id integer, during int4range, planned int4range, notes text NOT NULL);
INSERT INTO stays SELECT i, CASE WHEN i % 2 = 0 THEN int4range(i, i + 5) END, int4range(i, i + 9), repeat('n', 100) FROM generate_series(1, 20000) AS i;
ANALYZE stays;
SELECT ddl FROM steward.recommend_indexes(queries => ARRAY['SELECT * FROM stays WHERE coalesce(during, planned) && int4range(1, 5)'],
                                          storage_budget => 100000);

SET client_min_messages = warning;
DROP SCHEMA steward_candidates CASCADE;
