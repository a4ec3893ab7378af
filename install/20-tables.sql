-- What the steward remembers.  Every table has a primary key: a publication
-- FOR ALL TABLES must not make updates of these tables fail.

CREATE TABLE steward.actions (
	id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	fingerprint       text NOT NULL UNIQUE,
	category          text NOT NULL,
	kind              text NOT NULL CHECK (kind IN ('create_index', 'drop_index', 'reindex_index', 'analyze', 'create_statistics',
	                                              'set_statistics')),
	status            text NOT NULL CHECK (status IN (
		'proposed', 'approved', 'withheld', 'queued', 'running', 'quarantined', 'verifying', 'kept',
		'revert_queued', 'reverting', 'taken_back', 'failed', 'dismissed', 'obsolete')),
	priority          integer NOT NULL DEFAULT 100,
	relation          oid NOT NULL,
	target            text NOT NULL,
	arguments         jsonb NOT NULL,
	ddl               text[] NOT NULL,
	undo_ddl          text[] NOT NULL,
	expected          jsonb NOT NULL DEFAULT '{}',
	evidence          jsonb NOT NULL DEFAULT '{}',
	reason            text NOT NULL,
	observed          jsonb,
	system_identifier bigint NOT NULL,
	database          oid NOT NULL,
	not_before        timestamptz,
	created_at        timestamptz NOT NULL DEFAULT pg_catalog.now(),
	updated_at        timestamptz NOT NULL DEFAULT pg_catalog.now(),
	expires_at        timestamptz
);

COMMENT ON TABLE steward.actions IS
'One row for each change the steward advises, for life. The executed DDL is made from kind and arguments at the moment of doing; ddl and undo_ddl are for people.';
COMMENT ON COLUMN steward.actions.fingerprint IS
'the same advice has the same fingerprint on any server: a hash of kind, table name and index definition';
COMMENT ON COLUMN steward.actions.relation IS
'OID of the table, valid only where system_identifier and database are those of this database';
COMMENT ON COLUMN steward.actions.target IS 'schema-qualified name of the index, quoted where needed';
COMMENT ON COLUMN steward.actions.expected IS
'size_bytes, cost_before and cost_after (planner cost of the statements served), benefit (share of the time of all observed statements, 0-1), saves_ms_per_hour';
COMMENT ON COLUMN steward.actions.evidence IS
'the statements that gain, with their cost before and after and their measured share of time; never a sampled value';
COMMENT ON COLUMN steward.actions.observed IS
'what was measured since it was done, renewed each round while it is verifying: verdict (kept, waiting, taken back) and the reason, mean_ms_before and mean_ms_after of the statements it serves, saved_ms, how many statements became slower, and the drift: what statements on other tables take, as a share of what they took';

CREATE INDEX actions_status_idx ON steward.actions (status, priority, id);
CREATE INDEX actions_drop_idx ON steward.actions (relation) WHERE kind = 'drop_index';

CREATE TABLE steward.journal (
	id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	action       bigint NOT NULL REFERENCES steward.actions (id) ON DELETE CASCADE,
	from_status  text,
	to_status    text NOT NULL,
	at           timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
	by_role      text NOT NULL,
	worker_pid   integer,
	before_state jsonb,
	measured     jsonb,
	sqlstate     text,
	error        text,
	reason       text
);

COMMENT ON TABLE steward.journal IS
'Every step of every action, append-only: who, when, why, what stood there before (for the undo), what was measured, and the error where there was one.';

CREATE INDEX journal_action_idx ON steward.journal (action, id);
CREATE INDEX journal_at_idx ON steward.journal (at);

CREATE TABLE steward.exclusions (
	pattern    text PRIMARY KEY,
	reason     text NOT NULL,
	by_role    text NOT NULL,
	created_at timestamptz NOT NULL DEFAULT pg_catalog.now()
);

COMMENT ON TABLE steward.exclusions IS
'Tables the steward keeps its hands off: LIKE patterns on schema.table. Changed by steward.exclude() and steward.remove_exclusion().';

-- The counters of pg_stat_statements as last seen, and what was added since
-- then in each interval.  The statements of this database only.

CREATE TABLE steward.statement_counters (
	userid              oid NOT NULL,
	queryid             bigint NOT NULL,
	toplevel            boolean NOT NULL,
	calls               bigint NOT NULL,
	total_exec_time     double precision NOT NULL,
	rows                bigint NOT NULL,
	shared_blks_hit     bigint NOT NULL,
	shared_blks_read    bigint NOT NULL,
	sum_squares         double precision NOT NULL,
	seen_at             timestamptz NOT NULL,
	PRIMARY KEY (userid, queryid, toplevel)
);

COMMENT ON TABLE steward.statement_counters IS
'The counters of pg_stat_statements when the steward worker last read them; a counter that went down was reset, and starts anew.';
COMMENT ON COLUMN steward.statement_counters.sum_squares IS
'ms^2: the squares of the times of all executions, of which a variance can be made for any interval';

