-- The warehouse asks what to pack next: the orders of one of the few statuses
-- that are not final, oldest first.
-- calls: 100
SELECT id, customer_id, placed_at, total_cents
FROM orders
WHERE status = 'open'
ORDER BY placed_at
LIMIT 50;
