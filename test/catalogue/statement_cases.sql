-- Where in a statement, and in which kind of one, a table can be.

--! case join
-- Two tables, each by what leads to it.
SELECT o.id, l.product_id, l.price FROM orders AS o JOIN order_lines AS l ON l.order_id = o.id WHERE o.customer_id = 4711;
--! expert
CREATE INDEX ON orders (customer_id);
CREATE INDEX ON order_lines (order_id);

--! case not_exists
-- The sublink becomes a join.
SELECT c.id, c.email FROM customers AS c
 WHERE c.id BETWEEN 1000 AND 1050 AND NOT EXISTS (SELECT FROM orders AS o WHERE o.customer_id = c.id AND o.status = 'done');
--! expert
CREATE INDEX ON orders (customer_id);

--! case sublink_in_the_target
-- Once a row of the outer query.
SELECT p.id, p.title, (SELECT sum(quantity) FROM order_lines WHERE product_id = p.id) FROM products AS p WHERE p.id BETWEEN 100 AND 120;
--! expert
CREATE INDEX ON order_lines (product_id) INCLUDE (quantity);
--! rejected
CREATE INDEX ON order_lines (product_id);

--! case in_sublink
-- The inner side is looked up by customer, the outer by order.
SELECT product_id, quantity FROM order_lines WHERE order_id IN (SELECT id FROM orders WHERE customer_id = 4711);
--! expert
CREATE INDEX ON orders (customer_id);
CREATE INDEX ON order_lines (order_id);

--! case view
-- What the view adds counts as well.
SELECT id, total FROM recent_orders WHERE customer_id = 4711;
--! expert
CREATE INDEX ON orders (customer_id);

--! case cte
-- A query of its own.
WITH latest AS MATERIALIZED (SELECT * FROM orders WHERE region = 11 ORDER BY placed_at DESC LIMIT 20)
SELECT latest.id, customers.email FROM latest JOIN customers ON customers.id = latest.customer_id;
--! expert
CREATE INDEX ON orders (region, placed_at);

--! case union_all
-- Each arm for itself.
SELECT id, placed_at AS at FROM orders WHERE customer_id = 4711 UNION ALL SELECT id, sent_at FROM messages WHERE sender = 1203;
--! expert
CREATE INDEX ON orders (customer_id);
CREATE INDEX ON messages (sender);

--! case materialized_view
-- A materialized view is a table to look things up in.
SELECT region, total FROM customer_totals WHERE customer_id = 4711;
--! expert
CREATE INDEX ON customer_totals (customer_id);

--! case refresh
-- To fill one runs its query.  A week is one row in 3,000, on every page.
CREATE MATERIALIZED VIEW august AS SELECT order_id, product_id, price FROM order_lines WHERE returned_on BETWEEN '2025-08-01' AND '2025-08-03';
--! measure
REFRESH MATERIALIZED VIEW returned_lines;
--! utility
--! expert
CREATE INDEX ON order_lines (returned_on);

--! case update
-- A write has to find its rows as well.
UPDATE orders SET notes = 'seen' WHERE customer_id = 4711;
--! write
--! expert
CREATE INDEX ON orders (customer_id);

--! case update_from
-- By a join.
UPDATE order_lines AS l SET price = c.price FROM price_changes AS c WHERE l.product_id = c.product_id;
--! write
--! expert
CREATE INDEX ON order_lines (product_id);

--! case delete
-- What is out of date.
DELETE FROM sessions WHERE started_at < '2026-01-01 06:00+00';
--! write
--! expert
CREATE INDEX ON sessions (started_at);

--! case merge
-- Its source meets the target by a key that has no index.
MERGE INTO order_lines AS l USING price_changes AS c ON l.product_id = c.product_id
 WHEN MATCHED THEN UPDATE SET price = c.price;
--! write
--! expert
CREATE INDEX ON order_lines (product_id);

--! case insert_select
-- The rows come from a query.
INSERT INTO archived_orders SELECT id, customer_id, total, placed_at FROM orders WHERE placed_at < '2025-01-01 06:00+00';
--! write
--! expert
CREATE INDEX ON orders (placed_at);

--! case foreign_key_delete
-- The constraint looks for rows that refer to the one that goes.
DELETE FROM warehouses WHERE id = 1234;
--! triggers
--! write
--! expert
CREATE INDEX ON shipments (warehouse_id);

--! case foreign_key_update
-- And for those to change along with a key.
UPDATE carriers SET code = 'carrier of the year' WHERE code = 'carrier777';
--! triggers
--! write
--! expert
CREATE INDEX ON shipments (carrier);

--! case partitioned
-- An index on the parent is one on each partition.
SELECT * FROM readings WHERE sensor_id = 777;
--! expert
CREATE INDEX ON readings (sensor_id);

--! case partitioned_and_pruned
-- The partition key still is a range within a partition.
SELECT * FROM readings WHERE sensor_id IN (17, 777) AND taken_at >= '2026-03-10 00:00+00' AND taken_at < '2026-03-12 00:00+00';
--! expert
CREATE INDEX ON readings (sensor_id, taken_at);

--! case partitioned_in_order
-- The latest of one sensor over all partitions, each in its order.
SELECT taken_at, value FROM readings WHERE sensor_id = 777 ORDER BY taken_at DESC LIMIT 5;
--! expert
CREATE INDEX ON readings (sensor_id, taken_at);
