-- Customer care looks after newcomers who sent something back: EXISTS.
-- calls: 50
\set month random(1, 12)
\set day random(1, 27)
\set next :day + 1
SELECT c.id, c.name, c.email
FROM customers c
WHERE c.created_at >= '2025-:month-:day' AND c.created_at < '2025-:month-:next'
  AND EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id AND o.status = 'returned');
