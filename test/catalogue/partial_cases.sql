-- Constants that always occur, and select: the index holds only their rows.

--! case status_that_is_rare
-- The open ones are one in 200: an index of those alone is small, and is
-- written when an order is opened and closed, not for all others.
SELECT * FROM orders WHERE status = 'open' ORDER BY placed_at LIMIT 20;
--! expert
CREATE INDEX ON orders (placed_at) WHERE status = 'open';
--! size 2

--! case status_and_column
-- The same with a column of its own to look up.
SELECT * FROM orders WHERE status = 'held' AND region = 12;
--! expert
CREATE INDEX ON orders (region) WHERE status = 'held';
--! size 2

--! case is_null
-- What is not shipped yet: one in a hundred.
SELECT * FROM orders WHERE shipped_at IS NULL AND region = 6;
--! expert
CREATE INDEX ON orders (region) WHERE shipped_at IS NULL;
--! size 2

--! case is_not_null
-- Orders with a coupon, the newest first: one in fifty.
SELECT * FROM orders WHERE coupon IS NOT NULL ORDER BY placed_at DESC LIMIT 50;
--! expert
CREATE INDEX ON orders (placed_at) WHERE coupon IS NOT NULL;
--! size 2

--! case sparse_column
-- An equality says that it is not null, so the index can leave nulls out.
SELECT id, customer_id FROM orders WHERE coupon = 'C77';
--! expert
CREATE INDEX ON orders (coupon) WHERE coupon IS NOT NULL;

--! case boolean_queue
-- What is left to do, in its order: one in 150.
SELECT id, payload FROM tasks WHERE NOT processed ORDER BY created_at LIMIT 10;
--! expert
CREATE INDEX ON tasks (created_at) WHERE NOT processed;
--! size 2

--! case unread
-- Of one person, as the count beside the bell.
SELECT count(*) FROM messages WHERE recipient = 1203 AND read_at IS NULL;
--! expert
CREATE INDEX ON messages (recipient) WHERE read_at IS NULL;
--! size 2

--! case predicate_of_several
-- Three statements, all of them about what is held.
SELECT id, total FROM orders WHERE status = 'held' AND customer_id = 4711;
SELECT id, total FROM orders WHERE status = 'held' AND customer_id = $1;
SELECT count(*) FROM orders WHERE status = 'held' AND customer_id BETWEEN 4000 AND 4100;
--! measure
SELECT id, total FROM orders WHERE status = 'held' AND customer_id = 4711;
SELECT count(*) FROM orders WHERE status = 'held' AND customer_id BETWEEN 4000 AND 4100;
--! expert
CREATE INDEX ON orders (customer_id) WHERE status = 'held';
--! size 2

--! case constants_that_differ
-- The status is another one each time: it belongs to the columns.
SELECT * FROM orders WHERE status = 'open' AND region = 3;
SELECT * FROM orders WHERE status = 'held' AND region = 4;
SELECT * FROM orders WHERE status = 'returned' AND region = 5;
--! expert
CREATE INDEX ON orders (region, status);

--! case constant_that_selects_nothing
-- Nearly all customers are active: saying so again in the index gains nothing.
SELECT id, email FROM customers WHERE active AND city = 1234;
--! expert
CREATE INDEX ON customers (city);

--! case statement_without_the_constant
-- Half of the statements ask without the status, so a partial index would leave
-- those to a second one.
SELECT id, total FROM orders WHERE customer_id = 4711 AND status = 'done';
SELECT id, total FROM orders WHERE customer_id = 4711;
--! expert
CREATE INDEX ON orders (customer_id);
--! size 1.5
