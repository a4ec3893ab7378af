-- What other access methods than btree are for.

--! case hash_of_long_values
-- Some addresses are longer than a third of a page, which a btree refuses; a
-- hash index keeps only their hash.
SELECT id, fetched FROM pages WHERE address = 'https://example.com/70efdf2ec9b086079795c442636b55fb/pppppppppppppppppppppppppppppppppppppppppppppppppppppppppppp';
--! expert
CREATE INDEX ON pages USING hash (address);

--! case hash_under_a_budget
-- A btree of tokens of 96 bytes takes 13 MB, their hashes 4.
SELECT user_id, started_at FROM sessions WHERE token = '28dd2c7955ce926456240b2ff0100bdea976db677285bff8672e80dbfe1a9e10d70651150bc86f3d672d23a87abb8fdd';
--! ask storage_budget => 6000000
--! expert
CREATE INDEX ON sessions USING hash (token);

--! case brin_under_a_budget
-- Rows lie in the order of their times, and a btree of them does not fit.
SELECT count(*), sum(amount) FROM events WHERE at >= '2026-01-20 00:00+00' AND at < '2026-01-25 00:00+00';
--! ask storage_budget => 100000
--! expert
CREATE INDEX ON events USING brin (at);

--! case brin_of_narrow_ranges
-- An hour is three pages: with the default of 128 pages a range, most of what
-- is read is read in vain; ranges of 16 pages cost no page more.
SELECT count(*), sum(amount) FROM events WHERE at >= '2026-01-20 07:00+00' AND at < '2026-01-20 08:00+00';
--! ask storage_budget => 100000
--! expert
CREATE INDEX ON events USING brin (at) WITH (pages_per_range = 16);
--! rejected
CREATE INDEX ON events USING brin (at);

--! case no_brin_without_need
-- The same where there is room: the index alone answers, in a quarter of the pages.
SELECT count(*), sum(amount) FROM events WHERE at >= '2026-01-20 00:00+00' AND at < '2026-01-25 00:00+00';
--! expert
CREATE INDEX ON events (at) INCLUDE (amount);
--! rejected
CREATE INDEX ON events USING brin (at);

--! case jsonb_contains
-- Only containment is asked for, so jsonb_path_ops: one entry for each path
-- with its value, not one for each key and each value.
SELECT id, title FROM products WHERE attributes @> '{"brand": "barado", "size": 42}';
--! expert
CREATE INDEX ON products USING gin (attributes jsonb_path_ops);
--! rejected
CREATE INDEX ON products USING gin (attributes);

--! case jsonb_contains_nested
-- A path is hashed with its value, however deep.
SELECT id, title FROM products WHERE attributes @> '{"box": {"width": 17, "height": 31}}';
--! expert
CREATE INDEX ON products USING gin (attributes jsonb_path_ops);
--! rejected
CREATE INDEX ON products USING gin (attributes);

--! case jsonb_key_exists
-- That a key exists only jsonb_ops can tell.
SELECT id, title FROM products WHERE attributes ? 'warranty';
--! expert
CREATE INDEX ON products USING gin (attributes);

--! case jsonb_both
-- Both kinds of questions: one index of the kind that answers both.
SELECT id, title FROM products WHERE attributes ? 'warranty';
SELECT id, title FROM products WHERE attributes @> '{"brand": "barado", "size": 42}';
--! expert
CREATE INDEX ON products USING gin (attributes);

--! case jsonb_path
-- An equality within a path expression.
SELECT id, title FROM products WHERE attributes @@ '$.box.width == 17 && $.size == 42';
--! expert
CREATE INDEX ON products USING gin (attributes jsonb_path_ops);

--! case jsonb_part
-- Only a part of the document is asked about.
SELECT id, title FROM products WHERE attributes->'box' @> '{"width": 17, "height": 31}';
--! expert
CREATE INDEX ON products USING gin ((attributes->'box') jsonb_path_ops);

--! case array_contains
-- All of these tags.
SELECT id, title FROM products WHERE tags @> ARRAY['barado', 'celebi'];
--! expert
CREATE INDEX ON products USING gin (tags);

--! case array_overlaps
-- One of these tags.
SELECT id, title FROM products WHERE tags && ARRAY['dorander', 'zanulek'];
--! expert
CREATE INDEX ON products USING gin (tags);

--! case text_search
-- A stored tsvector.
SELECT id, author_id FROM documents WHERE search @@ to_tsquery('simple', 'baradocelebi | dorandercelebi');
--! expert
CREATE INDEX ON documents USING gin (search);

--! case text_search_of_an_expression
-- The tsvector is made on the way; with the configuration named it is immutable.
SELECT id, author_id FROM documents WHERE to_tsvector('simple', body) @@ plainto_tsquery('simple', 'barado celebi dorander');
--! expert
CREATE INDEX ON documents USING gin (to_tsvector('simple', body));

--! case trigrams_like
-- A piece from the middle, where pg_trgm is installed.
SELECT id, sku FROM products WHERE title LIKE '%o 12345%';
--! prepare
CREATE EXTENSION pg_trgm;
--! cleanup
DROP EXTENSION pg_trgm;
--! expert
CREATE INDEX ON products USING gin (title gin_trgm_ops);

--! case trigrams_ilike
-- Without regard to case.
SELECT id, phone FROM customers WHERE email ILIKE '%zanulek4711%';
--! prepare
CREATE EXTENSION pg_trgm;
--! cleanup
DROP EXTENSION pg_trgm;
--! expert
CREATE INDEX ON customers USING gin (email gin_trgm_ops);

