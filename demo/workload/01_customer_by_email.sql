-- The login: one customer by e-mail.  Old customers come most often.
-- calls: 200
\set customer random_zipfian(1, 100000, 1.1)
SELECT id, name, country
FROM customers
WHERE email = 'customer:customer@example.com';
