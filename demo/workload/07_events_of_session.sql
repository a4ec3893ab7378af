-- What a visitor did last; mostly asked for the visits of today.
-- calls: 150
\set session 60001 - random_zipfian(1, 60000, 1.05)
SELECT kind, happened_at, payload
FROM events
WHERE session_id = :session
ORDER BY happened_at DESC
LIMIT 20;