--! case trigrams_regular_expression
-- What a regular expression must contain.
SELECT id, sku FROM products WHERE title ~ 'zan(ulek|orin) 4711';
--! prepare
CREATE EXTENSION pg_trgm;
--! cleanup
DROP EXTENSION pg_trgm;
--! expert
CREATE INDEX ON products USING gin (title gin_trgm_ops);

--! case trigrams_similarity
-- With a misspelling; strict enough to leave most out.
SELECT id, sku FROM products WHERE title % 'Celebi zanulekk 98765';
--! session
SET pg_trgm.similarity_threshold = 0.6;
--! prepare
CREATE EXTENSION pg_trgm;
--! cleanup
DROP EXTENSION pg_trgm;
--! expert
CREATE INDEX ON products USING gin (title gin_trgm_ops);

--! case trigrams_nearest
-- The most similar ones: only GiST gives an order.
SELECT id, title FROM products ORDER BY title <-> 'Celebi zanulek 98765' LIMIT 5;
--! prepare
CREATE EXTENSION pg_trgm;
--! cleanup
DROP EXTENSION pg_trgm;
--! expert
CREATE INDEX ON products USING gist (title gist_trgm_ops);

--! case array_and_column
-- A number beside an array, where btree_gin is installed.
SELECT id, title FROM products WHERE category_id = 17 AND tags && ARRAY['dorander', 'barado', 'celebi'];
--! prepare
CREATE EXTENSION btree_gin;
--! cleanup
DROP EXTENSION btree_gin;
--! expert
CREATE INDEX ON products USING gin (category_id, tags);

--! case range_overlaps
-- Who is in the house that night.
SELECT id, guest FROM bookings WHERE during && tsrange('2026-05-05 16:00', '2026-05-05 20:00');
--! expert
CREATE INDEX ON bookings USING gist (during);

--! case range_contains_element
-- At one moment.
SELECT id, guest FROM bookings WHERE during @> timestamp '2026-05-05 16:00';
--! expert
CREATE INDEX ON bookings USING gist (during);

--! case range_of_a_room
-- What an exclusion constraint asks, where btree_gist is installed: is this
-- room taken then.
SELECT id, guest FROM bookings WHERE room_id = 17 AND during && tsrange('2026-05-05 16:00', '2026-05-09 20:00');
--! prepare
CREATE EXTENSION btree_gist;
--! cleanup
DROP EXTENSION btree_gist;
--! expert
CREATE INDEX ON bookings USING gist (room_id, during);
--! rejected
CREATE INDEX ON bookings USING gist (during);
CREATE INDEX ON bookings (room_id);

--! case points_in_a_box
-- What the map shows.
SELECT id, name FROM places WHERE location <@ box '((4000, 4000), (4100, 4100))';
--! expert
CREATE INDEX ON places USING gist (location);

--! case nearest_points
-- The five next to a place.
SELECT id, name FROM places ORDER BY location <-> point '(1234, 5678)' LIMIT 5;
--! expert
CREATE INDEX ON places USING gist (location);

--! case boxes_that_overlap
-- What covers a spot.
SELECT id, name FROM places WHERE outline && box '((1234, 5678), (1240, 5690))';
--! expert
CREATE INDEX ON places USING gist (outline);

--! case networks_that_contain
-- Which block does an address belong to: the class of inet for GiST, which is
-- not the default one.
SELECT id, owner FROM networks WHERE block >>= inet '10.77.3.4';
--! expert
CREATE INDEX ON networks USING gist (block inet_ops);

--! case networks_within
-- What lies in a block is a range of the usual order, so a btree knows it.
SELECT id, owner FROM networks WHERE block << inet '10.77.0.0/16';
--! expert
CREATE INDEX ON networks (block);

--! case nearest_number
-- The amounts next to a wish, where btree_gist is installed.
SELECT id, number FROM invoices ORDER BY net <-> 500000 LIMIT 10;
--! prepare
CREATE EXTENSION btree_gist;
--! cleanup
DROP EXTENSION btree_gist;
--! expert
CREATE INDEX ON invoices USING gist (net);

--! case below_a_node
-- A tree of labels, where ltree is installed: GiST knows ancestors, btree does not.
SELECT id, name FROM folders WHERE path <@ 'top.n17';
--! prepare
CREATE EXTENSION ltree;
CREATE TABLE folders AS
SELECT i AS id, text2ltree('top.n' || (i * 7919 % 400) || '.n' || (i * 4729 % 997) || '.n' || i) AS path, repeat('name ', 20) AS name
  FROM generate_series(1, 30000) AS i;
ANALYZE folders;
--! cleanup
DROP TABLE folders;
DROP EXTENSION ltree;
--! expert
CREATE INDEX ON folders USING gist (path);

--! case pairs_of_key_and_value
-- The forerunner of jsonb, where hstore is installed.
SELECT id, name FROM devices WHERE facts @> 'model=>m17, rack=>r3';
--! prepare
CREATE EXTENSION hstore;
CREATE TABLE devices AS
SELECT i AS id, hstore(ARRAY['model', 'm' || (i * 7919 % 300), 'rack', 'r' || (i * 4729 % 97), 'serial', 's' || i]) AS facts, repeat('name ', 20) AS name
  FROM generate_series(1, 30000) AS i;
ANALYZE devices;
--! cleanup
DROP TABLE devices;
DROP EXTENSION hstore;
--! expert
CREATE INDEX ON devices USING gin (facts);
