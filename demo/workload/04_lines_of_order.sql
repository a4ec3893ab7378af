-- One order on the screen: its lines with their products.  The referencing
-- side of a foreign key has no index by itself.
-- calls: 150
\set order 500001 - random_zipfian(1, 500000, 1.05)
SELECT l.quantity, l.price_cents, p.sku, p.name
FROM order_lines l
	 JOIN products p ON p.id = l.product_id
WHERE l.order_id = :order;
