-- The front page: what sold best on one day.  A range, a join, a grouping.
-- calls: 30
\set month random(1, 12)
\set day random(1, 27)
\set next :day + 1
SELECT l.product_id, sum(l.quantity) AS pieces
FROM orders o
	 JOIN order_lines l ON l.order_id = o.id
WHERE o.placed_at >= '2025-:month-:day' AND o.placed_at < '2025-:month-:next'
GROUP BY l.product_id
ORDER BY pieces DESC
LIMIT 20;
