-- Management looks at a week: orders and turnover by day.  A range, grouped.
-- calls: 50
\set month random(1, 12)
\set day random(1, 21)
\set next :day + 7
SELECT date_trunc('day', placed_at) AS day, count(*) AS orders, sum(total_cents) AS cents
FROM orders
WHERE placed_at >= '2025-:month-:day' AND placed_at < '2025-:month-:next'
GROUP BY day
ORDER BY day;
