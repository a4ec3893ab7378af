-- The page of a product.  Its primary key serves it well already: here is
-- nothing to advise.
-- calls: 2000
\set product 1 + (random_zipfian(1, 20000, 1.1) - 1) * 7919 % 20000
SELECT id, sku, name, price_cents, stock
FROM products
WHERE id = :product;
