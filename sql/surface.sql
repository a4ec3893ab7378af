--
-- SURFACE
-- The SQL surface, object by object: whoever adds, renames or removes one sees
-- it here.
--

-- Functions and procedures, with the arguments as a caller writes them.
SELECT CASE p.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END AS kind,
       p.proname AS name, pg_get_function_arguments(p.oid) AS arguments
  FROM pg_proc AS p
 WHERE p.pronamespace = 'steward'::regnamespace AND p.proname NOT IN ('recommend_indexes', 'tune')
 ORDER BY p.proname COLLATE "C";

SELECT p.proname AS name, pg_get_function_identity_arguments(p.oid) AS arguments, p.pronargs, p.pronargdefaults
  FROM pg_proc AS p
 WHERE p.pronamespace = 'steward'::regnamespace AND p.proname IN ('recommend_indexes', 'tune')
 ORDER BY p.proname COLLATE "C";

-- What they return, and how they are declared.
SELECT p.proname AS name, p.proretset AS set, p.proisstrict AS strict,
       CASE p.provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' ELSE 'volatile' END AS volatile,
       p.prosecdef AS definer, p.proparallel AS parallel
  FROM pg_proc AS p
 WHERE p.pronamespace = 'steward'::regnamespace
 ORDER BY p.proname COLLATE "C";

-- Columns that people select by name, in their order.
SELECT mode, name, format_type(type, NULL) AS type
  FROM pg_proc AS p,
       unnest(p.proargmodes, p.proargnames, p.proallargtypes) WITH ORDINALITY AS a (mode, name, type, position)
 WHERE p.oid = 'steward.recommend_indexes'::regproc
 ORDER BY position;

SELECT name, format_type(type, NULL) AS type
  FROM pg_proc AS p,
       unnest(p.proargmodes, p.proargnames, p.proallargtypes) WITH ORDINALITY AS a (mode, name, type, position)
 WHERE p.oid = 'steward.refresh'::regproc AND mode = 'o'
 ORDER BY position;

-- Tables and views with their columns.
SELECT c.relkind AS kind, c.relname AS relation, string_agg(a.attname, ', ' ORDER BY a.attnum) AS columns
  FROM pg_class AS c
  JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
 WHERE c.relnamespace = 'steward'::regnamespace AND c.relkind IN ('r', 'v')
 GROUP BY c.relkind, c.relname
 ORDER BY c.relkind, c.relname COLLATE "C";

-- Settings.
SELECT substr(name, length('pg_steward.') + 1) AS name, vartype, unit, context, boot_val, min_val, max_val, enumvals
  FROM pg_settings
 WHERE name LIKE 'pg\_steward.%'
 ORDER BY name COLLATE "C";

-- What it needs, and whether it moves.
SELECT e.extversion = (SELECT default_version FROM pg_available_extensions WHERE name = 'pg_steward') AS current,
       e.extrelocatable AS relocatable
  FROM pg_extension AS e
 WHERE e.extname = 'pg_steward';

SELECT r.extname AS requires
  FROM pg_depend AS d
  JOIN pg_extension AS e ON e.oid = d.objid
  JOIN pg_extension AS r ON r.oid = d.refobjid
 WHERE d.classid = 'pg_extension'::regclass AND d.refclassid = 'pg_extension'::regclass AND e.extname = 'pg_steward'
 ORDER BY 1;

-- What a dump carries: the decisions of people, not what was measured here.
SELECT unnest(extconfig)::regclass AS dumped FROM pg_extension WHERE extname = 'pg_steward' ORDER BY 1;
