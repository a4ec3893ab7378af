-- "Others also bought": the lines of a product's orders.  A table joined to
-- itself; a hot product has thousands of lines, most have a few dozen.
-- calls: 25
\set product 1 + (random_zipfian(1, 20000, 1.05) - 1) * 7919 % 20000
SELECT other.product_id, count(*) AS times
FROM order_lines this
	 JOIN order_lines other ON other.order_id = this.order_id
WHERE this.product_id = :product
  AND other.product_id <> :product
GROUP BY other.product_id
ORDER BY times DESC
LIMIT 5;
