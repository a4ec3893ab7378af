-- "My orders": the ten newest of one customer.  Equality, then the sort.
-- calls: 200
\set customer random_zipfian(1, 100000, 1.1)
SELECT id, status, placed_at, total_cents
FROM orders
WHERE customer_id = :customer
ORDER BY placed_at DESC
LIMIT 10;
