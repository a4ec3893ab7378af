-- Three tables that are joined, by foreign keys without an index on either
-- side, and an order that an index gives.
CREATE TABLE customers (id integer PRIMARY KEY, country text NOT NULL, name text NOT NULL);
CREATE TABLE orders (id integer PRIMARY KEY, customer integer NOT NULL, placed_at timestamptz NOT NULL, total integer NOT NULL);
CREATE TABLE lines (order_id integer NOT NULL, product integer NOT NULL, quantity integer NOT NULL);
INSERT INTO customers SELECT i, 'c' || i % 40, repeat('n', 40) FROM generate_series(1, 4000) AS i;
INSERT INTO orders SELECT i, 1 + i * 7919 % 4000, '2026-01-01'::timestamptz + i * 10007 % 40000 * interval '1 minute', i % 1000
  FROM generate_series(1, 40000) AS i;
INSERT INTO lines SELECT 1 + i * 7919 % 40000, i % 500, 1 + i % 3 FROM generate_series(1, 100000) AS i;
ANALYZE customers, orders, lines;

SELECT format('SELECT o.id, sum(l.quantity) FROM orders AS o JOIN lines AS l ON l.order_id = o.id WHERE o.customer = %s GROUP BY o.id', i * 17)
  FROM generate_series(1, 12) AS i \gexec
SELECT format('SELECT c.name, o.placed_at, o.total FROM customers AS c JOIN orders AS o ON o.customer = c.id WHERE c.country = ''c%s'' ORDER BY o.placed_at DESC LIMIT 20', i)
  FROM generate_series(1, 12) AS i \gexec
SELECT format('SELECT * FROM orders WHERE placed_at >= ''2026-01-0%s'' AND placed_at < ''2026-01-0%s'' ORDER BY placed_at', i % 8 + 1, i % 8 + 2)
  FROM generate_series(1, 12) AS i \gexec
SELECT format('SELECT count(*) FROM lines WHERE product = %s', i) FROM generate_series(1, 12) AS i \gexec
