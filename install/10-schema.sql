-- The schema and the roles.  CREATE SCHEMA fails where a schema "steward"
-- exists already, so nobody can lay one out beforehand and own what is in it.

CREATE SCHEMA steward;

COMMENT ON SCHEMA steward IS
'pg_steward: index advice from the statements that really run, applied without blocking, verified, and taken back with one call. Start with: SELECT * FROM steward.status();';

-- Roles are cluster-wide: another database may have brought them already, or
-- brings them now.  As steward_planner, which has no rights at all, statements of
-- superusers are planned: planning folds immutable functions, and whoever put one
-- into such a statement must not have it run with a superuser's power.
DO $$
DECLARE
	role record;
BEGIN
	FOR role IN
		SELECT *
		  FROM (VALUES ('steward_admin', 'may apply, revert, dismiss and exclude recommendations, and stop and start the steward'),
					   ('steward_samples', 'may see the values that sampled statements ran with, which are values of people''s rows'),
					   ('steward_planner', 'plans the statements of superusers while advising; has no rights, give it none'))
				AS r (name, purpose)
	LOOP
		CONTINUE WHEN EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname OPERATOR(pg_catalog.=) role.name);
		BEGIN
			EXECUTE pg_catalog.format('CREATE ROLE %I NOLOGIN', role.name);
			EXECUTE pg_catalog.format('COMMENT ON ROLE %I IS %L', role.name, 'pg_steward: ' OPERATOR(pg_catalog.||) role.purpose);
		EXCEPTION
			WHEN duplicate_object OR unique_violation THEN
				NULL;
		END;
	END LOOP;
END
$$;
