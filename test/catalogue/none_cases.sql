-- No index is the right answer.

--! case small_table
-- A handful of pages is read at once.
SELECT * FROM countries WHERE code = 'AB';
--! expert none

--! case temporary_table
-- Gone before anybody builds it.
SELECT * FROM basket WHERE product_id = 17;
--! session
CREATE TEMP TABLE basket AS SELECT i AS id, i * 7919 % 30000 AS product_id, repeat('note ', 20) AS note FROM generate_series(1, 30000) AS i;
ANALYZE basket;
--! expert none

--! case system_catalog
-- The server's own.
SELECT * FROM pg_attribute WHERE attlen = 17;
SELECT * FROM pg_proc WHERE prosrc = 'int4eq';
--! expert none

--! case foreign_table
-- Its data is elsewhere.
SELECT * FROM remote_orders WHERE customer_id = 4711;
--! prepare
CREATE EXTENSION postgres_fdw;
CREATE SERVER elsewhere FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'localhost', dbname 'nowhere');
CREATE USER MAPPING FOR PUBLIC SERVER elsewhere;
CREATE FOREIGN TABLE remote_orders (id integer, customer_id integer, total numeric) SERVER elsewhere;
--! cleanup
SET client_min_messages = warning;
DROP EXTENSION postgres_fdw CASCADE;
--! expert none

--! case unselective_range
-- Nearly all rows.
SELECT * FROM orders WHERE total > 100;
SELECT * FROM orders WHERE region >= 1;
--! expert none

--! case unselective_flag
-- Half of the rows, on every page.
SELECT * FROM customers WHERE newsletter;
--! expert none

--! case inequality
-- What differs from one value is nearly everything.
SELECT * FROM orders WHERE customer_id <> 4711;
SELECT * FROM orders WHERE channel NOT IN (1, 2);
--! expert none

--! case existing_index
-- There is one already: as a prefix, with more columns, read backward.
SELECT * FROM orders WHERE customer_id = 4711;
SELECT * FROM orders WHERE customer_id = 4711 AND placed_at > '2025-06-01 00:00+00';
SELECT * FROM orders WHERE customer_id = 4711 ORDER BY placed_at DESC LIMIT 3;
--! prepare
CREATE INDEX orders_customer_id_placed_at ON orders (customer_id, placed_at);
--! cleanup
DROP INDEX orders_customer_id_placed_at;
--! expert none

--! case existing_partial_index
-- And a partial one, which fits.
SELECT * FROM orders WHERE status = 'open' ORDER BY placed_at LIMIT 20;
--! prepare
CREATE INDEX orders_open ON orders (placed_at) WHERE status = 'open';
--! cleanup
DROP INDEX orders_open;
--! expert none

--! case existing_gin_index
-- Whose operator class answers this too.
SELECT id, title FROM products WHERE attributes @> '{"brand": "barado", "size": 42}';
--! prepare
CREATE INDEX products_attributes ON products USING gin (attributes jsonb_path_ops);
--! cleanup
DROP INDEX products_attributes;
--! expert none

--! case primary_key
-- The key finds it.
SELECT * FROM customers WHERE id = 17 AND active;
UPDATE customers SET nickname = 'seventeen' WHERE id = 17;
--! expert none

--! case stable_expressions
-- The day of a moment depends on the session's time zone, its text on the
-- session's style: such an expression cannot be indexed.
SELECT * FROM orders WHERE placed_at::date = '2025-07-05';
SELECT * FROM orders WHERE to_char(placed_at, 'YYYY-MM-DD') = '2025-07-05';
SELECT * FROM orders WHERE date_trunc('day', placed_at) = '2025-07-05 00:00+00';
SELECT * FROM orders WHERE placed_at + interval '1 month' = '2025-07-05 00:00+00';
--! expert none

--! case volatile_expressions
-- Another value each time.
SELECT * FROM orders WHERE customer_id * random() > 49990;
SELECT * FROM orders ORDER BY random() LIMIT 5;
--! expert none

--! case type_without_an_operator_class
-- Lines are equal or not, and no access method knows.
SELECT * FROM drawings WHERE axis = line '{1, -1, 17}';
SELECT * FROM drawings WHERE axis ?|| line '{1, -1, 17}';
--! expert none

--! case aggregate_of_all
-- Everything is read anyway.
SELECT region, count(*), sum(total), max(length(notes)) FROM orders GROUP BY region;
SELECT count(*), max(length(about)) FROM customers;
--! expert none

--! case join_of_all
-- Every row of both sides meets: a hash join reads each table once.
SELECT c.city % 10, max(length(o.notes || c.about)) FROM orders AS o JOIN customers AS c ON c.id = o.customer_id GROUP BY c.city % 10;
--! expert none

--! case distance_below
-- GiST knows the nearest and what lies in a circle, not a distance that is
-- compared; and an index of distances from one place would serve that place only.
SELECT id, name FROM places WHERE location <-> point '(1234, 5678)' < 20;
--! expert none

--! case element_of_an_array
-- No operator class knows a constant = ANY (column); the statement would have
-- to say tags @> ARRAY['barado'].
SELECT id, title FROM products WHERE 'barado' = ANY (tags);
--! expert none

--! case piece_of_a_text
-- Without pg_trgm nothing finds a piece from the middle.
SELECT id, sku FROM products WHERE title LIKE '%o 12345%';
SELECT id, sku FROM products WHERE title ILIKE 'celebi%';
--! expert none

--! case insert
-- A row that is just written.
INSERT INTO archived_orders VALUES (1, 2, 3.00, now());
INSERT INTO order_lines (order_id, line, product_id, quantity, price) VALUES ($1, $2, $3, $4, $5);
--! expert none

--! case short_piece
-- Two letters make no trigram: the whole index would be read, and all of the table.
SELECT id, sku FROM products WHERE title LIKE '%ke%';
--! prepare
CREATE EXTENSION pg_trgm;
--! cleanup
DROP EXTENSION pg_trgm;
--! expert none

--! case key_in_every_document
-- An index of keys does not tell documents apart that all have the key.
SELECT id, title FROM products WHERE attributes ? 'color';
--! expert none

--! case no_brin_without_correlation
-- A btree does not fit, and a block range of any size holds all times.
SELECT count(*), max(length(notes)) FROM orders WHERE placed_at >= '2025-05-01 00:00+00' AND placed_at < '2025-05-03 00:00+00';
--! ask storage_budget => 100000
--! expert none

--! case foreign_key_with_an_index
-- What the constraint looks up has its index.
DELETE FROM warehouses WHERE id = 1234;
--! prepare
CREATE INDEX shipments_warehouse_id ON shipments (warehouse_id);
--! cleanup
DROP INDEX shipments_warehouse_id;
--! expert none

--! case first_rows
-- Any ten rows do.
SELECT * FROM orders LIMIT 10;
SELECT * FROM orders WHERE channel = 2 LIMIT 10;
--! expert none

--! case whole_partition
-- Pruning leaves one partition, and all of it is wanted.
SELECT sum(value), max(length(remarks)) FROM readings WHERE taken_at >= '2026-03-01 00:00+00' AND taken_at < '2026-04-01 00:00+00';
--! expert none
