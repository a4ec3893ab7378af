-- A table that is written more than it is read, one of which rows are set, and
-- less room than all the indexes would take.
CREATE TABLE log (id integer GENERATED ALWAYS AS IDENTITY, session integer NOT NULL, kind integer NOT NULL, at timestamptz NOT NULL, pad text NOT NULL);
CREATE TABLE stock (product integer NOT NULL, place integer NOT NULL, amount integer NOT NULL, changed_at timestamptz NOT NULL) WITH (fillfactor = 80);
CREATE TABLE prices (product integer NOT NULL, valid_from date NOT NULL, cents integer NOT NULL, currency text NOT NULL);
INSERT INTO log (session, kind, at, pad) SELECT i * 7919 % 5000, i % 20, '2026-01-01'::timestamptz + i * interval '1 second', repeat('p', 60)
  FROM generate_series(1, 20000) AS i;
INSERT INTO stock SELECT i * 7919 % 20000, i % 50, i % 100, '2026-01-01'::timestamptz + i * 10007 % 40000 * interval '1 minute'
  FROM generate_series(1, 40000) AS i;
INSERT INTO prices SELECT i * 7919 % 20000, '2020-01-01'::date + i % 2000, i % 10000, 'EUR' FROM generate_series(1, 60000) AS i;
ANALYZE log, stock, prices;

SELECT format('INSERT INTO log (session, kind, at, pad) SELECT %s, g %% 20, now(), repeat(''p'', 60) FROM generate_series(1, 400) AS g', i)
  FROM generate_series(1, 60) AS i \gexec
SELECT format('SELECT * FROM log WHERE session = %s', i) FROM generate_series(1, 12) AS i \gexec
SELECT format('UPDATE stock SET amount = amount - 1, changed_at = now() WHERE product = %s AND place = %s', i * 7919 % 20000, i % 50)
  FROM generate_series(1, 60) AS i \gexec
SELECT format('SELECT product, changed_at FROM stock WHERE changed_at > ''2026-01-2%s''', i % 8) FROM generate_series(1, 12) AS i \gexec
SELECT format('SELECT cents FROM prices WHERE product = %s AND valid_from <= ''2024-01-01'' ORDER BY valid_from DESC LIMIT 1', i)
  FROM generate_series(1, 40) AS i \gexec
SELECT format('SELECT count(*) FROM prices WHERE valid_from = ''2022-03-0%s''', i % 9 + 1) FROM generate_series(1, 12) AS i \gexec
SELECT format('SELECT p.cents, s.amount FROM stock AS s JOIN prices AS p ON p.product = s.product WHERE s.place = %s AND s.amount = 0', i)
  FROM generate_series(1, 12) AS i \gexec

SET pg_steward.index_storage_budget = '2MB';
