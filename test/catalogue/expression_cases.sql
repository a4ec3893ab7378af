-- Expressions, as far as they are immutable.

--! case lower
-- Addresses are compared without regard to case.
SELECT id, email FROM customers WHERE lower(email) = 'barado.celebi17@example.com';
--! expert
CREATE INDEX ON customers (lower(email));

--! case lower_and_column
-- An expression beside a column.
SELECT id, phone FROM customers WHERE lower(last_name) = 'baradocelebi' AND country = 17;
--! expert
CREATE INDEX ON customers (lower(last_name), country);

--! case prefix_of_lower
-- The beginning of an expression, under a collation that does not sort by bytes.
SELECT id, phone FROM customers WHERE lower(last_name) LIKE 'baradoce%';
--! expert
CREATE INDEX ON customers (lower(last_name) text_pattern_ops);

--! case field_of_a_document
-- One field, compared as a text.
SELECT id, email FROM customers WHERE details->>'loyalty' = 'L12345';
--! expert
CREATE INDEX ON customers ((details->>'loyalty'));

--! case nested_field_of_a_document
-- A field within a field: about four rows.
SELECT id, title FROM products WHERE attributes->'box'->>'width' = '17' AND attributes->'box'->>'height' = '31';
--! expert
CREATE INDEX ON products ((attributes->'box'->>'width'), (attributes->'box'->>'height'));
--! rejected
CREATE INDEX ON products ((attributes->'box'->>'width'));

--! case field_of_json
-- json has no operators that compare, its fields have.
SELECT id, note FROM drawings WHERE raw->>'id' = '1234';
--! expert
CREATE INDEX ON drawings ((raw->>'id'));

--! case day_of_a_time
-- date_trunc of a timestamp without time zone is immutable.
SELECT id, author_id FROM documents WHERE date_trunc('day', written) = '2024-07-05';
--! expert
CREATE INDEX ON documents (date_trunc('day', written));

--! case day_in_a_time_zone
-- With a fixed zone so is that of one with time zone.
SELECT id, total FROM orders WHERE (placed_at AT TIME ZONE 'UTC')::date = '2025-07-05';
--! expert
CREATE INDEX ON orders (((placed_at AT TIME ZONE 'UTC')::date));

--! case date_arithmetic
-- A date and a number of days make a date.
SELECT id, number FROM invoices WHERE issued_on + due_days = '2024-05-17';
--! expert
CREATE INDEX ON invoices ((issued_on + due_days));

--! case date_arithmetic_range
-- Overdue by the end of the data: a range of the same.
SELECT id, number FROM invoices WHERE issued_on + due_days > '2025-12-20';
--! expert
CREATE INDEX ON invoices ((issued_on + due_days));

--! case duration
-- The difference of two columns: the longest first.
SELECT id, number FROM invoices ORDER BY closed_at - opened_at DESC LIMIT 20;
--! expert
CREATE INDEX ON invoices ((closed_at - opened_at));

--! case sum_of_columns
-- Arithmetic of two columns.
SELECT id, number FROM invoices WHERE net + tax > 1180000;
--! expert
CREATE INDEX ON invoices ((net + tax));

--! case full_name
-- Two columns and what stands between them.
SELECT id, email FROM customers WHERE first_name || ' ' || last_name = 'barado baradocelebi';
--! expert
CREATE INDEX ON customers ((first_name || ' ' || last_name));

--! case coalesce
-- The name to show.
SELECT id, email FROM customers WHERE coalesce(nickname, email) = 'barado17';
--! expert
CREATE INDEX ON customers (coalesce(nickname, email));

--! case order_of_an_expression
-- The first ones in the order of an expression.
SELECT id, email FROM customers WHERE country = 33 ORDER BY lower(last_name), id LIMIT 15;
--! expert
CREATE INDEX ON customers (country, lower(last_name), id);
