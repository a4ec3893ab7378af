-- Every click writes a row.  Indexes make it dearer, and that counts, too.
-- calls: 1000
\set session random(60001, 60500)
\set page random_zipfian(1, 20000, 1.1)
INSERT INTO events (session_id, kind, happened_at, payload)
VALUES (:session, 'view', now(), '{"page": "/product/:page", "ms": 120}');
