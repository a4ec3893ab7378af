-- A scanner in the warehouse takes one piece: an UPDATE found by the SKU.
-- calls: 200
\set product 1 + (random_zipfian(1, 20000, 1.1) - 1) * 7919 % 20000
UPDATE products
SET stock = stock - 1
WHERE sku = 'SKU-:product';
