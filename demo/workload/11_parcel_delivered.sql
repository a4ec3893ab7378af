-- The carrier reports a parcel as delivered: an UPDATE of a single order, found
-- by the parcel's number.  The second run reports other parcels.
-- calls: 80
\set order 500000 - 2 * random_zipfian(2000, 100000, 1.05) + :run
\set parcel 7000000000 + :order * 7919 % 500009
UPDATE orders
SET status = 'done'
WHERE parcel = :parcel;
