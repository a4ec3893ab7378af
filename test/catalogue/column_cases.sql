-- Plain columns: which, in which order, and what goes along with them.

--! case equality
-- The simplest one.
SELECT * FROM orders WHERE customer_id = 4711;
--! expert
CREATE INDEX ON orders (customer_id);

--! case equality_of_a_parameter
-- As pg_stat_statements shows it: the value is unknown, 4 rows in 200,000 are not.
SELECT id, total FROM orders WHERE customer_id = $1;
--! measure
SELECT id, total FROM orders WHERE customer_id = 4711;
--! expert
CREATE INDEX ON orders (customer_id);

--! case equality_then_range
-- Equality first, then the range: the other way round a third of the range is read in vain.
SELECT id, notes FROM orders WHERE placed_at >= '2025-05-01 00:00+00' AND placed_at < '2025-05-08 00:00+00' AND region = 7;
--! expert
CREATE INDEX ON orders (region, placed_at);
--! rejected
CREATE INDEX ON orders (placed_at, region);
CREATE INDEX ON orders (placed_at);
CREATE INDEX ON orders (region);

--! case three_equalities
-- Each alone finds thousands of rows, all three about a hundred.
SELECT id, notes FROM orders WHERE status = 'returned' AND region = 4 AND channel = 2;
--! expert
CREATE INDEX ON orders (region, status, channel);
--! rejected
CREATE INDEX ON orders (region, channel);
CREATE INDEX ON orders (status);

--! case equality_then_order
-- The newest of a region: no sort, and the limit ends the scan.
SELECT * FROM orders WHERE region = 11 ORDER BY placed_at DESC LIMIT 20;
--! expert
CREATE INDEX ON orders (region, placed_at);
--! rejected
CREATE INDEX ON orders (placed_at);

--! case order_then_filter
-- The range cannot be a boundary behind the wanted order, but it is checked in
-- the index, so that the rows that do not match are never fetched.
SELECT * FROM orders WHERE region = 11 AND total > 9800 ORDER BY placed_at DESC LIMIT 20;
--! expert
CREATE INDEX ON orders (region, placed_at, total);
--! rejected
CREATE INDEX ON orders (region, placed_at);

--! case mixed_order
-- The highest points, and the earliest of equals: no single direction gives that.
SELECT player_id, points FROM scores WHERE game_id = 17 ORDER BY points DESC, achieved_at LIMIT 25;
--! expert
CREATE INDEX ON scores (game_id, points DESC, achieved_at);

--! case mixed_order_of_all
-- The same without an equality.
SELECT id, notes FROM orders ORDER BY channel DESC, total LIMIT 30;
--! expert
CREATE INDEX ON orders (channel DESC, total);

--! case nulls_last
-- The default for DESC is NULLS FIRST, which would put 2,000 rows in the way.
SELECT id, shipped_at FROM orders ORDER BY shipped_at DESC NULLS LAST LIMIT 20;
--! expert
CREATE INDEX ON orders (shipped_at DESC NULLS LAST);

--! case nulls_first
-- Tasks without a priority come first, then the most urgent; read forward and backward alike.
SELECT id, payload FROM tasks WHERE queue = 3 ORDER BY priority NULLS FIRST, created_at LIMIT 10;
--! expert
CREATE INDEX ON tasks (queue, priority NULLS FIRST, created_at);

--! case include
-- Two percent of the rows, scattered over every page: the index alone must do.
SELECT sum(total), count(*) FROM orders WHERE placed_at >= '2025-05-01 00:00+00' AND placed_at < '2025-05-08 00:00+00';
--! expert
CREATE INDEX ON orders (placed_at) INCLUDE (total);
--! rejected
CREATE INDEX ON orders (placed_at);

--! case include_after_equality
-- What is read goes behind what is looked up.
SELECT product_id, sum(quantity * price) FROM order_lines WHERE product_id BETWEEN 1200 AND 1400 GROUP BY product_id;
--! expert
CREATE INDEX ON order_lines (product_id) INCLUDE (quantity, price);
--! rejected
CREATE INDEX ON order_lines (product_id);

--! case in_list
-- One descent for each element.
SELECT id, notes FROM orders WHERE customer_id IN (17, 4711, 22001, 31337, 49999);
--! expert
CREATE INDEX ON orders (customer_id);

--! case any_of_a_parameter
-- The same as drivers send it.
SELECT id, notes FROM orders WHERE customer_id = ANY ($1::integer[]);
--! measure
SELECT id, notes FROM orders WHERE customer_id = ANY ('{17,4711,22001,31337,49999}'::integer[]);
--! expert
CREATE INDEX ON orders (customer_id);

