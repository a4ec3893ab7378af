--
-- The tables of the catalogue: what its cases ask about.
--
-- Everything comes from a hash of the row's number, so the data is the same in
-- every run, yet columns are independent of each other and of the order on
-- disk, except where a table says otherwise.  No table has an index beyond its
-- primary key.  The widths are those of ordinary rows, since what an index
-- saves depends on them.
--
SET client_min_messages = warning;

-- scatter(I, STREAM, N): 0 to N - 1; each stream is independent of the others.
CREATE FUNCTION scatter(i integer, stream integer, n integer) RETURNS integer
LANGUAGE sql IMMUTABLE
RETURN mod(hashint4extended(i, stream) & 9223372036854775807, n);

-- word(I): one of 200 pronounceable words.
CREATE FUNCTION word(i integer) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN (ARRAY['bar','cel','dor','fen','gil','hum','jor','kal','lim','mon','nor','pel','quo','ras','sel','tur','vel','wim','yor','zan'])[1 + i / 10 % 20]
    || (ARRAY['ado','ebi','iko','ola','uma','ander','esto','inga','orin','ulek'])[1 + i % 10];

-- Too small for any index to matter.
CREATE TABLE countries (id integer PRIMARY KEY, code text NOT NULL, name text NOT NULL);
INSERT INTO countries SELECT i, chr(65 + i / 26) || chr(65 + i % 26), word(i) FROM generate_series(0, 199) AS i;

-- People; e-mail addresses are unique and of mixed case, names sort by ICU.
CREATE TABLE customers (
	id         integer PRIMARY KEY,
	email      text NOT NULL,
	first_name text COLLATE "und-x-icu" NOT NULL,
	last_name  text COLLATE "und-x-icu" NOT NULL,
	phone      varchar(20) COLLATE "und-x-icu" NOT NULL,
	nickname   text,
	country    smallint NOT NULL,
	city       integer NOT NULL,
	birthday   date NOT NULL,
	referrer   integer,
	active     boolean NOT NULL,
	newsletter boolean NOT NULL,
	created_at timestamptz NOT NULL,
	details    jsonb NOT NULL,
	about      text NOT NULL
);
INSERT INTO customers
SELECT i, initcap(word(scatter(i, 1, 200))) || '.' || initcap(word(scatter(i, 2, 200))) || i || '@Example.com',
       word(scatter(i, 1, 200)), word(scatter(i, 2, 200)) || word(scatter(i, 3, 200)),
       '+49' || (1000000 + scatter(i, 4, 9000000)),
       CASE WHEN scatter(i, 5, 4) = 0 THEN word(scatter(i, 5, 200)) || i END,
       scatter(i, 6, 200), scatter(i, 7, 3000), date '1940-01-01' + scatter(i, 8, 25000),
       CASE WHEN scatter(i, 9, 100) = 0 THEN 1 + scatter(i, 10, 50000) END,
       scatter(i, 11, 500) <> 0, scatter(i, 12, 2) = 0,
       timestamptz '2020-01-01 00:00+00' + scatter(i, 13, 3000000) * interval '1 minute',
       jsonb_build_object('tier', (ARRAY['basic','basic','basic','plus','gold'])[1 + scatter(i, 14, 5)],
                          'loyalty', 'L' || scatter(i, 15, 40000), 'language', scatter(i, 16, 30)),
       repeat('about ', 12)
  FROM generate_series(1, 50000) AS i;

-- Orders; nearly all are done, shipped and without a coupon.
CREATE TABLE orders (
	id          integer PRIMARY KEY,
	customer_id integer NOT NULL,
	region      smallint NOT NULL,
	channel     smallint NOT NULL,
	status      text NOT NULL,
	total       numeric(10, 2) NOT NULL,
	placed_at   timestamptz NOT NULL,
	shipped_at  timestamptz,
	coupon      text,
	reference   text NOT NULL,
	notes       text NOT NULL
);
INSERT INTO orders
SELECT i, 1 + scatter(i, 21, 50000), scatter(i, 22, 20), scatter(i, 23, 5),
       CASE WHEN s < 1 THEN 'open' WHEN s < 4 THEN 'held' WHEN s < 10 THEN 'returned' ELSE 'done' END,
       scatter(i, 25, 1000000) / 100.0,
       timestamptz '2025-01-01 00:00+00' + scatter(i, 26, 31536000) * interval '1 second',
       CASE WHEN scatter(i, 27, 100) > 0 THEN timestamptz '2025-01-03 00:00+00' + scatter(i, 26, 31536000) * interval '1 second' END,
       CASE WHEN scatter(i, 28, 50) = 0 THEN 'C' || scatter(i, 29, 800) END,
       'R' || scatter(i, 30, 1000000) || '-' || i, repeat('notes ', 11)
  FROM generate_series(1, 200000) AS i, scatter(i, 24, 200) AS s;

