-- A page of the catalogue: one category, cheapest first.
-- calls: 300
\set category random_zipfian(1, 200, 1.1)
SELECT id, sku, name, price_cents
FROM products
WHERE category = :category
ORDER BY price_cents
LIMIT 24;
