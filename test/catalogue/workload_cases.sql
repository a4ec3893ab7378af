-- The observed workload: what is written has its price, and what is there may go.
-- No samples are kept here, so that each text has to be clear about its types
-- without constants.

--! case widened_index
-- The region's index finds a twentieth of the table, which is then sorted: with
-- the time behind the region it does all it did, and gives the order.
--! observe 20
SELECT * FROM orders WHERE region = {i} ORDER BY placed_at DESC LIMIT 10;
--! measure
SELECT * FROM orders WHERE region = 7 ORDER BY placed_at DESC LIMIT 10;
--! prepare
CREATE INDEX orders_region ON orders (region);
--! cleanup
DROP INDEX orders_region;
--! expert
CREATE INDEX ON orders (region, placed_at);
--! replaces orders_region
--! mentions orders_region can go, which takes back [\d.]+ MB

--! case widened_index_that_is_missed
-- The same, but there is a statement that reads the whole narrow index, and
-- the wide one, which no value repeats in, has several times its pages.
--! observe 20
SELECT * FROM orders WHERE region = {i} ORDER BY placed_at DESC LIMIT 10;
SELECT count(*) FROM orders WHERE region >= 0;
--! measure
SELECT * FROM orders WHERE region = 7 ORDER BY placed_at DESC LIMIT 10;
--! prepare
CREATE INDEX orders_region ON orders (region);
--! cleanup
DROP INDEX orders_region;
--! expert
CREATE INDEX ON orders (region, placed_at);

--! case covered_prefix
-- The wider index begins with the same column, and finds the same rows.
--! observe 20
SELECT * FROM orders WHERE customer_id = {i};
SELECT * FROM orders WHERE customer_id = {i} ORDER BY placed_at DESC LIMIT 3;
--! prepare
CREATE INDEX orders_customer_id ON orders (customer_id);
CREATE INDEX orders_customer_id_placed_at ON orders (customer_id, placed_at);
--! cleanup
DROP INDEX orders_customer_id, orders_customer_id_placed_at;
--! expert none
--! drops orders_customer_id
--! mentions covered by public.orders_customer_id_placed_at

--! case exact_duplicate
-- Made twice, by two people; the younger one goes.
--! observe 20
SELECT * FROM orders WHERE customer_id = {i};
--! prepare
CREATE INDEX orders_customer_id ON orders (customer_id);
CREATE INDEX orders_by_customer ON orders (customer_id);
--! cleanup
DROP INDEX orders_customer_id, orders_by_customer;
--! expert none
--! drops orders_by_customer
--! mentions an exact duplicate of public.orders_customer_id

--! case constraint_has_a_twin
-- The constraint needs its index, so the other one goes, though it is older.
--! observe 20
SELECT * FROM products WHERE sku = 'SKU-1000{i}';
--! prepare
CREATE INDEX products_by_sku ON products (sku);
ALTER TABLE products ADD CONSTRAINT products_sku_key UNIQUE (sku);
--! cleanup
ALTER TABLE products DROP CONSTRAINT products_sku_key;
DROP INDEX products_by_sku;
--! expert none
--! drops products_by_sku

--! case constraint_is_covered
-- A primary key stays, though another index begins with its column.
--! observe 20
SELECT * FROM orders WHERE id = {i};
SELECT customer_id FROM orders WHERE id = {i};
--! prepare
CREATE INDEX orders_id_customer_id ON orders (id, customer_id);
--! cleanup
DROP INDEX orders_id_customer_id;
--! expert none

--! case written_often
-- Read ten times, while hundred thousand rows come in: each of them would pay
-- for an index that hardly anybody uses.
--! prepare
CREATE TABLE ticks (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, device integer NOT NULL, value integer NOT NULL, note text NOT NULL);
INSERT INTO ticks (device, value, note) SELECT i * 7919 % 2000, i, repeat('note ', 6) FROM generate_series(1, 20000) AS i;
VACUUM ANALYZE ticks;
--! observe 10
SELECT * FROM ticks WHERE device = {i};
--! observe 100
INSERT INTO ticks (device, value, note) SELECT device, {i}, note FROM ticks WHERE id <= 1000;
--! cleanup
DROP TABLE ticks;
--! expert none
--! verdict it is read too rarely

