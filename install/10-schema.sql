-- The schema and the roles.  CREATE SCHEMA fails where a schema "steward"
-- exists already, so nobody can lay one out beforehand and own what is in it.

CREATE SCHEMA steward;

COMMENT ON SCHEMA steward IS
'pg_steward: index advice from the statements that really run, applied without blocking, verified, and taken back with one call. Start with: SELECT * FROM steward.status();';

-- Roles are cluster-wide: another database may have brought this one already.
DO $$
BEGIN
	IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'steward_admin') THEN
		CREATE ROLE steward_admin NOLOGIN;
		COMMENT ON ROLE steward_admin IS
		'pg_steward: may apply, revert, dismiss and exclude recommendations, and stop and start the steward';
	END IF;
EXCEPTION
	WHEN duplicate_object OR unique_violation THEN
		NULL;
END
$$;

DO $$
BEGIN
	IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'steward_samples') THEN
		CREATE ROLE steward_samples NOLOGIN;
		COMMENT ON ROLE steward_samples IS
		'pg_steward: may see the values that sampled statements ran with, which are values of people''s rows';
	END IF;
EXCEPTION
	WHEN duplicate_object OR unique_violation THEN
		NULL;
END
$$;

-- Statements of superusers are planned as this role, which has no rights at
-- all: planning folds immutable functions, and whoever put one into such a
-- statement must not have it run with a superuser's power.
DO $$
BEGIN
	IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'steward_planner') THEN
		CREATE ROLE steward_planner NOLOGIN;
		COMMENT ON ROLE steward_planner IS
		'pg_steward: plans the statements of superusers while advising; has no rights, give it none';
	END IF;
EXCEPTION
	WHEN duplicate_object OR unique_violation THEN
		NULL;
END
$$;