--! case in_list_then_range
-- The list counts as an equality: it leads.
SELECT id, notes FROM orders WHERE region IN (3, 9) AND placed_at >= '2025-12-25 00:00+00';
--! expert
CREATE INDEX ON orders (region, placed_at);
--! rejected
CREATE INDEX ON orders (region);

--! case or_of_two_columns
-- Neither index helps alone: each arm of the OR has its own.
SELECT id, body FROM messages WHERE sender = 77 OR recipient = 77;
--! expert
CREATE INDEX ON messages (sender);
CREATE INDEX ON messages (recipient);

--! case or_of_pairs
-- A conversation, seen from both sides.
SELECT id, body FROM messages WHERE (sender = 77 AND recipient = 1203) OR (sender = 1203 AND recipient = 77);
--! expert
CREATE INDEX ON messages (sender, recipient);

--! case in_list_of_rows
-- The same as drivers write it: each row is an arm.
SELECT id, body FROM messages WHERE (sender, recipient) IN ((77, 1203), (1203, 77), (5, 3999));
--! expert
CREATE INDEX ON messages (sender, recipient);

--! case or_beside_an_equality
-- Each arm is selective, what is common to them is not.
SELECT id, notes FROM orders WHERE channel = 2 AND (customer_id = 4711 OR reference = 'R641733-17');
--! expert
CREATE INDEX ON orders (customer_id);
CREATE INDEX ON orders (reference);

--! case or_of_different_kinds
-- A range in one arm, two equalities in the other.
SELECT id, notes FROM orders WHERE total > 9995 OR (customer_id = 4711 AND channel = 1);
--! expert
CREATE INDEX ON orders (total);
CREATE INDEX ON orders (customer_id);

--! case keyset
-- Paging by a row comparison: the columns in the order of the row.
SELECT id, placed_at, notes FROM orders WHERE (placed_at, id) < ('2025-07-01 00:00+00', 100000) ORDER BY placed_at DESC, id DESC LIMIT 20;
--! expert
CREATE INDEX ON orders (placed_at, id);

--! case keyset_after_equality
-- The same within a region.
SELECT id, placed_at, notes FROM orders WHERE region = 5 AND (placed_at, id) > ('2025-07-01 00:00+00', 100000) ORDER BY placed_at, id LIMIT 20;
--! expert
CREATE INDEX ON orders (region, placed_at, id);

--! case greatest_of_a_group
-- The end of one range of the index.
SELECT max(total) FROM orders WHERE region = 9;
--! expert
CREATE INDEX ON orders (region, total);

--! case latest_of_each
-- Each of the few customers starts a descent of its own.
SELECT c.id, o.total, o.placed_at FROM customers AS c
  CROSS JOIN LATERAL (SELECT total, placed_at FROM orders WHERE customer_id = c.id ORDER BY placed_at DESC LIMIT 1) AS o
 WHERE c.id BETWEEN 500 AND 520;
--! expert
CREATE INDEX ON orders (customer_id, placed_at);

--! case best_of_each
-- All groups and the order within them from the index alone: no sort, and a
-- third of the pages.
SELECT DISTINCT ON (game_id) game_id, points, player_id FROM scores ORDER BY game_id, points DESC;
--! expert
CREATE INDEX ON scores (game_id, points DESC) INCLUDE (player_id);
--! rejected
CREATE INDEX ON scores (game_id, points DESC);

--! case prefix_under_a_language
-- A collation that does not sort by bytes needs the operator class for patterns.
SELECT id, email FROM customers WHERE last_name LIKE 'baradoce%';
--! expert
CREATE INDEX ON customers (last_name text_pattern_ops);

--! case prefix_of_varchar
-- The same for varchar.
SELECT id, email FROM customers WHERE phone LIKE '+4912345%';
--! expert
CREATE INDEX ON customers (phone varchar_pattern_ops);

--! case prefix_under_c
-- Under collation C the plain operator class does.
SELECT id, total FROM orders WHERE reference LIKE 'R1234%';
--! expert
CREATE INDEX ON orders (reference);

--! case unique_in_the_data
-- A key in all but name.  UNIQUE is for the people who know the data, so it is
-- mentioned, not chosen.
SELECT id, first_name FROM customers WHERE email = 'Barado.Celebi17@Example.com';
--! expert
CREATE INDEX ON customers (email);
--! mentions CREATE UNIQUE INDEX

--! case one_index_for_several
-- A leading column that all share, so one index is enough.
SELECT id, total FROM orders WHERE customer_id = 4711;
SELECT id, total FROM orders WHERE customer_id = 4711 AND placed_at > '2025-06-01 00:00+00';
SELECT id, total FROM orders WHERE customer_id = 4711 ORDER BY placed_at DESC LIMIT 1;
--! expert
CREATE INDEX ON orders (customer_id, placed_at);
--! size 1.5
