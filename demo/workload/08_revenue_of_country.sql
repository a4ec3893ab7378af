-- The monthly report: what one country bought, by category.  Four tables.
-- calls: 15
\set month random(1, 11)
\set next :month + 1
SELECT p.category, count(DISTINCT o.id) AS orders, sum(l.quantity * l.price_cents) AS cents
FROM customers c
	 JOIN orders o ON o.customer_id = c.id
	 JOIN order_lines l ON l.order_id = o.id
	 JOIN products p ON p.id = l.product_id
WHERE c.country = 'AT'
  AND o.placed_at >= '2025-:month-01' AND o.placed_at < '2025-:next-01'
GROUP BY p.category
ORDER BY cents DESC
LIMIT 10;