--! case copied_often
-- The same rows, but they come by COPY, which has no plan.
--! prepare
CREATE TABLE ticks (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, device integer NOT NULL, value integer NOT NULL, note text NOT NULL);
INSERT INTO ticks (device, value, note) SELECT i * 7919 % 2000, i, repeat('note ', 6) FROM generate_series(1, 20000) AS i;
VACUUM ANALYZE ticks;
--! observe 10
SELECT * FROM ticks WHERE device = {i};
--! observe 100
COPY ticks (device, value, note) FROM PROGRAM 'seq -f %g,1,note 1000' (FORMAT csv);
--! cleanup
DROP TABLE ticks;
--! expert none
--! verdict it is read too rarely

--! case copied_seldom
-- Nor need it come often: three times is too seldom for advice on the statement, but not for its price.
--! prepare
CREATE TABLE ticks (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, device integer NOT NULL, value integer NOT NULL, note text NOT NULL);
INSERT INTO ticks (device, value, note) SELECT i * 7919 % 2000, i, repeat('note ', 6) FROM generate_series(1, 20000) AS i;
VACUUM ANALYZE ticks;
--! observe 10
SELECT * FROM ticks WHERE device = {i};
--! observe 3
COPY ticks (device, value, note) FROM PROGRAM 'seq -f %g,1,note 40000' (FORMAT csv);
--! cleanup
DROP TABLE ticks;
--! expert none
--! verdict it is read too rarely

--! case written_once
-- The same read as often as it is written is worth its index.
--! prepare
CREATE TABLE ticks (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, device integer NOT NULL, value integer NOT NULL, note text NOT NULL);
INSERT INTO ticks (device, value, note) SELECT i * 7919 % 2000, i, repeat('note ', 6) FROM generate_series(1, 20000) AS i;
VACUUM ANALYZE ticks;
--! observe 100
SELECT * FROM ticks WHERE device = {i};
INSERT INTO ticks (device, value, note) VALUES ({i}, 1, 'note');
--! measure
SELECT * FROM ticks WHERE device = 17;
--! cleanup
DROP TABLE ticks;
--! expert
CREATE INDEX ON ticks (device);

--! case column_set_by_updates
-- Every update sets this column; so far all of them are HOT, and with an index
-- on it none would be.
--! prepare
CREATE TABLE jobs (id integer PRIMARY KEY, worker integer NOT NULL, beat integer NOT NULL, note text NOT NULL) WITH (fillfactor = 40);
INSERT INTO jobs SELECT i, i * 7919 % 2000, i * 6007 % 20000, repeat('note ', 6) FROM generate_series(1, 20000) AS i;
VACUUM ANALYZE jobs;
--! observe 10
SELECT * FROM jobs WHERE beat = {i};
--! observe 100
UPDATE jobs SET beat = beat + 20000 WHERE id <= 1000;
--! cleanup
DROP TABLE jobs;
--! expert none
--! verdict it is read too rarely

--! case column_beside_those_set_by_updates
-- The same table, and as many updates, but none sets this column: they stay HOT.
--! prepare
CREATE TABLE jobs (id integer PRIMARY KEY, worker integer NOT NULL, beat integer NOT NULL, note text NOT NULL) WITH (fillfactor = 40);
INSERT INTO jobs SELECT i, i * 7919 % 2000, i * 6007 % 20000, repeat('note ', 6) FROM generate_series(1, 20000) AS i;
VACUUM ANALYZE jobs;
--! observe 10
SELECT * FROM jobs WHERE worker = {i};
--! observe 100
UPDATE jobs SET beat = beat + 20000 WHERE id <= 1000;
--! measure
SELECT * FROM jobs WHERE worker = 17;
--! cleanup
DROP TABLE jobs;
--! expert
CREATE INDEX ON jobs (worker);