CREATE TABLE steward.statement_history (
	until               timestamptz NOT NULL,
	since               timestamptz NOT NULL,
	userid              oid NOT NULL,
	queryid             bigint NOT NULL,
	toplevel            boolean NOT NULL,
	calls               bigint NOT NULL,
	total_exec_time     double precision NOT NULL,
	rows                bigint NOT NULL,
	shared_blks_hit     bigint NOT NULL,
	shared_blks_read    bigint NOT NULL,
	sum_squares         double precision NOT NULL,
	PRIMARY KEY (until, userid, queryid, toplevel)
);

COMMENT ON TABLE steward.statement_history IS
'What each statement added to its counters between since and until; kept for pg_steward.workload_window.';

CREATE TABLE steward.verdicts (
	userid   oid NOT NULL,
	queryid  bigint NOT NULL,
	toplevel boolean NOT NULL,
	verdict  text NOT NULL,
	at       timestamptz NOT NULL DEFAULT pg_catalog.now(),
	PRIMARY KEY (userid, queryid, toplevel)
);

COMMENT ON TABLE steward.verdicts IS
'What became of each statement when advice was last renewed: the index that is advised for it, or why there is none. Shown by steward.statements.';

-- What indexes are used for, beyond the server's counters, which a crash wipes.

CREATE TABLE steward.index_usage (
	index         oid PRIMARY KEY,
	relation      oid NOT NULL,
	since         timestamptz NOT NULL,
	used_at       timestamptz,
	uses          bigint NOT NULL DEFAULT 0,
	reads_unused  bigint NOT NULL DEFAULT 0,
	writes_unused bigint NOT NULL DEFAULT 0,
	scans         bigint NOT NULL,
	table_scans   bigint NOT NULL,
	table_reads   bigint NOT NULL,
	table_writes  bigint NOT NULL,
	noted_at      timestamptz NOT NULL
);

COMMENT ON TABLE steward.index_usage IS
'What each index was used for since it is watched without a gap: uses, the last of which was seen at used_at, and how often its table was read, and how many of its rows were written, since then. scans to table_writes are the server''s counters as last noted; one that went down was reset, and the watch begins anew. Shown by steward.indexes.';

CREATE TABLE steward.usage_watch (
	id                boolean PRIMARY KEY DEFAULT true CHECK (id),
	system_identifier bigint NOT NULL,
	timeline          integer NOT NULL,
	database          oid NOT NULL,
	transactions      bigint NOT NULL,
	noted_at          timestamptz NOT NULL,
	standby_seen_at   timestamptz
);

COMMENT ON TABLE steward.usage_watch IS
'Of which database the counters in steward.index_usage are: in another one, after a promotion, a reset or a crash, or more than a day in which nobody looked, the watch begins anew. standby_seen_at: when a standby was seen last, whose use of indexes nobody knows here.';

CREATE TABLE steward.index_bloat (
	index                 oid PRIMARY KEY,
	relation              oid NOT NULL,
	measured_at           timestamptz,
	bloat                 double precision,
	rebuilt_at            timestamptz,
	rebuilt_bytes_per_row double precision
);

COMMENT ON TABLE steward.index_bloat IS
'bloat: which share of an index would be gone after a rebuild, 0 to 1, as measured last; NULL: not known. rebuilt_bytes_per_row: what it took for each row just after the steward had built it. Shown by steward.indexes.';

CREATE TABLE steward.maintenance_rounds (
	id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	began_at timestamptz NOT NULL DEFAULT now(),
	ended_at timestamptz,
	report   text,
	details  jsonb
);

COMMENT ON TABLE steward.maintenance_rounds IS
'When the steward looked after indexes and statistics, every pg_steward.maintenance_interval, and its report: what was done since the round before, what waits, what was skipped and why, and what wants a look. Shown by steward.rounds.';

CREATE TABLE steward.standbys (
	name         text PRIMARY KEY,
	noted_at     timestamptz,
	transactions bigint,
	followed_at  timestamptz,
	followers    bigint,
	error        text
);

COMMENT ON TABLE steward.standbys IS
'What the standbys in pg_steward.standbys said last: how many transactions they had in this database, when they were seen to stream, and how many others follow them. error: why one did not answer since.';

CREATE TABLE steward.standby_usage (
	standby text NOT NULL,
	index   oid NOT NULL,
	since   timestamptz NOT NULL,
	used_at timestamptz,
	uses    bigint NOT NULL DEFAULT 0,
	scans   bigint NOT NULL,
	PRIMARY KEY (index, standby)
);

COMMENT ON TABLE steward.standby_usage IS
'What each index was used for on standbys, as steward.index_usage has it of this server. Shown by steward.indexes.';

-- What people decided travels with a dump; what was measured here does not.
SELECT pg_catalog.pg_extension_config_dump('steward.exclusions', '');
