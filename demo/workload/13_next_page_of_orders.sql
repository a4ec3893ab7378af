-- The back office leafs through all orders, newest first: keyset paging.
-- calls: 50
\set order random(1000, 500000)
\set placed 1704067200 + 126 * :order
SELECT id, customer_id, status, placed_at, total_cents
FROM orders
WHERE (placed_at, id) < (to_timestamp(:placed), :order)
ORDER BY placed_at DESC, id DESC
LIMIT 25;
