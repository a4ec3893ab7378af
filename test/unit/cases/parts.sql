-- Rows of a rare state, which are looked for without an order of their own; an
-- expression; and a table in partitions.  An index of one state is there.
CREATE TABLE jobs (id integer PRIMARY KEY, state text NOT NULL, owner text NOT NULL, at timestamptz NOT NULL, pad text NOT NULL);
INSERT INTO jobs SELECT i, CASE WHEN i % 200 = 0 THEN 'failed' WHEN i % 211 = 0 THEN 'held' WHEN i % 2 = 0 THEN 'done' ELSE 'gone' END,
                        'Owner' || i * 7919 % 3000, '2026-01-01'::timestamptz + i * 7919 % 30000 * interval '1 minute', repeat('p', 100)
  FROM generate_series(1, 30000) AS i;
CREATE INDEX jobs_held ON jobs (at) WHERE state = 'held';
CREATE TABLE readings (sensor integer NOT NULL, at date NOT NULL, value integer NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE readings_1 PARTITION OF readings FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE TABLE readings_2 PARTITION OF readings FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
INSERT INTO readings SELECT i * 7919 % 2000, '2026-01-01'::date + i % 59, i % 100 FROM generate_series(1, 60000) AS i;
ANALYZE jobs, readings;

SELECT 'SELECT * FROM jobs WHERE state = ''failed'' ORDER BY at LIMIT 10' FROM generate_series(1, 12) AS i \gexec
SELECT 'SELECT * FROM jobs WHERE state = ''held'' ORDER BY at LIMIT 10' FROM generate_series(1, 12) AS i \gexec
SELECT format('SELECT id, at FROM jobs WHERE lower(owner) = ''owner%s''', i) FROM generate_series(1, 12) AS i \gexec
SELECT format('SELECT avg(value) FROM readings WHERE sensor = %s', i) FROM generate_series(1, 12) AS i \gexec
SELECT format('SELECT * FROM readings WHERE sensor = %s AND at >= ''2026-02-10'' ORDER BY at', i) FROM generate_series(1, 12) AS i \gexec