-- Their lines, in the order of the orders.
CREATE TABLE order_lines (
	order_id    integer NOT NULL,
	line        integer NOT NULL,
	product_id  integer NOT NULL,
	quantity    integer NOT NULL,
	price       numeric(10, 2) NOT NULL,
	returned_on date
);
INSERT INTO order_lines
SELECT 1 + i / 3, 1 + i % 3, 1 + scatter(i, 31, 30000), 1 + scatter(i, 32, 9), scatter(i, 33, 50000) / 100.0,
       CASE WHEN scatter(i, 34, 60) = 0 THEN date '2025-01-01' + scatter(i, 35, 365) END
  FROM generate_series(0, 199999) AS i;

CREATE TABLE products (
	id          integer PRIMARY KEY,
	sku         text NOT NULL,
	title       text NOT NULL,
	category_id integer NOT NULL,
	price       numeric(10, 2) NOT NULL,
	attributes  jsonb NOT NULL,
	tags        text[] NOT NULL,
	description text NOT NULL
);
INSERT INTO products
SELECT i, 'SKU-' || (100000 + i), initcap(word(scatter(i, 41, 200))) || ' ' || word(scatter(i, 42, 200)) || ' ' || (10000 + scatter(i, 43, 90000)),
       scatter(i, 44, 300), scatter(i, 45, 100000) / 100.0,
       jsonb_build_object('color', word(scatter(i, 46, 40)), 'size', scatter(i, 47, 60), 'brand', word(scatter(i, 48, 200)),
                          'box', jsonb_build_object('width', scatter(i, 49, 90), 'height', scatter(i, 50, 90)))
         || CASE WHEN scatter(i, 51, 200) = 0 THEN '{"warranty": 24}'::jsonb ELSE '{}' END,
       ARRAY[word(scatter(i, 52, 200)), word(scatter(i, 53, 200)), word(scatter(i, 54, 20))],
       repeat('description ', 8)
  FROM generate_series(1, 30000) AS i;

-- Texts, with and without a tsvector beside them.
CREATE TABLE documents (
	id        integer PRIMARY KEY,
	author_id integer NOT NULL,
	written   timestamp NOT NULL,
	body      text NOT NULL,
	search    tsvector NOT NULL
);
INSERT INTO documents
SELECT i, scatter(i, 61, 2000), timestamp '2024-01-01' + scatter(i, 62, 63072000) * interval '1 second', body, to_tsvector('simple', body)
  FROM generate_series(1, 20000) AS i,
       LATERAL (SELECT string_agg(word(scatter(i, 1000 + k, 200)) || CASE WHEN k % 3 = 0 THEN word(scatter(i, 2000 + k, 200)) ELSE '' END, ' ') AS body
                  FROM generate_series(1, 15) AS k) AS b;

-- The log of a service, written in the order of its times.
CREATE TABLE events (
	id         bigint PRIMARY KEY,
	at         timestamptz NOT NULL,
	kind       smallint NOT NULL,
	account_id integer NOT NULL,
	amount     integer NOT NULL,
	payload    text NOT NULL
);
INSERT INTO events
SELECT i, timestamptz '2026-01-01 00:00+00' + (i * 20 + scatter(i, 71, 60)) * interval '1 second', scatter(i, 72, 12),
       scatter(i, 73, 8000), scatter(i, 74, 100000), repeat('payload ', 10)
  FROM generate_series(1, 200000) AS i;

CREATE TABLE messages (
	id        integer PRIMARY KEY,
	sender    integer NOT NULL,
	recipient integer NOT NULL,
	sent_at   timestamptz NOT NULL,
	read_at   timestamptz,
	body      text NOT NULL
);
INSERT INTO messages
SELECT i, scatter(i, 81, 4000), scatter(i, 82, 4000), timestamptz '2025-01-01 00:00+00' + scatter(i, 83, 31536000) * interval '1 second',
       CASE WHEN scatter(i, 84, 40) > 0 THEN timestamptz '2026-01-01 00:00+00' + scatter(i, 85, 1000000) * interval '1 second' END,
       repeat('body ', 16)
  FROM generate_series(1, 100000) AS i;

