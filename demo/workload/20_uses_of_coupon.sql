-- Marketing asks who used a coupon: inside of jsonb, so no btree helps.
-- calls: 10
\set coupon random_zipfian(1, 500, 1.1)
SELECT session_id, customer_id, happened_at
FROM events
WHERE payload @> '{"coupon": "COUPON-:coupon"}'
ORDER BY happened_at;
