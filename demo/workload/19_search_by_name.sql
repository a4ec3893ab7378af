-- The search box: a pattern that begins with anything, so no btree helps.
-- calls: 30
\set number random(10, 99)
SELECT id, sku, name, price_cents
FROM products
WHERE name ILIKE '%lamp%:number%'
ORDER BY price_cents
LIMIT 24;