-- A queue: what is processed stays.
CREATE TABLE tasks (
	id         integer PRIMARY KEY,
	queue      smallint NOT NULL,
	priority   integer,
	processed  boolean NOT NULL,
	created_at timestamptz NOT NULL,
	locked_by  integer,
	payload    text NOT NULL
);
INSERT INTO tasks
SELECT i, scatter(i, 91, 8), CASE WHEN scatter(i, 92, 10) > 0 THEN scatter(i, 93, 1000) END, scatter(i, 94, 150) <> 0,
       timestamptz '2026-01-01 00:00+00' + scatter(i, 95, 5000000) * interval '1 second',
       CASE WHEN scatter(i, 96, 250) = 0 THEN scatter(i, 97, 300) END, repeat('payload ', 10)
  FROM generate_series(1, 100000) AS i;

CREATE TABLE scores (
	id          integer PRIMARY KEY,
	game_id     integer NOT NULL,
	player_id   integer NOT NULL,
	points      integer NOT NULL,
	achieved_at timestamptz NOT NULL,
	comment     text NOT NULL
);
INSERT INTO scores
SELECT i, scatter(i, 101, 40), scatter(i, 102, 5000), scatter(i, 103, 5000),
       timestamptz '2026-01-01 00:00+00' + scatter(i, 104, 5000000) * interval '1 second', repeat('comment ', 8)
  FROM generate_series(1, 100000) AS i;

CREATE TABLE invoices (
	id        integer PRIMARY KEY,
	number    text NOT NULL,
	issued_on date NOT NULL,
	due_days  integer NOT NULL,
	paid_on   date,
	net       integer NOT NULL,
	tax       integer NOT NULL,
	opened_at timestamp NOT NULL,
	closed_at timestamp NOT NULL,
	address   text NOT NULL
);
INSERT INTO invoices
SELECT i, 'INV' || scatter(i, 111, 1000000) || '/' || i, date '2022-01-01' + scatter(i, 112, 1400), (ARRAY[7, 14, 30, 60])[1 + scatter(i, 113, 4)],
       CASE WHEN scatter(i, 114, 30) > 0 THEN date '2022-01-10' + scatter(i, 115, 1400) END,
       100 + scatter(i, 116, 1000000), scatter(i, 117, 190000),
       timestamp '2022-01-01' + scatter(i, 118, 120000000) * interval '1 second',
       timestamp '2022-01-01' + (scatter(i, 118, 120000000) + scatter(i, 119, 400000)) * interval '1 second',
       repeat('address ', 10)
  FROM generate_series(1, 60000) AS i;

-- Logins: tokens are long and without any order.
CREATE TABLE sessions (
	id         integer PRIMARY KEY,
	token      text NOT NULL,
	user_id    integer NOT NULL,
	started_at timestamptz NOT NULL,
	agent      text NOT NULL
);
INSERT INTO sessions
SELECT i, md5(i::text) || md5('second' || i) || md5('third' || i), scatter(i, 121, 20000),
       timestamptz '2026-01-01 00:00+00' + scatter(i, 122, 5000000) * interval '1 second', repeat('agent ', 10)
  FROM generate_series(1, 100000) AS i;

-- Addresses of pages: some are longer than what fits into an entry of a btree.
CREATE TABLE pages (
	id      integer PRIMARY KEY,
	address text NOT NULL,
	fetched timestamptz NOT NULL
);
INSERT INTO pages
SELECT i, 'https://example.com/' || md5(i::text) ||
          CASE WHEN i % 100 = 0 THEN (SELECT string_agg(md5(i * 1000 + k || ''), '') FROM generate_series(1, 110) AS k) ELSE '/' || repeat('p', 60) END,
       timestamptz '2026-01-01 00:00+00' + scatter(i, 131, 5000000) * interval '1 second'
  FROM generate_series(1, 30000) AS i;

-- Rooms are booked for a few days at a time, one guest after the other.
CREATE TABLE bookings (
	id      integer PRIMARY KEY,
	room_id integer NOT NULL,
	guest   integer NOT NULL,
	during  tsrange NOT NULL,
	remarks text NOT NULL
);
INSERT INTO bookings
SELECT i, i % 250, scatter(i, 141, 20000),
       tsrange(timestamp '2026-01-01 14:00' + i / 250 * interval '3 days', timestamp '2026-01-01 10:00' + (i / 250 * 3 + 1 + scatter(i, 142, 3)) * interval '1 day'),
       repeat('remarks ', 9)
  FROM (SELECT i FROM generate_series(1, 50000) AS i ORDER BY scatter(i, 143, 1000000)) AS i;

