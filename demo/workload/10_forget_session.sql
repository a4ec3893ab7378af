-- A visitor withdraws consent: a DELETE by a column without an index.  What is
-- gone is gone, so the second run deletes other visits, as many and as long.
-- calls: 40
\set session 2 * random(1000, 29000) + :run
DELETE FROM events
WHERE session_id = :session;
