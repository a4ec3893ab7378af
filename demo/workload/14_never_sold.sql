-- Purchasing asks which products of a category nobody ever bought: NOT EXISTS.
-- calls: 20
\set category random(1, 200)
SELECT p.id, p.sku, p.stock
FROM products p
WHERE p.category = :category
  AND NOT EXISTS (SELECT 1 FROM order_lines l WHERE l.product_id = p.id);
