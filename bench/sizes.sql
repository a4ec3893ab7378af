-- bench/sizes.sql
--	  Tables for bench/measure_sizes: values that are unique, few, many, skewed,
--	  missing, standing together or spread out, of fixed and of varied length,
--	  and columns that follow from each other.  No random numbers: the same
--	  data in every run.

CREATE FUNCTION pick(i bigint, salt bigint, most bigint) RETURNS bigint IMMUTABLE LANGUAGE sql
	AS $$ SELECT abs(hashint8extended(i, salt) % most) $$;

-- A few numbers are frequent, most are rare.
CREATE FUNCTION skewed(i bigint, salt bigint, most bigint) RETURNS bigint IMMUTABLE LANGUAGE sql
	AS $$ SELECT floor(most * power(pick(i, salt, 1000000) / 1e6, 4))::bigint $$;

CREATE TABLE fact (id bigint, scattered int, few int, flag bool, kind smallint, day date, customer int,
	parent int, region int, email text, code text, amount numeric(10, 2), half int, rare text, u uuid,
	at timestamptz, status text);
INSERT INTO fact
SELECT i, ((i::bigint * 7919) % 400000)::int, (i % 100)::int, i % 2 = 0, (i % 1000)::smallint,
       date '2024-01-01' + (i / 500)::int, skewed(i, 1, 40000)::int, (i / 3)::int,
       (skewed(i, 1, 40000) / 400)::int,
       'User.' || pick(i, 2, 100000) || repeat('x', pick(i, 3, 12)::int) || '@Example.com',
       'k' || pick(i, 4, 5000), pick(i, 5, 1000000) / 100.0, CASE WHEN i % 2 = 0 THEN i END,
       CASE WHEN pick(i, 6, 20) = 0 THEN 'note ' || i END, md5(i::text)::uuid,
       timestamptz '2024-01-01 00:00 UTC' + i * interval '61 s',
       CASE WHEN i > 390000 AND pick(i, 7, 2) = 0 THEN 'open' WHEN pick(i, 8, 30) = 0 THEN 'failed' ELSE 'done' END
  FROM generate_series(1, 400000) AS i;

-- Text of 5 to 600 bytes, on pages that hold few rows.
CREATE TABLE story (id int, title text, body text);
INSERT INTO story
SELECT i, 'title ' || repeat(md5(i::text), pick(i, 9, 4)::int), repeat(md5((i % 50)::text) || i, 1 + pick(i, 10, 15)::int)
  FROM generate_series(1, 60000) AS i;

CREATE TABLE document (id int, doc jsonb, tags int[], words tsvector, name text, span tstzrange, place point);
INSERT INTO document
SELECT i,
       jsonb_build_object('id', i, 'kind', 'kind ' || pick(i, 11, 20), 'customer', skewed(i, 12, 5000),
                          'address', jsonb_build_object('city', 'city ' || skewed(i, 13, 300), 'zip', pick(i, 14, 9000)),
                          'tags', jsonb_build_array('t' || pick(i, 15, 50), 't' || pick(i, 16, 50))),
       ARRAY(SELECT skewed(i * 100 + k, 17, 3000)::int FROM generate_series(1, 1 + pick(i, 18, 9)::int) AS k),
       array_to_tsvector(ARRAY(SELECT DISTINCT 'word' || skewed(i * 100 + k, 19, 20000)
                                 FROM generate_series(1, 5 + pick(i, 20, 30)::int) AS k)),
       'name ' || md5((pick(i, 21, 20000))::text),
       tstzrange(timestamptz '2024-01-01 UTC' + pick(i, 22, 500000) * interval '1 minute',
                 timestamptz '2024-01-01 UTC' + (pick(i, 22, 500000) + 1 + pick(i, 23, 5000)) * interval '1 minute'),
       point(pick(i, 24, 1000000) / 1000.0, pick(i, 25, 1000000) / 1000.0)
  FROM generate_series(1, 100000) AS i;

VACUUM ANALYZE fact, story, document;
