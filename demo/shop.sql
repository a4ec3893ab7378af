-- A sample shop, as a young one is: primary keys, foreign keys, and no other
-- index.  Half a million orders with 1.5 million lines, two years of them.
--
-- The values are skewed as real ones are: old customers order most, a few
-- products are hot, nearly all orders are done and few are open, and what was
-- written later has the later timestamp.  The random numbers start from a
-- fixed seed, so that every load gives the same shop.
--
-- For an empty database; loads within seconds and ends with fresh statistics.

\set ON_ERROR_STOP on
SET client_min_messages = warning;
SET synchronous_commit = off;
SELECT setseed(0.2026) \g /dev/null

BEGIN;

CREATE TABLE customers (
	id         bigint PRIMARY KEY,
	email      text NOT NULL,
	name       text NOT NULL,
	country    text NOT NULL,
	newsletter boolean NOT NULL,
	created_at timestamptz NOT NULL
);

CREATE TABLE products (
	id          bigint PRIMARY KEY,
	sku         text NOT NULL,
	name        text NOT NULL,
	category    integer NOT NULL,
	price_cents integer NOT NULL,
	stock       integer NOT NULL
);

CREATE TABLE orders (
	id          bigint PRIMARY KEY,
	customer_id bigint NOT NULL,
	status      text NOT NULL,
	placed_at   timestamptz NOT NULL,
	parcel      bigint NOT NULL,
	total_cents bigint NOT NULL,
	remark      text
);

CREATE TABLE order_lines (
	id          bigint PRIMARY KEY,
	order_id    bigint NOT NULL,
	product_id  bigint NOT NULL,
	quantity    integer NOT NULL,
	price_cents integer NOT NULL
);

CREATE TABLE events (
	id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	session_id  bigint NOT NULL,
	customer_id bigint,
	kind        text NOT NULL,
	happened_at timestamptz NOT NULL,
	payload     jsonb NOT NULL
);

-- 100 000 customers.  The first fifth was there when the shop opened; half of
-- all live in one country.
INSERT INTO customers
SELECT c,
	   'customer' || c || '@example.com',
	   (ARRAY['Anna', 'Ben', 'Clara', 'David', 'Emma', 'Felix', 'Greta', 'Hugo'])[1 + c % 8] || ' ' ||
	   (ARRAY['Berger', 'Costa', 'Dubois', 'Jansen', 'Nowak', 'Rossi', 'Smith'])[1 + c % 7],
	   (ARRAY['DE', 'FR', 'NL', 'IT', 'ES', 'PL', 'AT', 'BE', 'SE', 'DK', 'PT', 'FI'])
		   [1 + floor(12 * random() ^ 4)::integer],
	   random() < 0.3,
	   timestamptz '2024-01-01 00:00+00' + (c - 20000) * interval '788 seconds'
FROM generate_series(1, 100000) AS c;

-- 20 000 products in 200 categories.
INSERT INTO products
SELECT p,
	   'SKU-' || p,
	   (ARRAY['Oak', 'Steel', 'Linen', 'Glass', 'Cork', 'Wool'])[1 + p % 6] || ' ' ||
	   (ARRAY['lamp', 'chair', 'mug', 'shelf', 'blanket', 'clock', 'bowl'])[1 + p % 7] || ' ' || p,
	   1 + floor(200 * random() ^ 1.5)::integer,
	   199 + floor(50000 * random() ^ 4)::integer,
	   floor(500 * random())::integer
FROM generate_series(1, 20000) AS p;

-- One to five lines for each order.  The hottest product is on 1 of 140 lines,
-- the average one on 1 of 20 000.
INSERT INTO order_lines
SELECT row_number() OVER (),
	   o,
	   p.id,
	   1 + floor(4 * random() ^ 3)::integer,
	   p.price_cents
FROM (SELECT o, 1 + (floor(19800 * random() ^ 2)::bigint * 7919) % 20000 AS product_id
	  FROM generate_series(1, 500000::bigint) AS o,
		   generate_series(1, 1 + (o * 48271 % 2147483647) % 5)) AS line
	 JOIN products p ON p.id = line.product_id;

-- 500 000 orders in two years, each by a customer who was there at the time:
-- the oldest customers have some thousand orders, the average one has five.
-- The last ones are still on their way.
INSERT INTO orders
SELECT o,
	   1 + floor((20000 + o * 0.16) * random() ^ 2)::bigint,
	   CASE WHEN o <= 495000 THEN
				CASE WHEN chance < 0.96 THEN 'done' WHEN chance < 0.99 THEN 'cancelled' ELSE 'returned' END
			WHEN chance < 0.5 THEN 'shipped'
			WHEN chance < 0.7 THEN 'paid'
			ELSE 'open' END,
	   timestamptz '2024-01-01 00:00+00' + (o + random() * 20) * interval '126 seconds',
	   7000000000 + o * 7919 % 500009,
	   (SELECT sum(quantity * price_cents) FROM unnest(quantities, prices) AS line (quantity, price_cents)),
	   CASE WHEN chance < 0.1 THEN 'please leave the parcel with the neighbours' END
FROM (SELECT order_id AS o, array_agg(quantity) AS quantities, array_agg(price_cents) AS prices, random() AS chance
	  FROM order_lines GROUP BY order_id ORDER BY order_id) AS lines;

-- 600 000 events of about 60 000 visits that overlap in time.
INSERT INTO events (session_id, customer_id, kind, happened_at, payload)
SELECT (e + floor(random() * 2000)::bigint) / 10,
	   CASE WHEN chance < 0.5 THEN 1 + floor(100000 * random() ^ 2)::bigint END,
	   CASE WHEN chance < 0.70 THEN 'view' WHEN chance < 0.90 THEN 'search' WHEN chance < 0.98 THEN 'cart' ELSE 'checkout' END,
	   timestamptz '2025-11-01 00:00+00' + e * interval '8.6 seconds',
	   CASE WHEN chance < 0.98 THEN jsonb_build_object('page', '/product/' || floor(20000 * random() ^ 2), 'ms', floor(900 * random()))
			ELSE jsonb_build_object('page', '/checkout', 'ms', floor(900 * random()),
									'coupon', 'COUPON-' || floor(500 * random() ^ 2)) END
FROM (SELECT e, random() AS chance FROM generate_series(1, 600000) AS e) AS event;

ALTER TABLE orders ADD FOREIGN KEY (customer_id) REFERENCES customers;
ALTER TABLE order_lines ADD FOREIGN KEY (order_id) REFERENCES orders;
ALTER TABLE order_lines ADD FOREIGN KEY (product_id) REFERENCES products;
ALTER TABLE events ADD FOREIGN KEY (customer_id) REFERENCES customers;

COMMIT;

VACUUM ANALYZE;