CREATE TABLE places (
	id       integer PRIMARY KEY,
	name     text NOT NULL,
	location point NOT NULL,
	outline  box NOT NULL,
	remarks  text NOT NULL
);
INSERT INTO places
SELECT i, word(scatter(i, 151, 200)) || i, point(x, y), box(point(x - 2, y - 2), point(x + scatter(i, 154, 20), y + scatter(i, 155, 20))), repeat('remarks ', 8)
  FROM (SELECT i, scatter(i, 152, 1000000) / 100.0 AS x, scatter(i, 153, 1000000) / 100.0 AS y FROM generate_series(1, 50000) AS i) AS p;

CREATE TABLE networks (
	id    integer PRIMARY KEY,
	block inet NOT NULL,
	owner text NOT NULL
);
INSERT INTO networks
SELECT i, set_masklen(inet '10.0.0.0' + scatter(i, 161, 16777216)::bigint, 20 + scatter(i, 162, 9)), repeat('owner ', 12)
  FROM generate_series(1, 50000) AS i;

-- Types without an operator class for what one asks of them.
CREATE TABLE drawings (
	id   integer PRIMARY KEY,
	axis line NOT NULL,
	raw  json NOT NULL,
	note text NOT NULL
);
INSERT INTO drawings
SELECT i, line(point(0, i), point(1, i + 1 + scatter(i, 171, 50))), json_build_object('id', i), repeat('note ', 16)
  FROM generate_series(1, 20000) AS i;

-- Two parents that are referred to, one of them by a name that people change.
CREATE TABLE warehouses (id integer PRIMARY KEY, town text NOT NULL);
CREATE TABLE carriers (code text PRIMARY KEY, phone text NOT NULL);
CREATE TABLE shipments (
	id           integer PRIMARY KEY,
	warehouse_id integer NOT NULL,
	carrier      text,
	weight       integer NOT NULL,
	remarks      text NOT NULL
);
INSERT INTO warehouses SELECT i, word(i % 200) FROM generate_series(1, 3000) AS i;
INSERT INTO carriers SELECT 'carrier' || i, '+49' || i FROM generate_series(1, 3000) AS i;
INSERT INTO shipments
SELECT i, 1 + scatter(i, 181, 3000), 'carrier' || (1 + scatter(i, 182, 3000)), scatter(i, 183, 1000), repeat('remarks ', 8)
  FROM generate_series(1, 100000) AS i;
ALTER TABLE shipments
	ADD FOREIGN KEY (warehouse_id) REFERENCES warehouses ON DELETE CASCADE,
	ADD FOREIGN KEY (carrier) REFERENCES carriers ON UPDATE CASCADE ON DELETE SET NULL;

-- Sensors' readings, a partition a month.
CREATE TABLE readings (
	sensor_id integer NOT NULL,
	taken_at  timestamptz NOT NULL,
	value     integer NOT NULL,
	remarks   text NOT NULL
) PARTITION BY RANGE (taken_at);
SELECT format('CREATE TABLE readings_%s PARTITION OF readings FOR VALUES FROM (%L) TO (%L)', to_char(month, 'MM'),
              to_char(month, 'YYYY-MM-DD 00:00+00'), to_char(month + interval '1 month', 'YYYY-MM-DD 00:00+00'))
  FROM generate_series(timestamp '2026-01-01', timestamp '2026-06-01', interval '1 month') AS month \gexec
INSERT INTO readings
SELECT scatter(i, 191, 1500), timestamptz '2026-01-01 00:00+00' + scatter(i, 192, 181 * 86400) * interval '1 second', scatter(i, 193, 10000), repeat('remarks ', 7)
  FROM generate_series(1, 120000) AS i;

-- What lies over the tables.
CREATE VIEW recent_orders AS
SELECT id, customer_id, region, total, placed_at FROM orders WHERE placed_at >= '2025-06-01 00:00+00';
CREATE MATERIALIZED VIEW customer_totals AS
SELECT customer_id, region, count(*) AS orders, sum(total) AS total FROM orders GROUP BY customer_id, region;
CREATE MATERIALIZED VIEW returned_lines AS
SELECT order_id, product_id, price FROM order_lines WHERE returned_on BETWEEN '2025-03-01' AND '2025-03-07';
CREATE TABLE archived_orders (id integer, customer_id integer, total numeric(10, 2), placed_at timestamptz);
CREATE TABLE price_changes (product_id integer, price numeric(10, 2));
INSERT INTO price_changes SELECT 1 + scatter(i, 201, 30000), 9.99 FROM generate_series(1, 5) AS i;

DROP FUNCTION scatter, word;
VACUUM ANALYZE;
